/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import io.github.acealloc.heap.HeapCounters;
import java.util.Locale;

/**
 * A snapshot of an allocator's figures. Immutable.
 *
 * <p>Byte figures are exact when nobody allocates or releases meanwhile, and a moment old otherwise. Blocks that were
 * released on another thread and not drained yet count as live.
 */
public final class AceStats {
    private final long liveBytes;
    private final long cachedBytes;
    private final long freeBytes;
    private final long committedBytes;
    private final long limitBytes;
    private final int heaps;
    private final long remoteQueued;
    private final long allocations;
    private final HeapCounters counters;

    AceStats(
            long liveBytes,
            long cachedBytes,
            long freeBytes,
            long committedBytes,
            long limitBytes,
            int heaps,
            long remoteQueued,
            long allocations,
            HeapCounters counters) {
        this.liveBytes = liveBytes;
        this.cachedBytes = cachedBytes;
        this.freeBytes = freeBytes;
        this.committedBytes = committedBytes;
        this.limitBytes = limitBytes;
        this.heaps = heaps;
        this.remoteQueued = remoteQueued;
        this.allocations = allocations;
        this.counters = counters;
    }

    /**
     * The figures of two allocators under one budget together.
     *
     * @param other the other one's
     * @return the sums; the limit stays what it is
     */
    public AceStats plus(AceStats other) {
        return new AceStats(
                liveBytes + other.liveBytes,
                cachedBytes + other.cachedBytes,
                freeBytes + other.freeBytes,
                committedBytes + other.committedBytes,
                limitBytes,
                heaps + other.heaps,
                remoteQueued + other.remoteQueued,
                allocations + other.allocations,
                HeapCounters.sum(counters, other.counters));
    }

    /**
     * Blocks that the user holds, counted in whole blocks.
     *
     * @return bytes
     */
    public long liveBytes() {
        return liveBytes;
    }

    /**
     * Blocks in hot caches, and huge blocks kept for a moment.
     *
     * @return bytes
     */
    public long cachedBytes() {
        return cachedBytes;
    }

    /**
     * All the rest of the committed memory: free blocks, free units, empty superslabs.
     *
     * @return bytes
     */
    public long freeBytes() {
        return freeBytes;
    }

    /**
     * Memory got from the system.
     *
     * @return bytes
     */
    public long committedBytes() {
        return committedBytes;
    }

    /**
     * What {@link #committedBytes()} never exceeds.
     *
     * @return bytes
     */
    public long limitBytes() {
        return limitBytes;
    }

    /**
     * Heaps made so far; they are reused and never go away.
     *
     * @return a count
     */
    public int heaps() {
        return heaps;
    }

    /**
     * Blocks that wait in remote queues.
     *
     * @return a count
     */
    public long remoteQueued() {
        return remoteQueued;
    }

    /**
     * Blocks handed out so far, huge ones not among them.
     *
     * @return a count
     */
    public long allocations() {
        return allocations;
    }

    /**
     * The event counts behind the shares.
     *
     * @return the sums over all heaps
     */
    public HeapCounters counters() {
        return counters;
    }

    /**
     * The share of allocations that a hot cache served.
     *
     * @return 0 to 1; 1 if there were none
     */
    public double hotShare() {
        return 1 - warmShare() - coldShare();
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

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "live: %d, cached: %d, free: %d, committed: %d, limit: %d bytes; heaps: %d; hot: %.4f, warm: %.4f,"
                        + " cold: %.4f, remote: %.4f of %d allocations; warm pool hit rate: %.3f",
                liveBytes,
                cachedBytes,
                freeBytes,
                committedBytes,
                limitBytes,
                heaps,
                hotShare(),
                warmShare(),
                coldShare(),
                remoteShare(),
                allocations,
                warmPoolHitRate());
    }
}
