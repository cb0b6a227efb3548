/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.slab.SizeClasses;

/** What heaps that have gone had done, so that no statistic goes with them. Immutable. */
public final class PastHeaps {
    /** None has gone. */
    public static final PastHeaps NONE = new PastHeaps(new HeapCounters(), new long[SizeClasses.COUNT]);

    private final HeapCounters counters;
    private final long[] allocations;

    private PastHeaps(HeapCounters counters, long[] allocations) {
        this.counters = counters;
        this.allocations = allocations;
    }

    /** These and another one, which the caller owns. */
    PastHeaps plus(ThreadHeap heap) {
        long[] sums = allocations.clone();
        for (int c = 0; c < sums.length; c++) {
            sums[c] += heap.cache(c).allocations();
        }
        return new PastHeaps(HeapCounters.sum(counters, heap.counters()), sums);
    }

    /**
     * What happened in them.
     *
     * @return the sum
     */
    public HeapCounters counters() {
        return counters;
    }

    /**
     * Blocks of a class that they handed out.
     *
     * @param sizeClass the class
     * @return a count
     */
    public long allocations(int sizeClass) {
        return allocations[sizeClass];
    }
}
