/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.upkeep;

import io.github.acealloc.heap.HeapRegistry;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.slab.SizeClasses;
import java.util.Arrays;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * Has heaps give back what nobody has needed for a while, in every mode and for busy heaps too.
 *
 * <p>There is one clue, the low-water mark between two looks at a thing: what lay there all the time was not needed.
 *
 * <pre>
 *   what                             looked at each                          done by
 *   blocks and warm slabs, by class  break-even interval, half a delay most  {@link ThreadHeap#scavenge}: a turn of the class
 *   free pages of a busy heap        half a page interval                    the same: a round
 *   all that an idle heap keeps      look, once it has been idle for a delay the same, or {@link ThreadHeap#tend} while its owner is away
 * </pre>
 *
 * <p>For one thread at a time, the governor's. It reads other threads' figures racily and touches none of their lists: the work is a
 * task of the owner. Heaps without an owner are looked after here.
 */
public final class Scavenger {
    /** How long the heap of an owner that is away is tended at a look. */
    private static final long TEND_NANOS = 1_000_000;

    /** What is needed when an application is gone and its class loader closed: loaded while that can be done. */
    static final List<Class<?>> NEEDED_AT_LAST = List.of(Watch.class, BitSet.class);

    private final HeapRegistry registry;
    private final IdentityHashMap<ThreadHeap, Watch> watches = new IdentityHashMap<>();

    /**
     * Nothing seen yet.
     *
     * @param registry whose heaps to look after
     */
    public Scavenger(HeapRegistry registry) {
        this.registry = registry;
    }

    /**
     * Looks at every heap once.
     *
     * @param now the time, as {@code System.nanoTime()} tells it
     * @param delayNanos how long something lies unused at most before it is given back, {@link Knobs#NEVER} included
     * @param pageNanos the same for pages of a heap that goes on allocating
     * @param leaveNanos how long a heap is empty and unused before its event loop gives it up
     * @return whether a heap has so much to give back that it stopped, so that it should go on soon
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
        watch.see(heap, now);
        if (heap.isEmpty() && watch.hasRested(now, leaveNanos)) {
            registry.letGo(heap, watch.activity);
        }
        boolean isIdle = watch.hasRested(now, delayNanos);
        BitSet due = watch.due(heap, now, delayNanos);
        boolean round = !isIdle && !heap.isEmpty() && watch.isRoundDue(now, pageNanos);
        boolean before = heap.isUnfinished();
        if (due.isEmpty() && !round && !before && !(isIdle && heap.holdsIdle())) {
            return false;
        }
        long idleSince = isIdle ? watch.activity : ThreadHeap.BUSY;
        // No switch: that takes a class of its own, which the closed loader of an application that is gone could not
        // load any more.
        HeapRegistry.Asked asked = registry.run(heap, h -> h.scavenge(due, idleSince, round));
        if (asked == HeapRegistry.Asked.AWAY) {
            watch.again(due);
            return isIdle && heap.tend(delayNanos, TEND_NANOS);
        }
        return asked == HeapRegistry.Asked.DONE ? heap.isUnfinished() : before; // what a loop does now is seen later
    }

    /** When one heap was last seen to do something, and when its classes and pages were last looked at: never later than now. */
    private static final class Watch {
        private final long[] turnedAt = new long[SizeClasses.COUNT];
        private final BitSet missed = new BitSet(SizeClasses.COUNT);
        private long activity;
        private long since;
        private long roundAt;

        Watch(long now) {
            Arrays.fill(turnedAt, now);
            since = now;
            roundAt = now;
        }

        void see(ThreadHeap heap, long now) {
            long seen = heap.activity();
            if (seen != activity || now - since < 0) {
                activity = seen;
                since = now;
            }
        }

        boolean hasRested(long now, long nanos) {
            return now - since >= nanos;
        }

        /** The classes whose blocks or warm slabs it is time to look at. */
        BitSet due(ThreadHeap heap, long now, long delayNanos) {
            Knobs knobs = heap.knobs();
            BitSet due = new BitSet(SizeClasses.COUNT);
            for (int c = 0; c < turnedAt.length; c++) {
                if (heap.holdsIdle(c)
                        && (missed.get(c) || hasPassed(now - turnedAt[c], knobs.turnNanos(c, delayNanos)))) {
                    due.set(c);
                    turnedAt[c] = now;
                }
            }
            missed.andNot(due);
            return due;
        }

        /** These could not be looked at: they are due at the next look. */
        void again(BitSet due) {
            missed.or(due);
        }

        /** What is free at two rounds goes, so it has been free for half of the time at least and for the whole of it at most. */
        boolean isRoundDue(long now, double pageNanos) {
            boolean due = hasPassed(now - roundAt, pageNanos / 2);
            roundAt = due ? now : roundAt;
            return due;
        }

        /** A clock that has jumped back counts as time that has passed: nothing waits until it has caught up. */
        private static boolean hasPassed(long nanos, double least) {
            return nanos < 0 || nanos >= least;
        }
    }
}
