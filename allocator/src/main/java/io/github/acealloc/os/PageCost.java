/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Measures what it costs to give a page back to the system and to use it again. */
public final class PageCost {
    /** Nanoseconds, where it cannot be measured; about what it is on a virtual machine. */
    public static final double UNMEASURED = 1500;

    private static final int PAGES = 64;
    private static final int ROUNDS = 9;

    /** Whatever the clock says; in nanoseconds. */
    private static final double LEAST = 50;

    private static final double MOST = 100_000;

    private PageCost() {}

    /**
     * Gives a few pages back and uses them again, several times. Takes about a millisecond.
     *
     * @param memory a source; 256 KiB of it are taken for so long
     * @return nanoseconds for a page, the median of several rounds; {@link #UNMEASURED} if the source keeps its pages
     */
    public static double measure(OsMemory memory) {
        Region region;
        try {
            region = memory.reserve((PAGES + 1) * OsMemory.PAGE);
        } catch (OutOfMemoryError e) {
            return UNMEASURED; // others need it more
        }
        try {
            double[] rounds = new double[ROUNDS];
            for (int i = 0; i < ROUNDS; i++) {
                use(region.buffer());
                long start = System.nanoTime();
                if (!memory.purge(region, 0, region.bytes())) {
                    return UNMEASURED;
                }
                use(region.buffer());
                rounds[i] = (System.nanoTime() - start) / (double) PAGES;
            }
            Arrays.sort(rounds);
            return Math.min(Math.max(rounds[ROUNDS / 2], LEAST), MOST);
        } finally {
            memory.release(region);
        }
    }

    private static void use(ByteBuffer memory) {
        if (memory != null) {
            for (int page = 0; page < PAGES; page++) {
                memory.put(page * OsMemory.PAGE, (byte) 1);
            }
        }
    }
}
