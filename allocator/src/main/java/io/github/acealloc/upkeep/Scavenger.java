/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.upkeep;

import io.github.acealloc.heap.HeapRegistry;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.slab.SizeClasses;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

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

    /** Those that wanted to go on at the last look. */
    private final Set<ThreadHeap> unfinished = Collections.newSetFromMap(new IdentityHashMap<>());

    /** The classes that are due in the heap that is looked at. */
    private final BitSet due = new BitSet(SizeClasses.COUNT);

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
        unfinished.clear();
        return look(registry.heaps(), now, delayNanos, pageNanos, leaveNanos);
    }

    /**
     * Looks only at those heaps that stopped before they had given back all that was to go.
     *
     * @param now the time, as {@code System.nanoTime()} tells it
     * @param delayNanos as for {@link #look}
     * @param pageNanos as for {@link #look}
     * @param leaveNanos as for {@link #look}
     * @return whether it should go on soon
     */
    public boolean goOn(long now, long delayNanos, double pageNanos, long leaveNanos) {
        List<ThreadHeap> heaps = new ArrayList<>();
        for (ThreadHeap heap : registry.heaps()) { // not those that have gone meanwhile
            if (unfinished.contains(heap) || heap.isUnfinished()) {
                heaps.add(heap);
            }
        }
        unfinished.clear();
        return look(heaps, now, delayNanos, pageNanos, leaveNanos);
    }

    private boolean look(List<ThreadHeap> heaps, long now, long delayNanos, double pageNanos, long leaveNanos) {
        RuntimeException failure = null;
        for (ThreadHeap heap : heaps) {
            try {
                if (lookAt(heap, now, delayNanos, pageNanos, leaveNanos)) {
                    unfinished.add(heap);
                }
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
        return !unfinished.isEmpty();
    }

    private boolean lookAt(ThreadHeap heap, long now, long delayNanos, double pageNanos, long leaveNanos) {
        Watch watch = watches.computeIfAbsent(heap, h -> new Watch(now));
        watch.see(heap, now);
        if (heap.isEmpty() && watch.hasRested(now, leaveNanos)) {
            registry.letGo(heap, watch.activity);
        }
        boolean isIdle = watch.hasRested(now, delayNanos);
        watch.due(heap, now, delayNanos, due);
        boolean round = !isIdle && !heap.isEmpty() && watch.isRoundDue(now, pageNanos);
        boolean before = heap.isUnfinished();
        if (due.isEmpty() && !round && !before && !(isIdle && heap.holdsIdle())) {
            return false;
        }
        long idleSince = isIdle ? watch.activity : ThreadHeap.BUSY;
        // No switch: that takes a class of its own, which the closed loader of an application that is gone could not
        // load any more.
        BitSet classes = (BitSet) due.clone();
        HeapRegistry.Asked asked = registry.run(heap, h -> h.scavenge(classes, idleSince, round));
        if (asked == HeapRegistry.Asked.AWAY) {
            watch.again(classes);
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
        void due(ThreadHeap heap, long now, long delayNanos, BitSet due) {
            Knobs knobs = heap.knobs();
            due.clear();
            for (int c = heap.nextUsed(0); c < turnedAt.length; c = heap.nextUsed(c + 1)) {
                if (heap.holdsIdle(c)
                        && (missed.get(c) || hasPassed(now - turnedAt[c], knobs.turnNanos(c, delayNanos)))) {
                    due.set(c);
                    turnedAt[c] = now;
                }
            }
            missed.andNot(due);
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
