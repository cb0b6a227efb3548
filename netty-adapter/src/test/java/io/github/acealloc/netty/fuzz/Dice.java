/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.fuzz;

/** Random numbers that begin anew with each step: what a step does follows from its seed and number alone. */
final class Dice {
    private static final long STEP = 0x9E37_79B9_7F4A_7C15L;

    private long state;

    void restart(long seed, long step) {
        state = mix(seed ^ mix(step));
    }

    long next() {
        state += STEP;
        return mix(state);
    }

    /** A number from 0 to below a bound. */
    int below(int bound) {
        return (int) (((next() >>> 33) * bound) >>> 31);
    }

    boolean oneIn(int n) {
        return below(n) == 0;
    }

    static long mix(long x) {
        long z = (x ^ (x >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return z ^ (z >>> 31);
    }
}
