/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Superslab;
import java.util.Arrays;

/**
 * The limits that heaps keep to: what a control loop may move. Immutable; owners read the current one in refill and
 * spill only, so a change takes effect at each cache's next one.
 */
public final class Knobs {
    private static final int CACHE_BYTES = 256 << 10;
    /** The largest cap that the defaults give. */
    static final int MAX_CAP = 256;

    private static final int MIN_CAP = 1;
    private static final int WARM_BYTES = 128 << 10;
    private static final int MAX_WARM_SLABS = 2;
    private static final int PREFILL = 1;
    private static final int BATCH_BYTES = 16 << 10;
    private static final int MAX_BATCH = 32;
    private static final long PURGE_DELAY_NANOS = 1_000_000_000L;

    /** What is never given back by time. */
    public static final long NEVER = Long.MAX_VALUE;

    private record Slabs(int warm, int prefill, boolean tiering, boolean eagerFree) {}

    private record Idle(long purgeDelayNanos, boolean pagesByTime) {}

    private record Observation(int window, int lifetimeBytes) {}

    private static final Slabs SLABS = new Slabs(MAX_WARM_SLABS, PREFILL, true, true);
    private static final Idle IDLE = new Idle(PURGE_DELAY_NANOS, false);

    /** By class; nobody writes to them once they are here. */
    private final int[] caps;

    private final int[] batches;
    private final long[] payingNanos;
    private final Slabs slabs;
    private final Idle idle;
    private final Observation observation;

    private Knobs(int[] caps, int[] batches, long[] payingNanos, Slabs slabs, Idle idle, Observation observation) {
        this.caps = caps;
        this.batches = batches;
        this.payingNanos = payingNanos;
        this.slabs = slabs;
        this.idle = idle;
        this.observation = observation;
    }

    /**
     * The default limits: up to 256 KiB a class and heap in hot caches, but at least 1 and at most 256 blocks.
     *
     * @return the same for all heaps
     */
    public static Knobs defaults() {
        int[] caps = new int[SizeClasses.COUNT];
        int[] batches = new int[SizeClasses.COUNT];
        for (int c = 0; c < caps.length; c++) {
            caps[c] = Math.min(Math.max(CACHE_BYTES / SizeClasses.blockBytes(c), MIN_CAP), MAX_CAP);
            batches[c] = Math.min(Math.max(BATCH_BYTES / SizeClasses.blockBytes(c), 1), MAX_BATCH);
        }
        return new Knobs(caps, batches, new long[caps.length], SLABS, IDLE, new Observation(0, 0));
    }

    /**
     * Limits that are to be learned: a heap's caches start with a batch a class, two where blocks are small, so up to 16 KiB, and earn
     * the rest.
     *
     * @return the same for all heaps
     */
    public static Knobs toBeLearned() {
        Knobs knobs = defaults();
        int[] caps = new int[SizeClasses.COUNT];
        for (int c = 0; c < caps.length; c++) {
            int most = Math.min(2 * knobs.batch(c), BATCH_BYTES / SizeClasses.blockBytes(c));
            caps[c] = Math.max(most, knobs.batch(c));
        }
        return knobs.withCaches(caps, knobs.batches);
    }

    /**
     * The same limits with another cap and batch for every class.
     *
     * @param cap blocks, at least 0; 0 caches nothing
     * @param batch blocks, at least 1
     * @return a new object
     */
    public Knobs withCaches(int cap, int batch) {
        int[] newCaps = new int[SizeClasses.COUNT];
        int[] newBatches = new int[SizeClasses.COUNT];
        Arrays.fill(newCaps, cap);
        Arrays.fill(newBatches, batch);
        return withCaches(newCaps, newBatches);
    }

