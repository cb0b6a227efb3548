/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import io.github.acealloc.heap.CacheMeter;
import io.github.acealloc.heap.HotCache;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.slab.SizeClasses;
import java.util.ArrayList;
import java.util.List;

/**
 * What the control loop knows of one heap: its counters at the last turn, lifetimes, and what was decided. For the governor's
 * thread; it reads the owner's figures racily and touches none of its lists.
 */
final class HeapWatch {
    /** What a turn found in one class. */
    private static final class Track {
        long allocations;
        long refills;
        long spills;
        long moved;
        long reuses;
        long watchedNanos;
        long aged;
        final Lifetimes lifetimes = new Lifetimes();
        Controller.Memory memory = Controller.Memory.NONE;
        Decision pending;
        double costBefore;
    }

    /** What is found when a heap is first looked at was done in about so long. */
    private static final long FIRST_NANOS = 100_000_000;

    /** More lifetimes than that in one turn tell nothing new, and cost the heap's owner time: half of what the ring holds. */
    static final int ENOUGH_LIFETIMES = 256;

    /** Lifetimes are measured up to so many times doubled bytes apart. */
    static final int MOST_DOUBLINGS = 10;

    private final ThreadHeap heap;
    private final Track[] tracks = new Track[SizeClasses.COUNT];
    private final int[] caps = new int[SizeClasses.COUNT];
    private final int[] batches = new int[SizeClasses.COUNT];
    private long lastNanos;
    private int window;
    private long allocations;

    /** How often the bytes between two lifetimes are doubled, and how many lifetimes had been dropped at the last turn. */
    private int doublings;

    private long dropped;

    /** Begins to watch. */
    HeapWatch(ThreadHeap heap, Knobs start, long now) {
        this.heap = heap;
        lastNanos = now - FIRST_NANOS;
        for (int c = 0; c < caps.length; c++) {
            caps[c] = start.cap(c);
            batches[c] = start.batch(c);
        }
    }

    ThreadHeap heap() {
        return heap;
    }

    /** Whether the class has been used; for any thread, a moment late. */
    boolean knows(int sizeClass) {
        return tracks[sizeClass] != null;
    }

    /** How many lifetimes are known, old ones counting less; for any thread: what the governor is just changing is a little wrong. */
    double lifetimeSamples(int sizeClass) {
        Track track = tracks[sizeClass];
        return track == null ? 0 : track.lifetimes.samples();
    }

    /** Their mean; for any thread, as above. */
    double lifetimeNanos(int sizeClass) {
        Track track = tracks[sizeClass];
        return track == null ? 0 : track.lifetimes.mean(Double.MAX_VALUE);
    }

    int cap(int sizeClass) {
        return caps[sizeClass];
    }

    int batch(int sizeClass) {
        return batches[sizeClass];
    }

    /** Whether anything was allocated in the last turn. */
    boolean wasActive() {
        return allocations > 0;
    }

    /** Allocations in the last turn. */
    long allocations() {
        return allocations;
    }

    Controller.Memory memory(int sizeClass) {
        return tracks[sizeClass].memory;
    }

    /** Reads what the classes did since the last time; those that have never done anything are left out. */
    List<Reading> read(long now, Economics economics) {
        long nanos = now - lastNanos;
        lastNanos = now;
        drainLifetimes();
        List<Reading> readings = new ArrayList<>();
        allocations = 0;
        for (int c = heap.nextUsed(0); c < tracks.length; c = heap.nextUsed(c + 1)) {
            HotCache cache = heap.cache(c);
            if (tracks[c] == null && cache.allocations() == 0 && cache.size() == 0) {
                continue;
            }
            Track track = track(c);
            track.lifetimes.age(nanos);
            readings.add(read(c, cache, track, Math.max(nanos, 0), economics));
        }
        return readings;
    }

    /** Where more come than are of use, fewer are to be measured from now on; all alike, so that long ones are not missed more. */
    private void drainLifetimes() {
        int drained = heap.ring().drain(this::observe);
        long droppedNow = heap.ring().dropped();
        long came = drained + droppedNow - dropped;
        dropped = droppedNow;
        if (came < ENOUGH_LIFETIMES / 4) {
            doublings = Math.max(doublings - 1, 0);
        }
        for (; came > ENOUGH_LIFETIMES; came /= 2) {
            doublings = Math.min(doublings + 1, MOST_DOUBLINGS);
        }
    }

    private Track track(int sizeClass) {
        if (tracks[sizeClass] == null) {
            tracks[sizeClass] = new Track();
        }
        return tracks[sizeClass];
    }

    private void observe(int sizeClass, boolean remote, long nanos) {
        track(sizeClass).lifetimes.add(nanos, remote);
    }

    private Reading read(int c, HotCache cache, Track track, long nanos, Economics economics) {
        CacheMeter meter = cache.meter();
        long allocated = cache.allocations();
        long moved = meter.taken() + meter.given();
        int bytes = SizeClasses.blockBytes(c);
        Reading reading = new Reading(
                c,
                bytes,
                nanos,
                allocated - track.allocations,
                meter.refills() - track.refills,
                meter.spills() - track.spills,
                moved - track.moved,
                meter.swing(window),
                meter.reuses() - track.reuses,
                meter.watchedNanos() - track.watchedNanos,
                cache.aged() - track.aged,
                cache.size(),
                Math.max(caps[c], meter.raised(window)),
                batches[c],
                track.lifetimes.mean(Double.MAX_VALUE),
                track.lifetimes.mean(economics.tau(bytes, batches[c])));
        track.allocations = allocated;
        track.refills = meter.refills();
        track.spills = meter.spills();
        track.moved = moved;
        track.reuses = meter.reuses();
        track.watchedNanos = meter.watchedNanos();
        track.aged = cache.aged();
        allocations += reading.allocations();
        return reading;
    }

    /** Takes a choice over; returns the decision of the turn before, whose effect is known now, or null. */
    Decision settle(Reading reading, double cost) {
        Track track = tracks[reading.sizeClass()];
        Decision before = track.pending;
        track.pending = null;
        return before == null ? null : before.withMeasured(cost - track.costBefore);
    }

    void choose(Reading reading, Controller.Choice choice, int cap, double cost, Decision decision) {
        Track track = tracks[reading.sizeClass()];
        track.memory = choice.memory();
        track.pending = decision;
        track.costBefore = cost;
        caps[reading.sizeClass()] = cap;
        batches[reading.sizeClass()] = choice.batch();
    }

    /**
     * The limits as they are decided now, for another window.
     *
     * @param lifetimeBytes one lifetime is measured for so many bytes of a class, or for more where too many come
     */
    Knobs knobs(Knobs common, int lifetimeBytes) {
        return common.withCaches(caps, batches).withObservation(++window, lifetimeBytes << doublings);
    }
}
