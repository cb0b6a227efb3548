/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.acealloc.AceStats;
import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.netty.AceByteBufAllocator;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ProxyTest {
    private static final Proxy ONE_SLICE = new Proxy(Duration.ZERO);

    @Test
    void oneLoopAllocatesAndMemoryIsReadWithBuffersOnTheirWay() throws Exception {
        FakeAllocator allocator = new FakeAllocator(live -> 2 * live);

        Measurement measured = ONE_SLICE.measure(allocator);

        assertThat(allocator.threads).hasSize(1);
        assertThat(allocator.live()).isZero();
        assertThat(allocator.allocations.get()).isBetween(Proxy.BUFFERS * 14 / 10, Proxy.BUFFERS * 16 / 10);
        assertThat(measured.values()).containsOnlyKeys(Metric.TIME, Metric.HELD, Metric.SPARE, Metric.RSS_AVERAGE);
        double held = measured.values().get(Metric.HELD);
        assertThat(held).isBetween(2.0, 2.0 * Proxy.IN_FLIGHT * 17 / 1024);
        assertThat(measured.values().get(Metric.SPARE)).isCloseTo(held / 2, within(1e-6));
    }

    @Test
    void twoThirdsAreReleasedByTheOtherLoop() throws Exception {
        try (AceByteBufAllocator allocator = new AceByteBufAllocator()) {
            ONE_SLICE.measure(allocator);
            allocator.trim();

            AceStats stats = allocator.metric().directStats();
            assertThat(stats.liveBytes()).isZero();
            assertThat(stats.counters().remoteFrees()).isEqualTo(Proxy.BUFFERS + Proxy.IN_FLIGHT);
        }
    }

    @Test
    void sizesAreThoseOfRecordsAndHeads() {
        int[] sizes = Proxy.sizes();

        assertThat(Arrays.stream(sizes).filter(size -> Math.abs(size) == 16_413).count() / (double) sizes.length)
                .isCloseTo(0.4, within(0.02));
        assertThat(Arrays.stream(sizes).filter(size -> size < 0).count() / (double) sizes.length)
                .isCloseTo(1 / 3.0, within(0.02));
        assertThat(Proxy.sizes()).isEqualTo(sizes);
    }
}
