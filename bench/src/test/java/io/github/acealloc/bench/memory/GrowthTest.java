/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GrowthTest {
    private static final Growth SMALL = new Growth(36_000, 8L << 20);

    @Test
    void committedIsHeldAgainstWhatTheUserAskedFor() throws Exception {
        FakeAllocator allocator = new FakeAllocator(live -> 3 * live);

        Measurement measured = SMALL.measure(allocator);

        Map<Metric, Double> values = measured.values();
        assertThat(values.get(Metric.COMMITTED)).isCloseTo(3, within(1e-9));
        assertThat(values.get(Metric.COMMITTED_MAX)).isCloseTo(3, within(1e-9));
        assertThat(values.get(Metric.COMMITTED_RISE)).isCloseTo(0, within(1e-9));
        assertThat(values.get(Metric.TIME)).isBetween(10.0, 1e6);
        assertThat(values.get(Metric.HELD)).isBetween(1.5 * 8, 3.0 * 8);
        assertThat(values).containsKey(Metric.RSS_LIVE);
        assertThat(allocator.allocations).hasValue(36_000);
        assertThat(allocator.threads).hasSize(1);
        assertThat(allocator.live()).isZero();
        assertThat(measured.curve().points()).hasSize(Growth.SAMPLES).allMatch(point -> point.y() == 3);
        assertThat(measured.curve().points().get(Growth.SAMPLES - 1).x()).isEqualTo(36);
    }

    @Test
    void whatRisesIsSeen() throws Exception {
        AtomicInteger readings = new AtomicInteger();
        FakeAllocator allocator = new FakeAllocator(live -> live + live / 1000 * readings.incrementAndGet());

        Map<Metric, Double> values = SMALL.measure(allocator).values();

        assertThat(readings).hasValue(Growth.SAMPLES);
        assertThat(values.get(Metric.COMMITTED)).isCloseTo(1.36, within(1e-3));
        assertThat(values.get(Metric.COMMITTED_MAX)).isCloseTo(1.36, within(1e-3));
        assertThat(values.get(Metric.COMMITTED_RISE))
                .as("rise of the last third")
                .isCloseTo(0.12, within(1e-3));
    }

    @Test
    void theWorstMomentIsThatOfTheLastThird() throws Exception {
        AtomicInteger readings = new AtomicInteger();
        FakeAllocator allocator = new FakeAllocator(live -> switch (readings.incrementAndGet()) {
            case 200 -> 9 * live;
            case 300 -> 5 * live;
            default -> 2 * live;
        });

        Map<Metric, Double> values = SMALL.measure(allocator).values();

        assertThat(values.get(Metric.COMMITTED_MAX)).isCloseTo(5, within(1e-9));
        assertThat(values.get(Metric.COMMITTED)).isCloseTo(2, within(1e-9));
    }
}
