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
 */
public record ClassFigures(int blockBytes, long live, long cached, long free, long allocations) {

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
                allocations + other.allocations);
    }
}
