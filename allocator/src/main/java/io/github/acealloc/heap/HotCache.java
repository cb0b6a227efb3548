/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.slab.SizeClasses;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * The whole fast path: a stack of free blocks' numbers of one size class, touched by its heap's owner only.
 *
 * <p>It holds numbers, not references: a reference stored into an old array costs the collector's write barrier on
 * every release, an {@code int} costs nothing. Conditions are written as {@code t >= 0 && t < ids.length}, which compiles to
 * the one comparison that is also the array's bounds check. What does not fit in a line here turns off into
 * {@link Refill}.
 *
 * <p><b>The reserve</b> is what lay here at the last {@link #turn}, below what came since: blocks that are taken back from it
 * were needed, those that lie there at the next turn were not and go back to their slabs. So the low-water mark is known
 * without a comparison on the fast path. The two arrays change places at a turn, so no garbage is made.
 */
public final class HotCache {
    /** No block's number: all of them are at least 0. */
    public static final int NO_BLOCK = -1;

    private static final String NOT_OWNER = "a hot cache was touched by a thread that does not own its heap";
    private static final int SAMPLE_BYTES = 512 << 10;
    private static final int MAX_MEAN_SPAN = 128;

    /** Measuring a lifetime takes some 100 ns: where blocks are large, so many allocations share that. */
    private static final int ALLOCATIONS_PER_LIFETIME = 64;

    /** But no more than so many times the bytes go without one. */
    private static final int MOST_LIFETIME_SPANS = 8;

    private static final int[] EMPTY = new int[0];

    private final Refill refill;
    private final int sizeClass;
    private int[] ids = EMPTY;
    private int top;

    /** Allocations up to the next sample, of {@link #span} from the last one. */
    private int untilSample;

    private int span;
    private long sampledSpans;

    /** Bytes to allocate up to the next lifetime that is measured. */
    private long untilLifetime;

    private int[] reserve = EMPTY;
    private int reserved;

    /** Null until the first refill: of most classes a heap never sees a block. */
    private CacheMeter meter;

    /** Without room, so that the first use is a refill. */
    HotCache(Refill refill, int sizeClass) {
        this.refill = refill;
        this.sizeClass = sizeClass;
        span = 1;
    }

    /**
     * Takes a block: the one released last, or one from a refill. The allocation is counted before, by {@link #isSampleDue} or
     * {@link #countMove}; where there is no block it does not count.
     *
     * @return its number; the object is {@link ThreadHeap#block}
     * @throws OutOfMemoryError if the limit is reached and trimming did not help
     */
    public int pop() {
        int id = tryPop();
        return id >= 0 ? id : refill.refill(this);
    }

    /**
     * Takes the block released last, without a refill.
     *
     * @return its number, or {@link #NO_BLOCK}: then {@link #pop} refills
     */
    public int tryPop() {
        assert refill.isOwner() : NOT_OWNER;
        int t = top - 1;
        int[] ids = this.ids;
        if (t >= 0 && t < ids.length) {
            top = t;
            return ids[t];
        }
        return NO_BLOCK;
    }

    /**
     * Counts an allocation down: a few are picked to be looked at (leaks now, lifetimes later), about one in 128 and at
     * least one per 512 KiB.
     *
     * @return whether this one is picked; then call {@link #restartSampling} or {@link #sampleEach}
     */
    public boolean isSampleDue() {
        return --untilSample < 0;
    }

    /**
     * Counts an allocation that is not to be looked at: one that moves a live buffer. If a sample was due, the next allocation is one:
     * the countdown stays there, however many moves there are.
     */
    public void countMove() {
        if (--untilSample < 0) {
            startSpan(1);
        }
    }

    /** Takes the count of an allocation back for which there was no block. */
    void uncount() {
        untilSample++;
    }

    /**
     * Starts the way to the next sample: a random length around the class's mean. Takes in what others gave back meanwhile, so
     * that a large cache does not make them pile up until it is empty.
     */
    public void restartSampling() {
        refill.drainOnce();
        startSpan(1 + refill.dice().roll(2 * meanSpan(sizeClass) - 1));
    }

    /** Makes every allocation a sample until {@link #restartSampling}, and takes in what others gave back, as that does. */
    public void sampleEach() {
        refill.drainOnce();
        startSpan(1);
    }

    /**
     * Decides about an allocation that was picked and after which the next span has begun.
     *
     * @param everyBytes how many bytes of this class there are to one measured lifetime, up to eight times as many where that is
     *     fewer than 64 blocks; 0 measures none
     * @return whether its lifetime is to be measured
     */
    public boolean isLifetimeDue(int everyBytes) {
        if (everyBytes == 0) {
            return false;
        }
        long enough = (long) ALLOCATIONS_PER_LIFETIME * SizeClasses.blockBytes(sizeClass);
        long span = Math.max(everyBytes, Math.min(enough, (long) MOST_LIFETIME_SPANS * everyBytes));
        untilLifetime = Math.min(untilLifetime, span); // it may have become shorter
        if (untilLifetime > 0) {
            return false;
        }
        untilLifetime = Math.max(untilLifetime + span, 1);
        return refill.canObserve();
    }

    private void startSpan(int length) {
        int done = span - 1 - untilSample;
        sampledSpans += done;
        untilLifetime -= (long) done * SizeClasses.blockBytes(sizeClass);
        span = length;
        untilSample = length - 1;
    }

    static int meanSpan(int sizeClass) {
        return Math.min(Math.max(SAMPLE_BYTES / SizeClasses.blockBytes(sizeClass), 1), MAX_MEAN_SPAN);
    }

    /**
     * How many allocations were served so far: all the spans between samples, and the begun one. Exact for the owner.
     *
     * @return a count
     */
    public long allocations() {
        return sampledSpans + span - 1 - untilSample;
    }

    /**
     * Puts a released block back, and spills if the cap is reached.
     *
     * @param id the block's number
     */
    public void push(int id) {
        assert refill.isOwner() : NOT_OWNER;
        int t = top;
        int[] ids = this.ids;
        if (t >= 0 && t < ids.length) {
            ids[t] = id;
            top = t + 1;
        } else {
            refill.spill(this, id);
        }
    }

    int sizeClass() {
        return sizeClass;
    }

    /**
     * What the control loop reads of it.
     *
     * @return live figures, written by the owner
     */
    public CacheMeter meter() {
        CacheMeter meter = this.meter;
        return meter != null ? meter : CacheMeter.NONE;
    }

    /** Begins to meter, if that has not begun; in a refill, before which no block of the class can be spilled. */
    CacheMeter beginMeter(LongSupplier clock) {
        if (meter == null) {
            refill.use(sizeClass);
            meter = new CacheMeter(SizeClasses.blockBytes(sizeClass), clock);
        }
        return meter;
    }

    /**
     * How many blocks lie here. Exact for the owner.
     *
     * @return at least 0
     */
    public int size() {
        return reserved + top;
    }

    /** Whether a block can be popped without the reserve. */
    boolean isReady() {
        return top > 0;
    }

    int room() {
        return ids.length - top;
    }

    /** The blocks from the one that has lain here longest to the one released last. */
    int id(int i) {
        return i < reserved ? reserve[i] : ids[i - reserved];
    }

    /**
     * How many blocks are pushed before some are spilled; the reserve may come on top until then. Exact for the owner.
     *
     * @return the cap that it was last given
     */
    public int cap() {
        return ids.length;
    }

    /** Moves the cap; the caller has made sure that no more blocks than that are in. */
    void cap(int cap) {
        assert top <= cap : "top: " + top + " (expected: <= cap: " + cap + ")";
        ids = Arrays.copyOf(ids, cap);
    }

    /** Gives the {@code n} blocks back to their slabs that have lain here longest. */
    void giveOldest(int n, Knobs knobs) {
        int given = 0;
        try {
            while (given < n) {
                refill.give(id(given++), knobs);
            }
        } finally {
            // Also if giving failed: no block may lie in two places. By loops and not by calls, which would fail as
            // well at
            // the end of a stack.
            int fromReserve = given < reserved ? given : reserved;
            int rest = given - fromReserve;
            reserved -= fromReserve;
            for (int i = 0; fromReserve > 0 && i < reserved; i++) {
                reserve[i] = reserve[i + fromReserve];
            }
            top -= rest;
            for (int i = 0; rest > 0 && i < top; i++) {
                ids[i] = ids[i + rest];
            }
        }
    }

    /** Takes the newest blocks of the reserve back into use; returns whether there were any, and room for them. */
    boolean restock(int atLeast) {
        assert top == 0 : "top: " + top + " (expected: 0)";
        int n = Math.min(Math.min(reserved, Math.max(atLeast, reserved >> 1)), ids.length);
        reserved -= n;
        System.arraycopy(reserve, reserved, ids, 0, n);
        top = n;
        return n > 0;
    }

    /** How many blocks no allocation has needed since the last turn. */
    int reserved() {
        return reserved;
    }

    /**
     * Begins another turn: lays all blocks aside. The caller has given the reserve back.
     *
     * @param given how many blocks that were
     */
    void turn(int given) {
        assert reserved == 0 : "reserved: " + reserved + " (expected: 0)";
        int[] empty = reserve.length == ids.length ? reserve : new int[ids.length];
        meter().aged(given);
        reserve = ids;
        reserved = top;
        ids = empty;
        top = 0;
    }

    /**
     * Blocks that turns have given back so far.
     *
     * @return a count
     */
    public long aged() {
        return meter().aged();
    }
}
