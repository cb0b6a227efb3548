/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.stats;

import java.util.List;
import org.apache.commons.math3.distribution.BinomialDistribution;
import org.apache.commons.math3.stat.descriptive.rank.Median;

/**
 * The median of a few rounds with an interval that assumes nothing about their distribution.
 *
 * <p>The interval runs from the k-th smallest to the k-th largest round. It misses the true median only if fewer than
 * k rounds fell on one of its sides, so its coverage is {@code 1 - 2 P(B < k)} with {@code B ~ Binomial(n, 1/2)}. We
 * take the narrowest interval that covers at least {@link #AIM}, or all rounds if none does: five rounds from
 * smallest to largest cover 93.75 %.
 *
 * @param median the middle round, or the mean of the two middle ones
 * @param low lower end of the interval
 * @param high upper end of the interval
 * @param coverage probability that the interval holds the true median
 * @param rounds number of rounds
 */
public record Summary(double median, double low, double high, double coverage, int rounds) {
    public static final double AIM = 0.95;

    /** Summarises one value per round. */
    public static Summary of(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("values: 0 rounds (expected: >= 1)");
        }
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int n = sorted.length;
        int k = rank(n);
        return new Summary(new Median().evaluate(sorted), sorted[k - 1], sorted[n - k], coverage(n), n);
    }

    /** Returns the probability that the interval of so many rounds holds the true median; 0 for no rounds. */
    public static double coverage(int rounds) {
        return rounds == 0 ? 0 : coverage(rounds, rank(rounds));
    }

    /** The largest k whose interval covers enough, or 1. */
    private static int rank(int rounds) {
        int k = 1;
        while (2 * (k + 1) <= rounds && coverage(rounds, k + 1) >= AIM) {
            k++;
        }
        return k;
    }

    /** Whether the two intervals share a value, so that the difference may be noise. */
    public boolean overlaps(Summary other) {
        return low <= other.high && other.low <= high;
    }

    private static double coverage(int rounds, int k) {
        return Math.max(0, 1 - 2 * new BinomialDistribution(null, rounds, 0.5).cumulativeProbability(k - 1));
    }
}
