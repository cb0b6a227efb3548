/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control.sim;

import java.util.Arrays;

/** Allocations and releases of one size class in the order of time; at the same moment releases come first. */
final class Trace {
    private final String name;
    private final long[] times;

    /** For a release how long the block lived, for an allocation {@link #ALLOCATION}. */
    private final long[] lifetimes;

    private static final long ALLOCATION = -1;

    private Trace(String name, long[] times, long[] lifetimes) {
        this.name = name;
        this.times = times;
        this.lifetimes = lifetimes;
    }

    /** Of blocks that are born at these times, in order, and live so long each. */
    static Trace of(String name, long[] births, long[] lives) {
        int n = births.length;
        int indexBits = Integer.SIZE - Integer.numberOfLeadingZeros(n);
        long[] deaths = new long[n];
        for (int i = 0; i < n; i++) {
            deaths[i] = (births[i] + lives[i]) << indexBits | i;
        }
        Arrays.sort(deaths);
        long[] times = new long[2 * n];
        long[] lifetimes = new long[2 * n];
        for (int b = 0, d = 0; d < n; ) {
            long death = deaths[d] >>> indexBits;
            if (b < n && births[b] < death) {
                times[b + d] = births[b];
                lifetimes[b + d] = ALLOCATION;
                b++;
            } else {
                times[b + d] = death;
                lifetimes[b + d] = lives[(int) (deaths[d] & ((1L << indexBits) - 1))];
                d++;
            }
        }
        return new Trace(name, times, lifetimes);
    }

    /** Of events as they were recorded; whose release it is was not, so the block that is oldest goes. */
    static Trace recorded(String name, long[] times, boolean[] allocates) {
        long[] births = new long[times.length];
        long[] lifetimes = new long[times.length];
        int born = 0;
        int died = 0;
        for (int i = 0; i < times.length; i++) {
            if (allocates[i]) {
                births[born++] = times[i];
                lifetimes[i] = ALLOCATION;
            } else {
                lifetimes[i] = died < born ? times[i] - births[died++] : 0;
            }
        }
        return new Trace(name, times, lifetimes);
    }

    String name() {
        return name;
    }

    int events() {
        return times.length;
    }

    long time(int event) {
        return times[event];
    }

    boolean allocates(int event) {
        return lifetimes[event] == ALLOCATION;
    }

    long lifetime(int event) {
        return lifetimes[event];
    }

    /** From the start of time to the last event. */
    long nanos() {
        return times[times.length - 1];
    }
}
