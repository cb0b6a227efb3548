/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control.sim;

import java.util.Arrays;
import java.util.Random;

/** Where made-up traces come from: five ways in which event loops allocate. */
final class Processes {
    private static final double SECOND = 1e9;
    private static final double MEAN_GAP = 1e3;
    private static final double SHORT_LIFE = 1e5;
    private static final double LONG_LIFE = 1e7;
    private static final double SHORT_SHARE = 0.95;
    private static final int BURST = 200;
    private static final long BURST_GAP = 500;
    private static final long BURST_LIFE = 300_000;

    private final Random random;
    private long[] births = new long[1 << 16];
    private long[] lives = new long[1 << 16];
    private int n;

    private Processes(long seed) {
        random = new Random(seed);
    }

    private void add(double birth, double life) {
        if (n == births.length) {
            births = Arrays.copyOf(births, 2 * n);
            lives = Arrays.copyOf(lives, 2 * n);
        }
        births[n] = (long) birth;
        lives[n++] = (long) life;
    }

    private double exponential(double mean) {
        return -Math.log(1 - random.nextDouble()) * mean;
    }

    private Trace trace(String name) {
        return Trace.of(name, Arrays.copyOf(births, n), Arrays.copyOf(lives, n));
    }

    /** A million allocations a second, independent of each other, of blocks that live for 0.1 ms in the mean. */
    static Trace poisson(double seconds) {
        return poisson("poisson", seconds, 1);
    }

    /** The same, but one block in twenty lives a hundred times as long. */
    static Trace twoLives(double seconds) {
        return poisson("poisson, two lives", seconds, SHORT_SHARE);
    }

    private static Trace poisson(String name, double seconds, double shortShare) {
        Processes process = new Processes(1);
        for (double t = process.exponential(MEAN_GAP); t < seconds * SECOND; t += process.exponential(MEAN_GAP)) {
            boolean isShort = process.random.nextDouble() < shortShare;
            process.add(t, process.exponential(isShort ? SHORT_LIFE : LONG_LIFE));
        }
        return process.trace(name);
    }

    /** 200 blocks at once, again and again. */
    static Trace bursts(String name, double period, double seconds) {
        Processes process = new Processes(1);
        for (int i = 0; i < Math.round(seconds / period); i++) {
            for (int j = 0; j < BURST; j++) {
                process.add(i * period * SECOND + j * BURST_GAP, BURST_LIFE);
            }
        }
        return process.trace(name);
    }

    /** {@link #poisson} traffic that comes and goes, for 50 ms in the mean each. */
    static Trace onOff(double seconds, long seed) {
        Processes process = new Processes(seed);
        double mean = 0.05 * SECOND;
        for (double t = 0; t < seconds * SECOND; ) {
            double end = t + process.exponential(mean);
            for (t += process.exponential(MEAN_GAP); t < end; t += process.exponential(MEAN_GAP)) {
                process.add(t, process.exponential(SHORT_LIFE));
            }
            t += process.exponential(mean);
        }
        return process.trace("on and off");
    }
}
