/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Measurement.Point;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.netty.AceByteBufAllocator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class FootprintTest {
    private static final int BYTES = 128 << 20;

    /** What the rest of this JVM may take or give meanwhile, in MiB. */
    private static final double NOISE = 32;

    private final Footprint footprint =
            new Footprint(BYTES, Duration.ofMillis(400), Map.of(Metric.RSS_5S, Duration.ofMillis(300)));

    @Test
    void everythingThatIsAskedForIsLiveAtThePeakAndReleasedInTheEnd() throws Exception {
        FakeAllocator allocator = new FakeAllocator(LongUnaryOperator.identity());

        Measurement measured = footprint.measure(allocator);

        assertThat(allocator.bytes).hasValue(BYTES);
        assertThat(allocator.live()).isZero();
        assertThat(allocator.threads).hasSize(4);
        assertThat(measured.values())
                .containsOnlyKeys(Metric.PEAK, Metric.RSS_AVERAGE, Metric.HELD, Metric.BURST, Metric.RSS_5S);
        assertThat(measured.values().get(Metric.PEAK)).isCloseTo(1, within(NOISE / 128));
        assertThat(measured.values().get(Metric.BURST)).isBetween(5.0, 20_000.0);
    }

    @Test
    void whatIsKeptIsResidentAfterwards() throws Exception {
        int kept = 96;
        FakeAllocator allocator = new FakeAllocator(LongUnaryOperator.identity(), kept << 20);

        Measurement measured = footprint.measure(allocator);

        Map<Metric, Double> values = measured.values();
        List<Point> points = measured.curve().points();
        double reading = values.get(Metric.RSS_5S);
        // The burst itself may find memory that malloc had kept before; what is kept is too large for that.
        assertThat(values.get(Metric.PEAK)).isBetween((kept - NOISE) / 128, 1 + (kept + NOISE) / 128);
        assertThat(reading).isGreaterThan(kept - NOISE);
        // Which of the last points it is depends on the sampler; the JVM may give back tens of MiB between two of them.
        assertThat(points.subList(points.size() / 2, points.size()))
                .anySatisfy(point -> assertThat(point.y()).isCloseTo(reading, within(1e-3)));
        assertThat(values.get(Metric.RSS_AVERAGE)).isGreaterThan(kept - NOISE);
        // An average that begins with the burst, when little is held yet.
        assertThat(values.get(Metric.HELD)).isGreaterThan(kept - NOISE);
        assertThat(allocator.live()).isEqualTo(kept << 20);
        allocator.releaseKept();
    }

    @Test
    void halfOfTheBuffersAreReleasedElsewhere() throws Exception {
        try (AceByteBufAllocator allocator = new AceByteBufAllocator()) {
            footprint.measure(allocator);
            allocator.trim();

            assertThat(allocator.stats().liveBytes()).isZero();
            assertThat(allocator.stats().counters().remoteFrees())
                    .isBetween(
                            allocator.stats().allocations() / 3,
                            allocator.stats().allocations() * 2 / 3);
        }
    }
}
