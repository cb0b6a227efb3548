/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The arithmetic of caps: what swing to expect, and how a budget of bytes is shared. Pure. */
final class CapPlanner {
    private CapPlanner() {}

    /**
     * The expected swing of the live count within a time, if buffers are allocated independently of each other: their number
     * is Poisson, and a Gaussian process of that variance and correlation time ranges so far.
     *
     * @param perNano allocations
     * @param shortNanos the mean lifetime, each cut off at that time
     * @param nanos the time
     */
    static double swing(double perNano, double shortNanos, double nanos) {
        double live = perNano * shortNanos;
        return live > 0 ? 2 * Math.sqrt(live) * Math.sqrt(2 * Math.log1p(nanos / shortNanos)) : 0;
    }

    /**
     * Shares a budget where the next byte saves most: classes that allocate most for each byte of their cap get what they
     * want, the rest what is left, and a batch at least.
     *
     * @param readings what the classes did; those that did nothing hold nothing, and keep what they want
     * @param caps what they want, in the same order; lowered here
     * @param budget bytes
     * @return whether there was enough for all
     */
    static boolean share(List<Reading> readings, int[] caps, long budget) {
        Integer[] order = new Integer[caps.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble(i -> -worth(readings.get(i), caps[i])));
        double left = budget;
        boolean enough = true;
        for (int i : order) {
            Reading reading = readings.get(i);
            if (reading.allocations() <= 0 && reading.level() <= 0) {
                continue;
            }
            double fits = Math.max(left / reading.blockBytes(), 0);
            if (caps[i] > fits) {
                caps[i] = Math.min(caps[i], Math.max((int) fits, reading.batch()));
                enough = false;
            }
            left -= (double) caps[i] * reading.blockBytes();
        }
        return enough;
    }

    private static double worth(Reading reading, int cap) {
        return Math.max(reading.allocations(), 0) / (Math.max(cap, 1.0) * reading.blockBytes());
    }
}
