/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

/**
 * What one size class holds and has done, over all heaps.
 *
 * @param blockBytes the size of its blocks
 * @param live blocks with the user, or on their way home
 * @param cached blocks in hot caches
 * @param free blocks free in slabs
 * @param allocations blocks handed out so far
 * @param refills of these, how many found their hot cache empty
 * @param cap how many blocks all hot caches together may hold
 * @param lifetimeNanos mean lifetime of a block as the control loop has measured it; 0 if unknown, as where it is off
 */
public record ClassFigures(
        int blockBytes,
        long live,
        long cached,
        long free,
        long allocations,
        long refills,
        long cap,
        long lifetimeNanos) {

    /**
     * The same with a lifetime.
     *
     * @param nanos the mean; 0 if unknown
     * @return new figures
     */
    public ClassFigures withLifetime(long nanos) {
        return new ClassFigures(blockBytes, live, cached, free, allocations, refills, cap, nanos);
    }

    /**
     * The figures of the same class of two allocators together.
     *
     * @param other the other one's
     * @return the sums
     */
    public ClassFigures plus(ClassFigures other) {
        return new ClassFigures(
                blockBytes,
                live + other.live,
                cached + other.cached,
                free + other.free,
                allocations + other.allocations,
                refills + other.refills,
                cap + other.cap,
                meanLifetime(other));
    }

    /** Of both, by their allocations; what is unknown does not count. */
    private long meanLifetime(ClassFigures other) {
        if (lifetimeNanos == 0 || other.lifetimeNanos == 0) {
            return Math.max(lifetimeNanos, other.lifetimeNanos);
        }
        double share = (double) allocations / Math.max(allocations + other.allocations, 1);
        return (long) (share * lifetimeNanos + (1 - share) * other.lifetimeNanos);
    }
}
