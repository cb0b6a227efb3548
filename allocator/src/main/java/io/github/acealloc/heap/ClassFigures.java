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
 * @param refills how many of the allocations found a hot cache empty
 * @param cap how many blocks the largest of its hot caches holds; 0 if there is none
 * @param lifetimeNanos how long half of the buffers lived at most, as far as lifetimes are measured; 0 where that is unknown
 */
public record ClassFigures(
        int blockBytes,
        long live,
        long cached,
        long free,
        long allocations,
        long refills,
        int cap,
        long lifetimeNanos) {

    /**
     * The figures of the same class of two allocators together.
     *
     * @param other the other one's
     * @return the sums, the larger cap, and the lifetime of the one that has allocated more of those that know theirs
     */
    public ClassFigures plus(ClassFigures other) {
        boolean mine = lifetimeNanos > 0 && (other.lifetimeNanos == 0 || allocations >= other.allocations);
        return new ClassFigures(
                blockBytes,
                live + other.live,
                cached + other.cached,
                free + other.free,
                allocations + other.allocations,
                refills + other.refills,
                Math.max(cap, other.cap),
                mine ? lifetimeNanos : other.lifetimeNanos);
    }

    /**
     * The same with a lifetime.
     *
     * @param nanos how long half of the buffers lived at most
     * @return a copy
     */
    public ClassFigures withLifetime(long nanos) {
        return new ClassFigures(blockBytes, live, cached, free, allocations, refills, cap, nanos);
    }

    /**
     * The share of allocations that a hot cache served.
     *
     * @return 0 to 1; 1 if there were none
     */
    public double hitRate() {
        return allocations == 0 ? 1 : Math.max(1 - (double) refills / allocations, 0);
    }
}
