/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

/**
 * Picks the few allocations that are looked at (lifetimes, leaks, statistics): a countdown of bytes, one subtraction
 * on the fast path.
 *
 * <p>An allocation weighs its size plus {@link #WEIGHT}, and one sample falls on {@link #MEAN_INTERVAL} on average: one
 * in 128 allocations of small buffers (Netty's own rate for leak detection), one per 512 KiB of large ones. The distance is random so that no regular pattern escapes or is always
 * hit. Owner only; padded, because other threads read the heap's fields beside it.
 */
public final class SampleCountdown {
    /** What an allocation weighs beside its size, in bytes. */
    public static final int WEIGHT = 4096;

    /** The mean distance between samples, in weighed bytes. */
    public static final int MEAN_INTERVAL = 512 << 10;

    @SuppressWarnings("unused")
    private long p0, p1, p2, p3, p4, p5, p6;

    private long left;
    private long random = System.nanoTime() | 1;
    private long lastDue = System.nanoTime();

    @SuppressWarnings("unused")
    private long q0, q1, q2, q3, q4, q5, q6;

    SampleCountdown() {}

    /**
     * Counts an allocation.
     *
     * @param size its bytes
     * @return whether it is to be sampled; then call {@link #restart} or {@link #sampleEach}
     */
    public boolean count(int size) {
        return (left -= size + WEIGHT) < 0;
    }

    /** Starts the way to the next sample: a random length around the mean. */
    public void restart() {
        left = nextRandom(2 * MEAN_INTERVAL);
    }

    /** Makes every allocation a sample until {@link #restart}. */
    public void sampleEach() {
        left = -1;
    }

    /**
     * A pseudo-random number from this heap's own cheap generator (xorshift).
     *
     * @param bound greater than 0
     * @return 0 to bound − 1
     */
    public int nextRandom(int bound) {
        long x = random;
        x ^= x << 13;
        x ^= x >>> 7;
        x ^= x << 17;
        random = x;
        return (int) ((x >>> 33) % bound);
    }

    /**
     * Limits how often something expensive is done with samples. Reads the clock.
     *
     * @param nanosBetween the least time between two times that this says yes
     * @return whether so much time has passed since it last said yes
     */
    public boolean isDue(long nanosBetween) {
        long now = System.nanoTime();
        if (now - lastDue < nanosBetween) {
            return false;
        }
        lastDue = now;
        return true;
    }

    /**
     * How many allocations of a size a sample of that size stands for.
     *
     * @param size bytes
     * @return at least a fraction of one
     */
    public static double represents(int size) {
        return (double) MEAN_INTERVAL / ((long) size + WEIGHT);
    }
}
