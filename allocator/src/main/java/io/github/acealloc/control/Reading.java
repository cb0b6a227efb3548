/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

/**
 * What one class of one heap did in one turn of the loop.
 *
 * @param sizeClass the class
 * @param blockBytes the size of its blocks
 * @param nanos how long the turn was
 * @param allocations that it served
 * @param refills allocations that found its cache empty
 * @param spills releases that found its cache full
 * @param moved blocks that went from slabs to the cache or back
 * @param swing how far the live count went, as far as misses have shown it; 0 if there were none
 * @param reuses watched spills whose blocks were needed again
 * @param watchedNanos how long all watches took
 * @param aged blocks that turns gave back because no allocation had needed them
 * @param level blocks in the cache at the end
 * @param cap of the cache
 * @param batch of a refill or spill
 * @param meanNanos mean lifetime; 0 if unknown
 * @param shortNanos mean of the lifetimes, each cut off at the break-even interval; 0 if unknown
 */
public record Reading(
        int sizeClass,
        int blockBytes,
        long nanos,
        long allocations,
        long refills,
        long spills,
        long moved,
        int swing,
        long reuses,
        long watchedNanos,
        long aged,
        int level,
        int cap,
        int batch,
        double meanNanos,
        double shortNanos) {

    /** Allocations per nanosecond. */
    double rate() {
        return nanos > 0 ? Math.max(allocations, 0) / (double) nanos : 0;
    }

    /** Both kinds. */
    long misses() {
        return Math.max(refills, 0) + Math.max(spills, 0);
    }
}
