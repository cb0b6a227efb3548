/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import io.github.acealloc.slab.SizeClasses;
import java.util.List;

/** Which sizes are allocated, and how long they live: tells when the load has become another one. For one thread. */
final class SizeMix {
    /** Half the sum of the differences of all shares from which on it is another load. */
    private static final double SHIFT = 0.3;

    private final double[] now = new double[SizeClasses.COUNT];
    private final double[] lives = new double[SizeClasses.COUNT];
    private double[] before;
    private double[] livesBefore;

    /** Takes in what a heap's classes did. */
    void add(List<Reading> readings) {
        for (Reading reading : readings) {
            double allocations = Math.max(reading.allocations(), 0);
            now[reading.sizeClass()] += allocations;
            lives[reading.sizeClass()] += allocations * Math.log1p(reading.meanNanos());
        }
    }

    /** Compares what was taken in since the last call with what was taken in before. */
    boolean hasShifted() {
        double sum = sum(now);
        if (sum == 0) {
            return false;
        }
        boolean shifted = false;
        if (before != null) {
            double shares = 0;
            double octaves = 0;
            double sumBefore = sum(before);
            for (int c = 0; c < now.length; c++) {
                shares += Math.abs(now[c] / sum - before[c] / sumBefore) / 2;
                double both = Math.min(now[c] / sum, before[c] / sumBefore);
                if (both > 0) {
                    octaves += both * Math.abs(lives[c] / now[c] - livesBefore[c] / before[c]);
                }
            }
            shifted = shares > SHIFT || octaves > 1; // the mean lifetime is e times what it was, or a part of it
        }
        before = now.clone();
        livesBefore = lives.clone();
        java.util.Arrays.fill(now, 0);
        java.util.Arrays.fill(lives, 0);
        return shifted;
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}
