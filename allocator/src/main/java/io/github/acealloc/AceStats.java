/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import io.github.acealloc.control.Decision;
import io.github.acealloc.heap.ClassFigures;
import io.github.acealloc.heap.HeapCounters;
import io.github.acealloc.heap.HeapFigures;
import io.github.acealloc.heap.TierFigures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A snapshot of an allocator's figures. Immutable.
 *
 * <p>Byte figures are exact when nobody allocates or releases meanwhile, and a moment old otherwise. Blocks that were
 * released on another thread and not drained yet count as live.
 *
 * @param liveBytes blocks that the user holds, counted in whole blocks
 * @param cachedBytes blocks in hot caches, and memory kept for huge blocks for a moment
 * @param freeBytes all the rest of the committed memory: free blocks, free units, empty superslabs, records
 * @param committedBytes memory got from the system
 * @param hugeBytes of these, in huge blocks (above 1 MiB), live or kept for them
 * @param limitBytes what committed memory never exceeds: the sum, where direct and heap memory have a limit each
 * @param limits each limit, with what counts against it
 * @param allocations blocks handed out so far, huge ones not among them
 * @param counters the event counts behind the shares, summed over all heaps
 * @param tiers superslabs by how they serve
 * @param classes each size class
 * @param heapFigures each heap; heaps are reused and never go away
 * @param decisions the last ones of the control loop, the oldest first
 */
public record AceStats(
        long liveBytes,
        long cachedBytes,
        long freeBytes,
        long committedBytes,
        long hugeBytes,
        long limitBytes,
        List<LimitFigures> limits,
        long allocations,
        HeapCounters counters,
        TierFigures tiers,
        List<ClassFigures> classes,
        List<HeapFigures> heapFigures,
        List<Decision> decisions) {

    /** Copies the lists. */
    public AceStats {
        limits = List.copyOf(limits);
        decisions = List.copyOf(decisions);
        classes = List.copyOf(classes);
        heapFigures = List.copyOf(heapFigures);
    }

    /**
     * The figures of two allocators together.
     *
     * @param other the other one's
     * @param sameLimit whether one limit is for both
     * @return the sums
     */
    public AceStats plus(AceStats other, boolean sameLimit) {
        List<ClassFigures> classSums = new ArrayList<>();
        for (int c = 0; c < classes.size(); c++) {
            classSums.add(classes.get(c).plus(other.classes.get(c)));
        }
        List<LimitFigures> allLimits = new ArrayList<>(limits);
        allLimits.addAll(other.limits);
        List<HeapFigures> allHeaps = new ArrayList<>(heapFigures);
        allHeaps.addAll(other.heapFigures);
        List<Decision> allDecisions = new ArrayList<>(decisions);
        allDecisions.addAll(other.decisions);
        allDecisions.sort(Comparator.comparing(Decision::time));
        return new AceStats(
                liveBytes + other.liveBytes,
                cachedBytes + other.cachedBytes,
                freeBytes + other.freeBytes,
                committedBytes + other.committedBytes,
                hugeBytes + other.hugeBytes,
                sameLimit || limitBytes > Long.MAX_VALUE - other.limitBytes
                        ? limitBytes
                        : limitBytes + other.limitBytes,
                sameLimit ? List.of(limits.get(0).sharedWith(other.limits.get(0))) : allLimits,
                allocations + other.allocations,
                HeapCounters.sum(counters, other.counters),
                tiers.plus(other.tiers),
                classSums,
                allHeaps,
                allDecisions);
    }

    /**
     * Heaps made so far.
     *
     * @return a count
     */
    public int heaps() {
        return heapFigures.size();
    }

    /**
     * Blocks that wait in remote queues.
     *
     * @return a count
     */
    public long remoteQueued() {
        return heapFigures.stream().mapToLong(HeapFigures::remoteQueued).sum();
    }

    /**
     * Address space that is not committed: its pages went back to the system, or nobody has touched it yet.
     *
     * @return bytes
     */
    public long purgedBytes() {
        return tiers.purgedBytes();
    }

    /**
     * The share of allocations that a hot cache served.
     *
     * @return 0 to 1; 1 if there were none
     */
    public double hotShare() {
        return Math.max(1 - warmShare() - coldShare(), 0);
    }

    /**
     * The share of allocations that were served by a refill from the remote queue or from existing slabs.
     *
     * @return 0 to 1
     */
    public double warmShare() {
        return share(counters.refills() - counters.coldRefills(), allocations);
    }

    /**
     * The share of allocations for which a slab had to be found in the warm pool or cut anew.
     *
     * @return 0 to 1
     */
    public double coldShare() {
        return share(counters.coldRefills(), allocations);
    }

    /**
     * The share of blocks that came home from another thread through a remote queue.
     *
     * @return 0 to 1, of all allocations
     */
    public double remoteShare() {
        return Math.min(share(counters.remoteFrees(), allocations), 1);
    }

    /**
     * The share of new slabs that lay ready in a warm pool.
     *
     * @return 0 to 1; 0 if none was needed
     */
    public double warmPoolHitRate() {
        return share(counters.warmPoolHits(), counters.warmPoolHits() + counters.warmPoolMisses());
    }

    private static double share(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }

    /**
     * All figures as a text of several lines: totals, tiers, classes that hold or have done something,
     * heaps, and the last decisions.
     *
     * @return lines that each end with a line feed
     */
    public String print() {
        return StatsText.text(this);
    }

    /**
     * All figures as one JSON object.
     *
     * @return JSON on one line
     */
    public String json() {
        return StatsText.json(this);
    }

    @Override
    public String toString() {
        return StatsText.line(this);
    }
}
