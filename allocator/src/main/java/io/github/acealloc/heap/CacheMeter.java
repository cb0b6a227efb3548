/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import java.util.function.LongSupplier;

/**
 * What one hot cache lacked and what it had too much of: the control loop's view of it. Written by the heap's owner in
 * refill and spill only; other threads see values that may be a moment old.
 *
 * <p><b>The virtual level.</b> Blocks that the cache spilled, less those that it was refilled with, are what a cache
 * without a cap would hold beside: {@code virtual level = level + given - taken}. It is the live count seen from the other
 * side, so its swing over a time is the cap that would have been enough for that time, and it is known exactly where it
 * matters: at each miss.
 *
 * <p><b>The ghost.</b> Now and then a spill is watched: how long until the blocks that it gave away would have been needed
 * again, which is when the virtual level is back where it was. That time, held against what a byte is worth, says whether a
 * higher cap would pay. A one-way stream never comes back, so no cap is raised for it.
 */
public final class CacheMeter {
    /** For how many windows a spill is watched before another one may be. */
    private static final int WINDOWS_PER_WATCH = 8;

    /** Of how many spills one is watched: reading the clock for each would cost more than a block. */
    private static final int SPILLS_PER_WATCH = 8;

    /** No cap is raised beyond so many blocks or bytes: a budget binds at the next window only. */
    private static final int MOST_RAISED = 4096;

    private static final int MOST_RAISED_BYTES = 4 << 20;

    /** Of caches that have never been refilled: all zero, and never written. */
    static final CacheMeter NONE = new CacheMeter(1, System::nanoTime);

    private final LongSupplier clock;
    private final int mostRaised;
    private long taken;
    private long given;
    private long aged;
    private long refills;
    private long spills;

    private int window;
    private long lowest;
    private long highest;

    private boolean watching;
    private boolean toBeWatched;
    private int untilWatch;
    private int watchedIn;
    private long watchedLevel;
    private long watchedSince;
    private long watchedHighest;
    private long reach;
    private int reachIn = -1;
    private long reuses;
    private long lapses;
    private long watchedNanos;
    private int raised;
    private int raisedIn = -1;

    CacheMeter(int blockBytes, LongSupplier clock) {
        this.clock = clock;
        mostRaised = Math.min(MOST_RAISED_BYTES / blockBytes, MOST_RAISED);
    }

    /** A refill has served an allocation: one that was refused is none. */
    void served() {
        refills++;
    }

    private long spilled() {
        return given - taken;
    }

    /**
     * The cache is empty and gets blocks.
     *
     * @param now the window
     * @param payingNanos if what a watched spill gave away is needed again within this time, the cap is raised at once to what
     *     would have been enough, for the rest of the window: the control loop is too slow for a cold start
     * @param batch of the refill
     */
    void refill(int now, long payingNanos, int batch) {
        long level = spilled();
        mark(level, now);
        if (watching && level <= watchedLevel) {
            watching = false;
            reuses++;
            long nanos = clock.getAsLong() - watchedSince;
            watchedNanos += nanos;
            reach = watchedHighest - level;
            reachIn = now;
            if (nanos < payingNanos) {
                raised = (int) Math.min((long) swing(now) + batch, mostRaised);
                raisedIn = now;
            }
        }
    }

    /**
     * The cap that a watched spill has shown to pay.
     *
     * @param window the current one
     * @return blocks; 0 if there was none in this window
     */
    public int raised(int window) {
        return raisedIn == window ? raised : 0;
    }

    /** The cache is full and gives blocks away. */
    void spill(int level, int now) {
        spills++;
        long virtual = level + spilled();
        mark(virtual, now);
        watchedHighest = Math.max(watchedHighest, virtual);
        if (--untilWatch < 0) {
            untilWatch = SPILLS_PER_WATCH - 1;
            watch(virtual, now);
        }
    }

    private void watch(long virtual, int now) {
        if (watching && now - watchedIn < WINDOWS_PER_WATCH) {
            return;
        }
        long nanos = clock.getAsLong();
        if (watching) { // not needed again for so long
            lapses++;
            watchedNanos += nanos - watchedSince;
        }
        toBeWatched = true;
        watching = false;
        watchedIn = now;
        watchedSince = nanos;
        watchedHighest = virtual;
    }

    private void mark(long level, int now) {
        if (window != now) {
            window = now;
            lowest = level;
            highest = level;
        } else if (level < lowest) {
            lowest = level;
        } else if (level > highest) {
            highest = level;
        }
    }

    void taken(int blocks) {
        taken += blocks;
    }

    void given(int blocks) {
        given += blocks;
        if (toBeWatched) {
            toBeWatched = false;
            watching = true;
            watchedLevel = spilled();
        }
    }

    /**
     * Allocations that found the cache empty.
     *
     * @return a count
     */
    public long refills() {
        return refills;
    }

    /**
     * Releases that found the cache full.
     *
     * @return a count
     */
    public long spills() {
        return spills;
    }

    /**
     * Blocks that came from slabs.
     *
     * @return a count
     */
    public long taken() {
        return taken;
    }

    /**
     * Blocks that went back to slabs because the cache was full.
     *
     * @return a count
     */
    public long given() {
        return given;
    }

    /** A turn has given blocks back. */
    void aged(int blocks) {
        aged += blocks;
    }

    /**
     * Blocks that turns have given back.
     *
     * @return a count
     */
    public long aged() {
        return aged;
    }

    /**
     * How far the virtual level went within a window, or since a watch began that ended in it, as far as misses have shown it.
     *
     * @param window the current one
     * @return blocks; 0 if there was no miss in it
     */
    public int swing(int window) {
        long ofWindow = this.window == window ? highest - lowest : 0;
        long ofWatch = reachIn == window ? reach : 0;
        return (int) Math.min(Math.max(ofWindow, ofWatch), Integer.MAX_VALUE);
    }

    /**
     * Watched spills whose blocks were needed again.
     *
     * @return a count
     */
    public long reuses() {
        return reuses;
    }

    /**
     * Watched spills whose blocks were not needed for so long that the watch was given up.
     *
     * @return a count
     */
    public long lapses() {
        return lapses;
    }

    /**
     * How long all watches took that have ended.
     *
     * @return nanoseconds
     */
    public long watchedNanos() {
        return watchedNanos;
    }
}
