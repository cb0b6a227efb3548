/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

/** A hot cache without blocks: its levels, misses and turns, on a clock of its own, with the real meter. */
public final class SimulatedCache {
    private final CacheMeter meter = new CacheMeter(1 << 10, this::now);
    private final int batch;
    private final long payingNanos;
    private long now;
    private int window;
    private int cap;
    private int level;
    private int reserved;
    private long misses;
    private long aged;
    private long agedBlocks;
    private double held;

    public SimulatedCache(int cap, int batch, long payingNanos) {
        this.cap = cap;
        this.payingNanos = payingNanos;
        this.batch = batch;
    }

    private long now() {
        return now;
    }

    private void advance(long time) {
        held += (double) level * (time - now);
        now = time;
    }

    public void allocate(long time) {
        advance(time);
        if (level == 0) {
            meter.refill(window, payingNanos, batch);
            meter.served();
            cap = Math.max(cap, meter.raised(window));
            misses++;
            level = Math.min(batch, Math.max(cap, 1));
            meter.taken(level);
        }
        level--;
        reserved = Math.min(reserved, level);
    }

    public void release(long time) {
        advance(time);
        if (level >= cap) {
            meter.spill(level, window);
            misses++;
            give(Math.min(batch + level - cap, level));
        }
        if (cap > 0) {
            level++;
        } else {
            meter.given(1);
        }
    }

    private void give(int n) {
        level -= n;
        reserved = Math.max(reserved - n, 0);
        meter.given(n);
    }

    /** A turn of the loop: gives back what was not needed, and begins another window. */
    public void turn(long time, boolean age, int newCap) {
        advance(time);
        window++;
        cap = newCap;
        int over = Math.max(level - cap, 0);
        int n = age ? Math.max(over, reserved) : over;
        if (n > 0) {
            level -= n;
            reserved = Math.max(reserved - n, 0);
            aged += (n + batch - 1) / batch;
            agedBlocks += n;
            meter.given(n);
        }
        if (age) {
            reserved = level;
        }
    }

    public CacheMeter meter() {
        return meter;
    }

    public int window() {
        return window;
    }

    public long aged() {
        return agedBlocks;
    }

    public int level() {
        return level;
    }

    public int cap() {
        return cap;
    }

    /** Refills, spills and batches given back at turns. */
    public long transfers() {
        return misses + aged;
    }

    /** Blocks times nanoseconds. */
    public double held() {
        return held;
    }
}
