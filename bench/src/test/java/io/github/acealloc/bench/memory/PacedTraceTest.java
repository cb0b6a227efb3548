/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PacedTraceTest {
    @Test
    void buffersAreReleasedWhenDueInTheOrderOfTheirAllocation() {
        PacedTrace trace = new PacedTrace(4);
        trace.allocate(100, 2);
        trace.allocate(200, 1);
        trace.allocate(300, 2);
        trace.nextTick();
        trace.nextTick();
        trace.allocate(400, 9);
        trace.nextTick();
        trace.nextTick();

        assertThat(tick(trace, 0)).containsExactly(0, 100, 1, 200, 2, 300);
        assertThat(tick(trace, 1)).containsExactly(1, DriftTrace.RELEASE);
        assertThat(tick(trace, 2)).containsExactly(0, DriftTrace.RELEASE, 2, DriftTrace.RELEASE, 2, 400);
        assertThat(tick(trace, 3)).isEmpty();
        assertThat(trace.liveBefore(1)).isEqualTo(600);
        assertThat(trace.liveBefore(2)).isEqualTo(400);
        assertThat(trace.liveBefore(4)).isEqualTo(400);
        assertThat(trace.allocatedBefore(0)).isZero();
        assertThat(trace.allocatedBefore(4)).isEqualTo(4);
        assertThat(trace.slots()).isEqualTo(3);
    }

    private static int[] tick(PacedTrace trace, int tick) {
        return Arrays.copyOfRange(trace.operations(), trace.start(tick), trace.start(tick + 1));
    }

    /** Lifetimes in ticks, by size; fails if something is allocated twice or released when it is not there. */
    private static Map<Integer, List<Integer>> lifetimes(PacedTrace trace) {
        Map<Integer, List<Integer>> lifetimes = new HashMap<>();
        Map<Integer, int[]> lives = new HashMap<>();
        long live = 0;
        for (int tick = 0; tick < trace.ticks(); tick++) {
            int[] operations = tick(trace, tick);
            for (int o = 0; o < operations.length; o += DriftTrace.WIDTH) {
                int slot = operations[o];
                int size = operations[o + 1];
                if (size == DriftTrace.RELEASE) {
                    int[] life = lives.remove(slot);
                    live -= life[1];
                    lifetimes.computeIfAbsent(life[1], s -> new ArrayList<>()).add(tick - life[0]);
                } else {
                    assertThat(lives.put(slot, new int[] {tick, size})).isNull();
                    live += size;
                }
            }
            assertThat(trace.liveBefore(tick + 1)).isEqualTo(live);
        }
        return lifetimes;
    }

    @Test
    void burstsAreShortAndEverySizeHasABackground() {
        Bursty bursty = new Bursty(Duration.ofSeconds(3));
        PacedTrace trace = bursty.trace();
        int[] idle = new int[6];
        int bursts = 0;
        int largest = 0;
        for (int tick = 0; tick < trace.ticks(); tick++) {
            int count = trace.allocatedBefore(tick + 1) - trace.allocatedBefore(tick);
            largest = Math.max(largest, count);
            bursts += count >= 200 ? 1 : 0;
            int[] operations = tick(trace, tick);
            for (int i = 0; i < idle.length; i++) {
                idle[i]++;
            }
            for (int o = 1; o < operations.length; o += DriftTrace.WIDTH) {
                if (operations[o] > 256) {
                    idle[Math.min(5, Integer.SIZE - 1 - Integer.numberOfLeadingZeros((operations[o] - 1) >> 8))] = 0;
                }
            }
            assertThat(Arrays.stream(idle).max().orElseThrow() * Bursty.TICK.toNanos())
                    .isLessThan(Duration.ofMillis(50).toNanos());
        }

        assertThat(bursts).isBetween(1000, 2500);
        assertThat(largest).isBetween(1000, 3000);
        List<Integer> all = lifetimes(trace).values().stream()
                .flatMap(List::stream)
                .sorted()
                .toList();
        assertThat(all.get(all.size() * 9 / 10)).isLessThanOrEqualTo(2);
        assertThat(bursty.trace().operations()).isEqualTo(trace.operations());
    }

    @Test
    void oneInTenLivesLongWhateverItsSize() {
        LongLived workload = new LongLived(Duration.ofSeconds(4), Duration.ofMillis(1500), 16L << 20);
        List<PacedTrace> traces = workload.traces();
        int ticks = traces.get(0).ticks();
        long live = traces.stream().mapToLong(t -> t.liveBefore(ticks)).sum();

        assertThat(traces).hasSize(LongLived.LOOPS);
        assertThat(live / (double) (16 << 20)).isCloseTo(1, within(0.15));
        Map<Integer, List<Integer>> lifetimes = lifetimes(traces.get(0));
        assertThat(share(lifetimes, 0, 2000)).isCloseTo(share(lifetimes, 2001, 1 << 20), within(0.01));
        // Those that began late are not over yet.
        assertThat(share(lifetimes, 0, 1 << 20)).isCloseTo(0.075, within(0.02));
    }

    private static double share(Map<Integer, List<Integer>> lifetimes, int from, int to) {
        List<Integer> all = lifetimes.entrySet().stream()
                .filter(entry -> entry.getKey() >= from && entry.getKey() <= to)
                .flatMap(entry -> entry.getValue().stream())
                .toList();
        return all.stream().filter(ticks -> ticks > 500).count() / (double) all.size();
    }
}
