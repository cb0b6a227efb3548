/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.slab.SizeClasses;

/** What heaps that have gone had done, so that no statistic goes with them. Immutable. */
public final class PastHeaps {
    /** None has gone. */
    public static final PastHeaps NONE =
            new PastHeaps(new HeapCounters(), new long[SizeClasses.COUNT], new long[SizeClasses.COUNT]);

    private final HeapCounters counters;
    private final long[] allocations;
    private final long[] refills;

    private PastHeaps(HeapCounters counters, long[] allocations, long[] refills) {
        this.counters = counters;
        this.allocations = allocations;
        this.refills = refills;
    }

    /** These and another one, which the caller owns. */
    PastHeaps plus(ThreadHeap heap) {
        long[] sums = allocations.clone();
        long[] refillSums = refills.clone();
        for (int c = 0; c < sums.length; c++) {
            sums[c] += heap.cache(c).allocations();
            refillSums[c] += heap.cache(c).meter().refills();
        }
        return new PastHeaps(HeapCounters.sum(counters, heap.counters()), sums, refillSums);
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

    /**
     * How many of these found their hot cache empty.
     *
     * @param sizeClass the class
     * @return a count
     */
    public long refills(int sizeClass) {
        return refills[sizeClass];
    }
}
