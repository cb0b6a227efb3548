/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.bench.Metric;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class HugeTest {
    private final FakeAllocator allocator = new FakeAllocator(LongUnaryOperator.identity());

    @Test
    void largeBuffersAreReplacedByOneLoopAndReleasedInTheEnd() throws Exception {
        Map<Metric, Double> values =
                new Huge(Duration.ofMillis(300)).measure(allocator).values();

        assertThat(allocator.threads).hasSize(1);
        assertThat(allocator.live()).isZero();
        assertThat(allocator.allocations.get()).isGreaterThan(Huge.LIVE);
        assertThat(allocator.bytes.get() / allocator.allocations.get()).isBetween((long) Huge.LEAST, (long) Huge.MOST);
        assertThat(values).containsOnlyKeys(Metric.TIME, Metric.RSS_AVERAGE);
        assertThat(values.get(Metric.TIME))
                .as("writing a megabyte takes longer")
                .isGreaterThan(10_000);
    }
}
