/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.AceStats;
import io.github.acealloc.bench.AceHeaps;
import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.netty.AceByteBufAllocator;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

class LarsonTest {
    private static final int GENERATIONS = 6;
    private static final int REPLACEMENTS = GENERATIONS * Larson.LEGS * Larson.LOOPS * Larson.SLOTS;

    @Test
    void everyGenerationHasNewThreadsAndGoesOnWithTheOldBuffers() throws Exception {
        FakeAllocator allocator = new FakeAllocator(LongUnaryOperator.identity());

        Measurement measured = new Larson(GENERATIONS).measure(allocator);

        assertThat(allocator.allocations).hasValue(REPLACEMENTS);
        assertThat(allocator.threads).hasSize(GENERATIONS * Larson.LOOPS);
        assertThat(allocator.live()).isZero();
        assertThat(measured.values()).containsOnlyKeys(Metric.TIME, Metric.RSS_GROWTH);
        assertThat(measured.values().get(Metric.TIME)).isBetween(10.0, 1e6);
        assertThat(measured.curve().points()).hasSize(GENERATIONS);
    }

    @Test
    void manyBuffersAreReleasedElsewhereAndHeapsAreAdopted() throws Exception {
        try (AceByteBufAllocator allocator = new AceByteBufAllocator()) {
            new Larson(GENERATIONS).measure(allocator);
            allocator.trim();

            AceStats stats = allocator.metric().directStats();
            assertThat(stats.liveBytes()).isZero();
            assertThat(stats.allocations()).isEqualTo(REPLACEMENTS);
            assertThat(stats.counters().remoteFrees()).isGreaterThan(REPLACEMENTS / 4);
            assertThat(AceHeaps.of(allocator))
                    .containsEntry(Metric.HEAPS, (double) stats.heaps())
                    .containsEntry(Metric.ADOPTIONS, (double) stats.counters().adoptions());
            // A heap on the shelf that somebody borrows just then cannot be adopted; a new one is made instead.
            // Fewer where one that held nothing went, because enough others were on the shelf.
            assertThat(stats.heaps() + stats.counters().adoptions()).isLessThanOrEqualTo(GENERATIONS * Larson.LOOPS);
            assertThat(stats.counters().adoptions()).isGreaterThanOrEqualTo(GENERATIONS);
        }
    }
}
