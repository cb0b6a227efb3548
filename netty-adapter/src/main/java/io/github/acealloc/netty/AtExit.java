/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;

/** Has allocators do their last things when the JVM ends. Holds them weakly. */
final class AtExit {
    private static final Set<AceByteBufAllocator> WATCHED =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    private static boolean hooked;

    private AtExit() {}

    static synchronized void watch(AceByteBufAllocator allocator) {
        WATCHED.add(allocator);
        if (hooked) {
            return;
        }
        hooked = true;
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(AtExit::run, "acealloc-exit"));
        } catch (IllegalStateException ignored) {
            // The JVM is ending already: there will be nothing to tell.
        }
    }

    private static void run() {
        synchronized (WATCHED) {
            for (AceByteBufAllocator allocator : WATCHED) {
                try {
                    allocator.atExit();
                } catch (RuntimeException e) {
                    System.err.println(allocator + ": " + e); // the others still have theirs
                }
            }
        }
    }
}
