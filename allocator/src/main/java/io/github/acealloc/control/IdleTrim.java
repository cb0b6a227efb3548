/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import io.github.acealloc.heap.HeapRegistry;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.slab.SizeClasses;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * Finds what heaps hold and nobody has used for a while, and has their owners give it back.
 *
 * <p>For one thread at a time, the governor's. It reads other threads' figures racily and touches none of their lists: the
 * trimming is a task of the owner, which looks again. Heaps without an owner are trimmed here.
 */
public final class IdleTrim {
    private static final long SPARED = -1;

    /** How long the heap of an owner that is away is tended at a look. */
    private static final long TEND_NANOS = 1_000_000;

    /** What is needed when an application is gone and its class loader closed: loaded while that can be done. */
    static final List<Class<?>> NEEDED_AT_LAST = List.of(Watch.class);

    private final HeapRegistry registry;
    private final IdentityHashMap<ThreadHeap, Watch> watches = new IdentityHashMap<>();

    /**
     * Nothing seen yet.
     *
     * @param registry whose heaps to look after
     */
    public IdleTrim(HeapRegistry registry) {
        this.registry = registry;
    }

    /**
     * Looks at every heap once.
     *
     * @param now the time, as {@code System.nanoTime()} tells it
     * @param delayNanos how long something lies unused before it is given back
     * @param pageNanos the same for slabs and pages of a heap that goes on allocating
     * @param leaveNanos how long a heap is empty and unused before its event loop gives it up
     * @return whether a heap's trimming took so long that it stopped, so that it should go on soon
     */
    public boolean look(long now, long delayNanos, double pageNanos, long leaveNanos) {
        boolean unfinished = false;
        RuntimeException failure = null;
        for (ThreadHeap heap : registry.heaps()) {
            try {
                unfinished |= lookAt(heap, now, delayNanos, pageNanos, leaveNanos);
            } catch (RuntimeException e) {
                failure = e; // the other heaps must not wait for this one
            }
        }
        registry.sweep();
        if (watches.size() > registry.heaps().size()) {
            watches.keySet().retainAll(registry.heaps());
        }
        if (failure != null) {
            throw failure;
        }
        return unfinished;
    }

    private boolean lookAt(ThreadHeap heap, long now, long delayNanos, double pageNanos, long leaveNanos) {
        Watch watch = watches.computeIfAbsent(heap, h -> new Watch(now));
        long[] classes = watch.quietClasses(heap, now, delayNanos);
        long whole = watch.idleHeap(heap, now, delayNanos);
        if (heap.isEmpty() && watch.isLeft(now, leaveNanos)) {
            registry.letGo(heap, watch.heapActivity);
        }
        boolean round = !heap.isEmpty() && watch.isRoundDue(now, delayNanos, pageNanos);
        boolean before = heap.takeUnfinished();
        if (whole == SPARED && !round && !before && !holdsIdle(heap, classes)) {
            return false;
        }
        // No switch: that takes a class of its own, which the closed loader of an application that is gone could not
        // load any more.
        HeapRegistry.Asked asked = registry.run(heap, h -> h.trimIdle(classes, whole, round));
        if (asked == HeapRegistry.Asked.DONE) {
            return heap.takeUnfinished();
        }
        if (asked == HeapRegistry.Asked.LATER) {
            return before; // what an event loop does now is seen at the next look
        }
        return whole != SPARED && heap.tend(delayNanos, TEND_NANOS);
    }

    private static boolean holdsIdle(ThreadHeap heap, long[] quietClasses) {
        for (int c = 0; c < quietClasses.length; c++) {
            if (quietClasses[c] != SPARED && heap.holdsIdle(c)) {
                return true;
            }
        }
        return false;
    }

    /** What one heap's classes had done when they were last seen to do something, and when that was: never later than now. */
    private static final class Watch {
        private final long[] activity = new long[SizeClasses.COUNT];
        private final long[] since = new long[SizeClasses.COUNT];
        private long heapActivity;
        private long heapSince;
        private long roundSince;

        Watch(long now) {
            Arrays.fill(since, now);
            heapSince = now;
            roundSince = now;
        }

        /** The activity of the classes that nobody uses and −1 for the others. They need not hold anything: blocks may come home. */
        long[] quietClasses(ThreadHeap heap, long now, long delayNanos) {
            long[] quiet = new long[SizeClasses.COUNT];
            for (int c = 0; c < quiet.length; c++) {
                long seen = heap.activity(c);
                if (seen != activity[c] || now - since[c] < 0) {
                    activity[c] = seen;
                    since[c] = now;
                }
                quiet[c] = now - since[c] >= delayNanos ? seen : SPARED;
            }
            return quiet;
        }

        /** The activity of an idle heap that holds memory outside its classes, −1 otherwise. */
        long idleHeap(ThreadHeap heap, long now, long delayNanos) {
            long seen = heap.activity();
            if (seen != heapActivity || now - heapSince < 0) {
                heapActivity = seen;
                heapSince = now;
            }
            return now - heapSince >= delayNanos && heap.holdsIdle() ? seen : SPARED;
        }

        /**
         * Whether it is time for another round in a heap that is in use; asked after {@link #idleHeap}. What is free at two of them
         * goes, so it has been free for half of the time at least and for the whole of it at most.
         */
        boolean isRoundDue(long now, long delayNanos, double pageNanos) {
            long passed = now - roundSince;
            boolean due = now - heapSince < delayNanos && (passed < 0 || passed >= pageNanos / 2);
            if (due) {
                roundSince = now;
            }
            return due;
        }

        /** Whether the heap has done nothing for so long that its event loop need not have one; asked after {@link #idleHeap}. */
        boolean isLeft(long now, long leaveNanos) {
            return now - heapSince >= leaveNanos;
        }
    }
}
