/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control.sim;

import java.util.Arrays;

/**
 * The rule that the policies have to beat: the swing of the live count within one break-even interval, and a batch. It knows
 * the whole trace before it decides, once.
 */
final class SwingRule {
    private static final double LEAST_NANOS = 1e5;
    private static final int LEAST_WINDOWS = 4;
    private static final double PERCENTILE = 0.8;

    private SwingRule() {}

    static int cap(Trace trace, double tau) {
        int swing = swing(trace, Math.min(Math.max(tau, LEAST_NANOS), (double) trace.nanos() / LEAST_WINDOWS));
        return swing > FixedCaps.BATCH ? swing + FixedCaps.BATCH : FixedCaps.BATCH;
    }

    /** The 80th percentile over all windows of a length. */
    private static int swing(Trace trace, double nanos) {
        int[] swings = new int[16];
        int windows = 0;
        int live = 0;
        int lowest = 0;
        int highest = 0;
        double end = trace.time(0) + nanos;
        for (int i = 0; i < trace.events(); i++) {
            for (; trace.time(i) > end; end += nanos) {
                swings = windows == swings.length ? Arrays.copyOf(swings, 2 * windows) : swings;
                swings[windows++] = highest - lowest;
                lowest = live;
                highest = live;
            }
            live += trace.allocates(i) ? 1 : -1;
            lowest = Math.min(lowest, live);
            highest = Math.max(highest, live);
        }
        int[] all = Arrays.copyOf(swings, windows + 1);
        all[windows] = highest - lowest;
        Arrays.sort(all);
        return all[(int) (all.length * PERCENTILE)];
    }
}
