/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.acealloc.AceStats;
import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.netty.AceByteBufAllocator;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class MleakTest {
    private static final int ROUNDS = 6;
    private static final int THREADS = ROUNDS * Mleak.THREADS;

    @Test
    void whatEachThreadLeavesBehindIsCountedPerThousandThreads() throws Exception {
        AtomicReference<FakeAllocator> itself = new AtomicReference<>();
        FakeAllocator allocator =
                new FakeAllocator(live -> (long) itself.get().threads.size() << 20);
        itself.set(allocator);

        Measurement measured = new Mleak(ROUNDS).measure(allocator);

        assertThat(measured.values().get(Metric.COMMITTED_PER_THREADS)).isCloseTo(1000, within(1e-6));
    }

    @Test
    void everyBufferIsReleasedBySomebody() throws Exception {
        FakeAllocator allocator = new FakeAllocator(live -> 42L << 20);

        Map<Metric, Double> values = new Mleak(ROUNDS).measure(allocator).values();

        assertThat(allocator.allocations).hasValue(THREADS * Mleak.BUFFERS);
        assertThat(allocator.threads).hasSize(THREADS);
        assertThat(allocator.live()).isZero();
        assertThat(values.get(Metric.COMMITTED_PER_THREADS)).isZero();
        assertThat(values).containsOnlyKeys(Metric.COMMITTED_PER_THREADS, Metric.RSS_PER_THREADS);
    }

    @Test
    void manyBuffersAreReleasedElsewhereAndHeapsAreAdopted() throws Exception {
        try (AceByteBufAllocator allocator = new AceByteBufAllocator()) {
            new Mleak(ROUNDS).measure(allocator);
            allocator.trim();

            AceStats stats = allocator.metric().directStats();
            assertThat(stats.liveBytes()).isZero();
            // A quarter goes home while its thread runs; later the heap may have no owner, and needs no queue.
            assertThat(stats.counters().remoteFrees()).isGreaterThanOrEqualTo(THREADS * Mleak.BUFFERS / 4);
            // Fewer where one that held nothing went, because enough others were on the shelf.
            assertThat(stats.heaps() + stats.counters().adoptions()).isLessThanOrEqualTo(THREADS);
            assertThat(stats.counters().adoptions()).isGreaterThanOrEqualTo(THREADS / 2);
        }
    }
}
