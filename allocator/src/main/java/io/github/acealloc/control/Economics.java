/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import io.github.acealloc.heap.Knobs;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.slab.SizeClasses;

/**
 * One price for memory, and what fetching it again costs: the break-even interval of a thing is how long it may lie idle
 * before keeping it has cost more than fetching it again would.
 *
 * @param price cores for a byte
 * @param refillNanos what a miss of a cache takes
 */
public record Economics(double price, double refillNanos) {
    /** What a miss takes where none was timed yet. */
    public static final double UNTIMED_REFILL_NANOS = 160;

    /** Free pages of a heap that goes on allocating lie for so many purge delays at most. */
    static final int MOST_PURGE_DELAYS = 8;

    /** The break-even interval of a cached block, of which a refill fetches a batch; in nanoseconds. */
    public double tau(int blockBytes, int batch) {
        return refillNanos / Math.max(batch, 1) / (blockBytes * price);
    }

    /**
     * The break-even intervals of all classes.
     *
     * @param knobs the batches
     * @return nanoseconds, by class
     */
    public long[] taus(Knobs knobs) {
        long[] taus = new long[SizeClasses.COUNT];
        for (int c = 0; c < taus.length; c++) {
            taus[c] = (long) tau(SizeClasses.blockBytes(c), knobs.batch(c));
        }
        return taus;
    }

    /** The break-even interval of a page; in nanoseconds. */
    public double pageTau(double pageNanos) {
        return pageNanos / (OsMemory.PAGE * price);
    }

    /**
     * How long free pages lie in a heap that goes on allocating: as long as pays, but the setting must not mean nothing.
     *
     * @param pageNanos what giving back a page and using it again costs
     * @param purgeDelay the setting, in nanoseconds
     * @return between one and {@link #MOST_PURGE_DELAYS} times the setting, in nanoseconds
     */
    public double pageDelay(double pageNanos, double purgeDelay) {
        return Math.min(Math.max(pageTau(pageNanos), purgeDelay), MOST_PURGE_DELAYS * purgeDelay);
    }

    /** What a class costs while it does what a reading says; in cores. */
    public double cost(Reading reading) {
        double held = (double) reading.level() * reading.blockBytes() * price;
        return reading.nanos() > 0 ? reading.misses() * refillNanos / reading.nanos() + held : held;
    }

    /**
     * The batch that costs least: large ones save misses, small ones memory (the economic order quantity).
     *
     * @param blocksPerNano how many blocks go from slabs to the cache or back
     */
    public double batch(int blockBytes, double blocksPerNano) {
        double orderNanos = refillNanos / 2; // the other half is the blocks' own
        return Math.sqrt(2 * blocksPerNano * orderNanos / (blockBytes * price));
    }
}
