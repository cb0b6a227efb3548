/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DriftTraceTest {
    private static final int STEPS = 60_000;
    private static final long LIMIT = 16L << 20;

    @Test
    void liveBytesStayJustBelowTheLimit() {
        DriftTrace trace = new DriftTrace(STEPS, LIMIT);
        Map<Integer, Integer> live = new HashMap<>();
        long bytes = 0;
        boolean full = false;
        int allocations = 0;
        for (int i = 0; i < STEPS / 100; i++) {
            int[] operations = trace.next(100);
            for (int o = 0; o < operations.length; o += DriftTrace.WIDTH) {
                int slot = operations[o];
                int size = operations[o + 1];
                if (size == DriftTrace.RELEASE) {
                    bytes -= live.remove(slot); // fails if nothing lives there
                } else {
                    assertThat(size).isBetween(DriftTrace.MIN_SIZE, DriftTrace.MAX_SIZE);
                    assertThat(live.put(slot, size))
                            .as("what lived in slot " + slot)
                            .isNull();
                    bytes += size;
                    allocations++;
                }
                assertThat(bytes).isLessThanOrEqualTo(LIMIT);
            }
            full |= bytes > LIMIT - DriftTrace.MAX_SIZE;
            if (full) {
                assertThat(bytes).isGreaterThan(LIMIT - DriftTrace.MAX_SIZE);
            }
            assertThat(trace.live()).isEqualTo(bytes);
            assertThat(live.keySet()).allMatch(slot -> slot < trace.slots());
        }
        assertThat(full).isTrue();
        assertThat(allocations).isEqualTo(STEPS);
    }

    @Test
    void sizesDriftUpAndDownWithEveryTurn() {
        DriftTrace trace = new DriftTrace(STEPS, LIMIT);
        int eighth = STEPS / DriftTrace.TURNS / 8;
        double[] medians = new double[8 * DriftTrace.TURNS];
        for (int i = 0; i < medians.length; i++) {
            medians[i] = median(trace.next(eighth));
        }
        for (int turn = 0; turn < DriftTrace.TURNS; turn++) {
            double[] phases = Arrays.copyOfRange(medians, 8 * turn, 8 * turn + 8);
            assertThat(phases[0]).isCloseTo(DriftTrace.SMALL, within(0.4 * DriftTrace.SMALL));
            assertThat(phases[1]).isGreaterThan(phases[0]);
            assertThat(phases[3]).isCloseTo(DriftTrace.LARGE, within(0.4 * DriftTrace.LARGE));
            assertThat(phases[4]).isCloseTo(DriftTrace.LARGE, within(0.4 * DriftTrace.LARGE));
            assertThat(phases[7]).isCloseTo(DriftTrace.SMALL, within(0.4 * DriftTrace.SMALL));
        }
    }

    private static double median(int[] operations) {
        int[] sizes = new int[operations.length];
        int count = 0;
        for (int o = 0; o < operations.length; o += DriftTrace.WIDTH) {
            if (operations[o + 1] != DriftTrace.RELEASE) {
                sizes[count++] = operations[o + 1];
            }
        }
        Arrays.sort(sizes, 0, count);
        return sizes[count / 2];
    }

    @Test
    void someLiveMuchLongerThanMost() {
        DriftTrace trace = new DriftTrace(STEPS, LIMIT);
        Map<Integer, Integer> birth = new HashMap<>();
        List<Integer> lifetimes = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            int[] operations = trace.next(1);
            for (int o = 0; o < operations.length; o += DriftTrace.WIDTH) {
                if (operations[o + 1] == DriftTrace.RELEASE) {
                    lifetimes.add(step - birth.get(operations[o]));
                } else {
                    birth.put(operations[o], step);
                }
            }
        }
        lifetimes.sort(null);

        assertThat(lifetimes.get(lifetimes.size() * 99 / 100)).isGreaterThan(8 * lifetimes.get(lifetimes.size() / 2));
    }

    @Test
    void everyTraceIsTheSame() {
        DriftTrace once = new DriftTrace(STEPS, LIMIT);
        DriftTrace again = new DriftTrace(STEPS, LIMIT);

        assertThat(once.next(STEPS)).isEqualTo(again.next(STEPS));
    }
}
