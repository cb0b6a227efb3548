/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.bench.Metric;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class ThinLoadTest {
    private static final int KEPT = 96;

    /** What the rest of this JVM may take or give meanwhile, in MiB. */
    private static final double NOISE = 32;

    private final FakeAllocator allocator = new FakeAllocator(LongUnaryOperator.identity(), KEPT << 20);

    @AfterEach
    void release() {
        allocator.releaseKept();
    }

    @Test
    void eachOfManyLoopsHasItsBuffersAndReleasesThemInTheEnd() throws Exception {
        Map<Metric, Double> values = new ManyLoops(6, Duration.ofMillis(100), Duration.ofMillis(100))
                .measure(allocator)
                .values();

        assertThat(allocator.threads).hasSize(6);
        assertThat(allocator.live()).isEqualTo(KEPT << 20);
        // The same sizes as the proxy's, so more than 5 KiB each; replaced at least once.
        assertThat(allocator.bytes.get()).isGreaterThan(7L * ManyLoops.LIVE * (5 << 10));
        assertThat(values).containsOnlyKeys(Metric.RSS_AVERAGE, Metric.RSS_SILENT, Metric.RSS_RELEASED);
        assertThat(values.values())
                .as("what is kept is resident all along")
                .allSatisfy(mib -> assertThat(mib).isGreaterThan(KEPT - NOISE));
    }

    @Test
    void aTrickleComesAfterTheBurstAndAllIsReleasedInTheEnd() throws Exception {
        long burst = 32L << 20;

        Map<Metric, Double> values =
                new Trickle(burst, Duration.ofMillis(200)).measure(allocator).values();

        assertThat(allocator.threads).hasSize(2);
        assertThat(allocator.live()).isEqualTo(KEPT << 20);
        assertThat(allocator.bytes.get()).isBetween(burst + (50 << 10), 2 * burst);
        assertThat(values).containsOnlyKeys(Metric.RSS_AVERAGE, Metric.RSS_BUSY);
        assertThat(values.values())
                .as("what is kept is resident all along")
                .allSatisfy(mib -> assertThat(mib).isGreaterThan(KEPT - NOISE));
    }

    @Test
    void burstsComeAgainAndAgainAndAllIsReleasedBetweenThem() throws Exception {
        long burst = 8L << 20;

        Map<Metric, Double> values =
                new Cycle(burst, 4, Duration.ofMillis(100)).measure(allocator).values();

        assertThat(allocator.threads).hasSize(2);
        assertThat(allocator.live()).isEqualTo(KEPT << 20);
        assertThat(allocator.bytes.get()).isBetween(4 * burst, 5 * burst);
        assertThat(values).containsOnlyKeys(Metric.BURST, Metric.RSS_AVERAGE);
        assertThat(values.get(Metric.BURST)).as("ms for what was measured").isBetween(0.1, 10_000.0);
        assertThat(values.get(Metric.RSS_AVERAGE)).as("what is kept").isGreaterThan(KEPT - NOISE);
    }
}
