/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.testing;

/** Waiting, without checked exceptions. */
public final class Threads {
    private Threads() {}

    /** Waits for a thread's end. */
    public static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits a moment. */
    public static void pause() {
        try {
            Thread.sleep(1);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
