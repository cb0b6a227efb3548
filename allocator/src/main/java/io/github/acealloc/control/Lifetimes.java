/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

/**
 * How long the buffers of one class lived, from samples: a histogram of powers of two that forgets. For one thread, the
 * governor's.
 */
public final class Lifetimes {
    private static final int BUCKETS = Long.SIZE;

    /** Half of all weight is forgotten in so many seconds, and never less than this many samples are kept. */
    private static final double HALF_LIFE_NANOS = 2e9;

    private static final double KEPT_SAMPLES = 16;

    private final float[] weights = new float[BUCKETS];
    private double weight;
    private double remote;

    /** The buckets that may hold something. */
    private int first = BUCKETS;

    private int end;

    /** No samples yet. */
    public Lifetimes() {}

    /**
     * Takes a sample in.
     *
     * @param nanos the lifetime
     * @param isRemote whether another thread than the owner released it
     */
    public void add(long nanos, boolean isRemote) {
        int bucket = bucket(nanos);
        first = Math.min(first, bucket);
        end = Math.max(end, bucket + 1);
        weights[bucket]++;
        weight++;
        remote += isRemote ? 1 : 0;
    }

    private static int bucket(long nanos) {
        return Long.SIZE - Long.numberOfLeadingZeros(Math.max(nanos, 0)) & (BUCKETS - 1);
    }

    /** The middle of a bucket that holds [2^(b-1), 2^b). */
    private static double middle(int bucket) {
        return bucket == 0 ? 0 : Math.scalb(0.75, bucket);
    }

    /**
     * Forgets as much as is old.
     *
     * @param nanos the time that has passed
     */
    public void age(long nanos) {
        if (weight == 0) {
            return;
        }
        double keep = Math.pow(0.5, Math.max(nanos, 0) / HALF_LIFE_NANOS);
        if (weight * keep < KEPT_SAMPLES) {
            keep = Math.min(1, KEPT_SAMPLES / Math.max(weight, 1));
        }
        for (int b = first; b < end; b++) {
            weights[b] *= (float) keep;
        }
        weight *= keep;
        remote *= keep;
    }

    /**
     * How much is known.
     *
     * @return samples, old ones counting less
     */
    public double samples() {
        return weight;
    }

    /**
     * The mean lifetime, where what lives longer than a limit counts as that limit.
     *
     * @param limit nanoseconds
     * @return nanoseconds; 0 without samples
     */
    public double mean(double limit) {
        double sum = 0;
        for (int b = first; b < end; b++) {
            sum += weights[b] * Math.min(middle(b), limit);
        }
        return weight > 0 ? sum / weight : 0;
    }

    /**
     * How long half of the buffers lived at most; for any thread, a moment old.
     *
     * @return nanoseconds, the middle of a range from one power of two to the next; 0 without samples
     */
    public double median() {
        double all = 0;
        for (float some : weights) {
            all += some;
        }
        double sum = 0;
        for (int b = 0; b < BUCKETS && all > 0; b++) {
            sum += weights[b];
            if (2 * sum >= all) {
                return middle(b);
            }
        }
        return 0;
    }

    /**
     * The share of buffers that another thread than the owner released.
     *
     * @return 0 to 1
     */
    public double remoteShare() {
        return weight > 0 ? remote / weight : 0;
    }

    /**
     * How far this is from another time's lifetimes: half the sum of the differences of all shares.
     *
     * @param other the other time's
     * @return 0 for the same to 1 for nothing in common; 0 if one of them has no samples
     */
    public double distance(Lifetimes other) {
        if (weight == 0 || other.weight == 0) {
            return 0;
        }
        double sum = 0;
        for (int b = 0; b < BUCKETS; b++) {
            sum += Math.abs(weights[b] / weight - other.weights[b] / other.weight);
        }
        return sum / 2;
    }

    /**
     * What is known now.
     *
     * @return a copy that does not change any more
     */
    public Lifetimes copy() {
        Lifetimes copy = new Lifetimes();
        System.arraycopy(weights, 0, copy.weights, 0, BUCKETS);
        copy.first = first;
        copy.end = end;
        copy.weight = weight;
        copy.remote = remote;
        return copy;
    }
}
