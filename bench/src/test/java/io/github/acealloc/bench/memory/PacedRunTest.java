/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import java.time.Duration;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

class PacedRunTest {
    private static final Duration TICK = Duration.ofMillis(1);

    /** 1 MiB for the first second, and 3 MiB for the second one. */
    private static PacedTrace trace() {
        PacedTrace trace = new PacedTrace(2000);
        trace.allocate(1 << 20, 5000);
        for (int tick = 0; tick < 2000; tick++) {
            if (tick == 1000) {
                trace.allocate(2 << 20, 5000);
            }
            trace.allocate(100, 1);
            trace.nextTick();
        }
        return trace;
    }

    @Test
    void ticksKeepTheirPaceAndMemoryIsAveragedOverWhatIsMeasured() throws Exception {
        FakeAllocator allocator = new FakeAllocator(live -> live + (5 << 20));
        long begin = System.nanoTime();

        Measurement measured = new PacedRun(allocator, List.of(trace(), trace()), TICK).measure(Duration.ofSeconds(1));

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(1990));
        assertThat(allocator.allocations).hasValue(2 * 2002);
        assertThat(allocator.threads).hasSize(2);
        assertThat(allocator.live()).isZero();
        assertThat(measured.values()).containsOnlyKeys(Metric.TIME, Metric.HELD, Metric.SPARE, Metric.RSS_AVERAGE);
        assertThat(measured.values().get(Metric.HELD)).isCloseTo(5 + 6, within(0.3));
        assertThat(measured.values().get(Metric.SPARE)).isCloseTo(5, within(0.01));
        assertThat(measured.values().get(Metric.TIME)).as("without the rests").isBetween(10.0, 200_000.0);
        assertThat(measured.curve().points()).hasSize(41);
    }

    @Test
    void inAHurryNobodyRests() throws Exception {
        FakeAllocator allocator = new FakeAllocator(LongUnaryOperator.identity());
        long begin = System.nanoTime();

        new PacedRun(allocator, List.of(trace()), Duration.ofSeconds(1)).hurry();

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(60));
        assertThat(allocator.allocations).hasValue(2002);
        assertThat(allocator.live()).isZero();
    }
}
