/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;

/** Prints the figures of allocators when the JVM ends, to standard error. Holds the allocators weakly. */
final class ExitStats {
    private static final Set<AceByteBufAllocator> WATCHED =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    private static boolean hooked;

    private ExitStats() {}

    static synchronized void watch(AceByteBufAllocator allocator) {
        WATCHED.add(allocator);
        if (hooked) {
            return;
        }
        hooked = true;
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(ExitStats::print, "acealloc-exit-stats"));
        } catch (IllegalStateException ignored) {
            // The JVM is ending already: there will be nothing to tell.
        }
    }

    private static void print() {
        synchronized (WATCHED) {
            for (AceByteBufAllocator allocator : WATCHED) {
                try {
                    System.err.print(allocator + "\n" + allocator.stats().print());
                } catch (RuntimeException e) {
                    System.err.println(allocator + ": no figures: " + e); // the others still have theirs
                }
            }
        }
    }
}
