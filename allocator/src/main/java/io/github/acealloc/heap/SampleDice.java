/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

/**
 * The randomness and the rate limit behind sampling, one for each heap and one for huge blocks. Not for two threads at a
 * time; used at samples, never on the fast path.
 *
 * <p>Distances between samples are random, so that no regular pattern of allocations escapes them or is always hit.
 */
public final class SampleDice {
    private long random = System.nanoTime() | 1;
    private long lastDue = System.nanoTime();

    /** Dice that have not been thrown. */
    public SampleDice() {}

    /**
     * A pseudo-random number from a cheap generator (xorshift).
     *
     * @param bound greater than 0
     * @return 0 to bound − 1
     */
    public int roll(int bound) {
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
}
