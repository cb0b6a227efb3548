/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.soak;

import java.util.Arrays;
import java.util.Locale;

/**
 * Whether a series of samples rises: its first third is warm-up, and the medians of the two others are compared.
 *
 * <p>Medians, because the limit is reached on purpose for moments, and a jump of the clock has everything given back for others.
 *
 * @param middle the median of the second third
 * @param last the median of the last third
 */
record Flatness(double middle, double last) {
    /**
     * What may come and go of committed memory between two thirds without being growth: each of a dozen heaps has a superslab of 2 MiB
     * that it needs at one time and not at another. A leak of a 64 KiB buffer a second is more within the ten minutes between the
     * middles of two thirds of half an hour.
     */
    static final long SUPERSLABS = 16 << 20;

    /** The same of the resident size, which in short runs grows with what the JVM still compiles. */
    static final long COMPILED = 32 << 20;

    private static final double SLACK_SHARE = 0.10;

    static Flatness of(long[] samples) {
        int third = samples.length / 3;
        if (third == 0) {
            throw new IllegalArgumentException("samples: " + samples.length + " (expected: >= 3)");
        }
        return new Flatness(
                median(samples, samples.length - 2 * third, samples.length - third),
                median(samples, samples.length - third, samples.length));
    }

    private static double median(long[] samples, int from, int to) {
        long[] sorted = Arrays.copyOfRange(samples, from, to);
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2.0;
    }

    /** Whether it rises by no more than so many bytes, or by no more than a tenth. */
    boolean isFlat(long slack) {
        return last - middle <= Math.max(slack, SLACK_SHARE * middle);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.1f -> %.1f MiB", middle / (1 << 20), last / (1 << 20));
    }
}
