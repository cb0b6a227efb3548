/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.order;

/** Where a twin is broken: lets the other thread in, so that the damage shows on one processor, too. */
public final class Window {
    private Window() {}

    /** The moment in which the other thread may do its part. */
    public static void open() {
        Thread.yield();
    }
}
