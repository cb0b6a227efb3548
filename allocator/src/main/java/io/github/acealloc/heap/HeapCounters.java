/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

/**
 * What happened in one heap since it was made. Written by the heap's owner in refill and spill only;
 * readers elsewhere may see values that are a moment old, which costs nothing but that.
 */
public final class HeapCounters {
    long refills;
    long coldRefills;
    long spills;
    long remoteFrees;
    long warmPoolHits;
    long warmPoolMisses;
    long adoptions;
    private long refillNanos;
    private final long[] pauses = new long[PAUSES];
    private long longestPauseNanos;

    /** Classes of pauses, each ten times as long as the one before: up to 10 µs, 100 µs, 1 ms, 10 ms, and longer. */
    private static final int PAUSES = 5;

    private static final long SHORTEST_PAUSE_NANOS = 10_000;

    /** The weight of one more timing in the moving average: one in eight. */
    private static final int TIMING_SHIFT = 3;

    private static final long LONGEST_NANOS = 100_000;

    /** All zero. */
    public HeapCounters() {}

    /**
     * The sum of two.
     *
     * @param a one
     * @param b the other
     * @return new counters
     */
    public static HeapCounters sum(HeapCounters a, HeapCounters b) {
        HeapCounters sum = new HeapCounters();
        sum.add(a);
        sum.add(b);
        return sum;
    }

    private void add(HeapCounters other) {
        refills += other.refills;
        coldRefills += other.coldRefills;
        spills += other.spills;
        remoteFrees += other.remoteFrees;
        warmPoolHits += other.warmPoolHits;
        warmPoolMisses += other.warmPoolMisses;
        adoptions += other.adoptions;
        for (int i = 0; i < PAUSES; i++) {
            pauses[i] += other.pauses[i];
        }
        longestPauseNanos = Math.max(longestPauseNanos, other.longestPauseNanos);
    }

    /**
     * Allocations that found the hot cache empty.
     *
     * @return a count
     */
    public long refills() {
        return refills;
    }

    /**
     * Refills that found no free block in any slab and cut a new one.
     *
     * @return a count
     */
    public long coldRefills() {
        return coldRefills;
    }

    /**
     * Releases that found the hot cache full.
     *
     * @return a count
     */
    public long spills() {
        return spills;
    }

    /**
     * Blocks that came home through the remote queue.
     *
     * @return a count
     */
    public long remoteFrees() {
        return remoteFrees;
    }

    /**
     * New slabs that were ready in a warm pool.
     *
     * @return a count
     */
    public long warmPoolHits() {
        return warmPoolHits;
    }

    /**
     * New slabs that had to be cut.
     *
     * @return a count
     */
    public long warmPoolMisses() {
        return warmPoolMisses;
    }

    /**
     * How often a thread took over this heap from one that ended.
     *
     * @return a count
     */
    public long adoptions() {
        return adoptions;
    }

    /** Takes one more timing in; what was interrupted for long says nothing about the work. */
    void timeRefill(long nanos) {
        long timed = Math.min(Math.max(nanos, 0), LONGEST_NANOS);
        refillNanos = refillNanos == 0 ? timed : refillNanos + ((timed - refillNanos) >> TIMING_SHIFT);
    }

    /** Counts one time for which upkeep has held up a loop. */
    void pause(long nanos) {
        int i = 0;
        for (long most = SHORTEST_PAUSE_NANOS; i < PAUSES - 1 && nanos > most; most *= 10) {
            i++;
        }
        pauses[i]++;
        longestPauseNanos = Math.max(longestPauseNanos, nanos);
    }

    /**
     * How often giving memory back has held up an event loop, which does that as one of its tasks.
     *
     * @return counts: up to 10 µs, 100 µs, 1 ms, 10 ms, and longer
     */
    public long[] pauses() {
        return pauses.clone();
    }

    /**
     * The longest of these pauses.
     *
     * @return nanoseconds
     */
    public long longestPauseNanos() {
        return longestPauseNanos;
    }

    /**
     * What a refill takes here: a moving average of those that are timed.
     *
     * @return nanoseconds; 0 if none was timed
     */
    public long refillNanos() {
        return refillNanos;
    }
}