    /**
     * The same limits with other caps and batches.
     *
     * @param caps for each class, blocks, at least 0; 0 caches nothing
     * @param batches for each class, blocks, at least 1
     * @return a new object
     */
    public Knobs withCaches(int[] caps, int[] batches) {
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            if (caps[c] < 0 || batches[c] < 1) {
                throw new IllegalArgumentException(
                        "cap: " + caps[c] + " (expected: >= 0), batch: " + batches[c] + " (expected: >= 1)");
            }
        }
        return new Knobs(caps.clone(), batches.clone(), payingNanos, slabs, idle, observation);
    }

    /**
     * The same limits with other numbers of slabs that lie ready.
     *
     * @param warmSlabs how many empty slabs a class keeps at most, at least 0
     * @param prefill how many are fetched at once when none is left, at least 1
     * @return a new object
     */
    public Knobs withSlabs(int warmSlabs, int prefill) {
        if (warmSlabs < 0 || prefill < 1) {
            throw new IllegalArgumentException(
                    "warmSlabs: " + warmSlabs + " (expected: >= 0), prefill: " + prefill + " (expected: >= 1)");
        }
        return new Knobs(
                caps,
                batches,
                payingNanos,
                new Slabs(warmSlabs, prefill, slabs.tiering, slabs.eagerFree),
                idle,
                observation);
    }

    /**
     * The same limits, with or without two habits of heaps; both are on but for measurements.
     *
     * @param tiering whether superslabs that are nearly empty are left to drain
     * @param eagerFree whether empty slabs and superslabs that are not kept ready go back at once, and not by time
     * @return a new object
     */
    public Knobs withHabits(boolean tiering, boolean eagerFree) {
        return new Knobs(
                caps,
                batches,
                payingNanos,
                new Slabs(slabs.warm, slabs.prefill, tiering, eagerFree),
                idle,
                observation);
    }

    /**
     * The same limits with another clock for the free pages of superslabs in use.
     *
     * @param pagesByTime whether a heap that goes on allocating gives them back when its {@link ThreadHeap#scavenge} is called, and
     *     not by what it allocates, unless very much lies free
     * @return a new object
     */
    public Knobs withPagesByTime(boolean pagesByTime) {
        return new Knobs(caps, batches, payingNanos, slabs, new Idle(idle.purgeDelayNanos, pagesByTime), observation);
    }

    /**
     * The same limits with another delay before idle memory is given back.
     *
     * @param nanos at least 0; {@link #NEVER} keeps it
     * @return a new object
     */
    public Knobs withPurgeDelay(long nanos) {
        if (nanos < 0) {
            throw new IllegalArgumentException("nanos: " + nanos + " (expected: >= 0)");
        }
        return new Knobs(caps, batches, payingNanos, slabs, new Idle(nanos, idle.pagesByTime), observation);
    }

    /**
     * How many blocks a hot cache holds at most.
     *
     * @param sizeClass the class
     * @return at least 0
     */
    public int cap(int sizeClass) {
        return caps[sizeClass];
    }

    /**
     * How many blocks a refill fetches and a spill gives back.
     *
     * @param sizeClass the class
     * @return at least 1
     */
    public int batch(int sizeClass) {
        return batches[sizeClass];
    }

    /**
     * How many slabs a class that grows fetches at once when its warm pool is empty: one, the one that it needs, unless told
     * otherwise.
     *
     * @return at least 1
     */
    public int prefill() {
        return slabs.prefill;
    }

    /**
     * How many empty slabs a class's warm pool keeps: 128 KiB of them, and no more than the knob says.
     *
     * @param sizeClass the class
     * @return at least 0
     */
    public int warmSlabs(int sizeClass) {
        return Math.min(WARM_BYTES / (SizeClasses.units(sizeClass) * Superslab.UNIT_BYTES), slabs.warm);
    }

    /**
     * How long memory lies idle before it is given back: blocks and slabs of an idle class to their superslabs, an empty
     * superslab's pages to the system.
     *
     * @return nanoseconds, at least 0
     */
    public long purgeDelayNanos() {
        return idle.purgeDelayNanos;
    }

    /**
     * Whether superslabs that are nearly empty serve no new slabs, so that they may become empty.
     *
     * @return {@code true} but for measurements
     */
    public boolean tiering() {
        return slabs.tiering;
    }

    /**
     * Whether empty slabs and superslabs that are not kept ready go back at once.
     *
     * @return {@code true} but for measurements
     */
    public boolean eagerFree() {
        return slabs.eagerFree;
    }

    /**
     * Whether free pages of superslabs in use go back by time, unless very much lies free.
     *
     * @return {@code true} where a control loop sees to it
     */
    public boolean pagesByTime() {
        return idle.pagesByTime;
    }

    /**
     * The same limits in another window of observation.
     *
     * @param window another one for each turn of the control loop
     * @param lifetimeBytes how many bytes of a class are allocated for one lifetime that is measured; 0 measures none
     * @return a new object
     */
    public Knobs withObservation(int window, int lifetimeBytes) {
        if (lifetimeBytes < 0) {
            throw new IllegalArgumentException("lifetimeBytes: " + lifetimeBytes + " (expected: >= 0)");
        }
        return new Knobs(caps, batches, payingNanos, slabs, idle, new Observation(window, lifetimeBytes));
    }

    /**
     * How many bytes of a class are allocated for one lifetime that is measured.
     *
     * @return at least 0; 0 measures none
     */
    public int lifetimeBytes() {
        return observation.lifetimeBytes;
    }

    /**
     * Which window of observation this is: water marks begin anew with each.
     *
     * @return any number
     */
    public int window() {
        return observation.window;
    }

    /**
     * The same limits, where owners raise a cap by themselves if it pays.
     *
     * @param nanos for each class how long a block may lie idle before keeping it has cost more than fetching it again; 0 where
     *     no cap is raised
     * @return a new object
     */
    public Knobs withPaying(long[] nanos) {
        return new Knobs(caps, batches, nanos.clone(), slabs, idle, observation);
    }

    /**
     * How long a block may lie idle before keeping it has cost more than fetching it again.
     *
     * @param sizeClass the class
     * @return nanoseconds; 0 where no cap is raised
     */
    long payingNanos(int sizeClass) {
        return payingNanos[sizeClass];
    }

    /**
     * How long it takes from one turn of a class to the next: what is not needed in between goes back. So it has lain there for that
     * time at least, and for twice that time at most.
     *
     * @param sizeClass the class
     * @param delayNanos how long anything lies unused at most
     * @return nanoseconds; half of the delay, or less where to keep a block does not pay for so long
     */
    public long turnNanos(int sizeClass, long delayNanos) {
        long paying = payingNanos[sizeClass];
        return paying > 0 ? Math.min(paying, delayNanos / 2) : delayNanos / 2;
    }
}
