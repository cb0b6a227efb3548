/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.watch;

import java.lang.invoke.MethodHandle;
import java.lang.ref.Cleaner;

/** Undoes what was done for an object when that is not reachable any more, or before. Its thread runs while there is something to undo. */
final class Lasting {
    /** Gone, and its thread with it, when our class loader and all that was registered have gone. */
    private static final Cleaner CLEANER = Cleaner.create();

    private Lasting() {}

    /**
     * Undoes it in time.
     *
     * @param object for as long as which it lasts
     * @param undo holds none of our classes, nor the object
     */
    static Cleaner.Cleanable as(Object object, MethodHandle undo) {
        return CLEANER.register(object, JdkOnly.instance(Runnable.class, undo));
    }
}
