/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Slab;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.slab.SuperslabStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Adds up what an allocator's heaps hold, by heap, class and tier, without stopping anybody: each figure may be a moment
 * old, and none is negative.
 */
public final class HeapSurvey {
    /** So often a heap is looked at again whose figures do not fit together. */
    private static final int MOST_LOOKS = 100;

    private final String kind;
    private final long[] live = new long[SizeClasses.COUNT];
    private final long[] cached = new long[SizeClasses.COUNT];
    private final long[] free = new long[SizeClasses.COUNT];
    private final long[] allocations = new long[SizeClasses.COUNT];
    private final long[] refills = new long[SizeClasses.COUNT];
    private final long[] caps = new long[SizeClasses.COUNT];
    private final List<HeapFigures> heaps = new ArrayList<>();
    private TierFigures tiers;

    /** Of the heap that is looked at: blocks taken from slabs and free in them by class, and how many wait for the owner. */
    private final long[] taken = new long[SizeClasses.COUNT];

    private final long[] freeHere = new long[SizeClasses.COUNT];
    private int waiting;

    /**
     * Surveys heaps.
     *
     * @param kind {@code direct} or {@code heap}
     * @param all the heaps, and those that have gone
     * @param store theirs
     */
    public HeapSurvey(String kind, HeapRegistry.Census all, SuperslabStore store) {
        this.kind = kind;
        Arrays.setAll(allocations, all.past()::allocations);
        Arrays.setAll(refills, all.past()::refills);
        tiers = new TierFigures(0, 0, 0, 0, store.residentBytes(), store.purgedBytes());
        all.heaps().forEach(this::survey);
    }

    private void survey(ThreadHeap heap) {
        for (int looks = 0; looks < MOST_LOOKS && !look(heap); looks++) {
            Thread.onSpinWait();
        }
        long liveBytes = 0;
        long cachedBytes = 0;
        long handedOut = 0;
        for (int c = heap.nextUsed(0); c < SizeClasses.COUNT; c = heap.nextUsed(c + 1)) {
            HotCache cache = heap.cache(c);
            int inCache = cache.size();
            long out = Math.max(taken[c] - inCache, 0); // racy: a spill may come between
            cached[c] += inCache;
            live[c] += out;
            free[c] += freeHere[c];
            allocations[c] += cache.allocations();
            refills[c] += cache.meter().refills();
            caps[c] += cache.cap();
            liveBytes += out * SizeClasses.blockBytes(c);
            cachedBytes += (long) inCache * SizeClasses.blockBytes(c);
            handedOut += cache.allocations();
        }
        addHeap(heap, liveBytes, cachedBytes, handedOut);
    }

    /** Counts the blocks in slabs; returns false if less seems to be taken than lies in a cache, as while a spill is under way. */
    private boolean look(ThreadHeap heap) {
        Arrays.fill(taken, 0);
        Arrays.fill(freeHere, 0);
        waiting = heap.refill().remote().queued();
        for (Slab slab : heap.slabs().slabs()) {
            int n = slab.free();
            taken[slab.sizeClass()] += slab.capacity() - n;
            freeHere[slab.sizeClass()] += n;
            waiting += slab.remote().waiting();
        }
        for (int c = heap.nextUsed(0); c < taken.length; c = heap.nextUsed(c + 1)) {
            if (taken[c] < heap.cache(c).size()) {
                return false;
            }
        }
        return true;
    }

    private void addHeap(ThreadHeap heap, long liveBytes, long cachedBytes, long handedOut) {
        int draining = 0;
        long committed = 0;
        for (Superslab superslab : heap.slabs().superslabSnapshot()) {
            long bytes = superslab.committedBytes();
            long used = superslab.usedBytes();
            committed += bytes;
            if (superslab.isEmpty()) {
                tiers = tiers.plus(new TierFigures(0, 0, 0, 0, bytes, 0));
            } else if (superslab.isDraining()) {
                draining++;
                tiers = tiers.plus(new TierFigures(0, 0, bytes, used, 0, 0));
            } else {
                tiers = tiers.plus(new TierFigures(bytes, used, 0, 0, 0, 0));
            }
        }
        heaps.add(new HeapFigures(
                kind,
                heap.number(),
                heap.ownerName(),
                liveBytes,
                cachedBytes,
                committed,
                draining,
                waiting,
                handedOut));
    }

    /**
     * The figures of each heap.
     *
     * @return in the order in which the heaps were made
     */
    public List<HeapFigures> heaps() {
        return heaps;
    }

    /**
     * The figures of each class, without lifetimes.
     *
     * @return by size
     */
    public List<ClassFigures> classes() {
        List<ClassFigures> classes = new ArrayList<>();
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            classes.add(new ClassFigures(
                    SizeClasses.blockBytes(c), live[c], cached[c], free[c], allocations[c], refills[c], caps[c], 0));
        }
        return classes;
    }

    /**
     * The figures of each tier.
     *
     * @return committed and used bytes
     */
    public TierFigures tiers() {
        return tiers;
    }

    /**
     * Blocks with the user, or on their way home.
     *
     * @return bytes
     */
    public long liveBytes() {
        return heaps.stream().mapToLong(HeapFigures::liveBytes).sum();
    }

    /**
     * Blocks in hot caches.
     *
     * @return bytes
     */
    public long cachedBytes() {
        return heaps.stream().mapToLong(HeapFigures::cachedBytes).sum();
    }

    /**
     * Blocks handed out so far.
     *
     * @return a count
     */
    public long allocations() {
        return Arrays.stream(allocations).sum();
    }
}
