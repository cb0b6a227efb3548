/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.netty.AceByteBufAllocator;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.binder.netty4.NettyAllocatorMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;

/** What Micrometer tells of an allocator, by its own binder and by ours. */
class AceMetricsTest {
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private double gauge(String name, String... tags) {
        return registry.get(name).tags(tags).gauge().value();
    }

    @Test
    void oursTellsWhatIsLiveAndTheLimit() {
        try (AceByteBufAllocator allocator = new AceByteBufAllocator()) {
            ByteBuf direct = allocator.directBuffer(1024);
            ByteBuf heap = allocator.heapBuffer(2048);
            new AceMetrics(allocator).bindTo(registry);
            String[] ofDirect = {"id", allocator.name(), "memory.type", "direct"};
            String[] ofHeap = {"id", allocator.name(), "memory.type", "heap"};
            assertThat(gauge("acealloc.memory.live", ofDirect)).isEqualTo(1024);
            assertThat(gauge("acealloc.memory.live", ofHeap)).isEqualTo(2048);
            assertThat(gauge("acealloc.memory.cached", ofDirect))
                    .isEqualTo(allocator.metric().directStats().cachedBytes());
            assertThat(gauge("acealloc.memory.committed", ofDirect))
                    .isEqualTo(allocator.metric().usedDirectMemory())
                    .isPositive();
            assertThat(gauge("acealloc.memory.limit", ofHeap))
                    .isEqualTo(Runtime.getRuntime().maxMemory());
            assertThat(gauge("acealloc.heaps", ofDirect)).isPositive();
            assertThat(gauge("acealloc.hit.rate", ofDirect)).isBetween(0.0, 1.0);
            assertThat(registry.get("acealloc.allocations")
                            .tags(ofDirect)
                            .functionCounter()
                            .count())
                    .isEqualTo(1);
            assertThat(registry.get("acealloc.decisions").functionCounter().count())
                    .isEqualTo(allocator.metric().decisions());
            direct.release();
            heap.release();
        }
    }

    private WeakReference<AceByteBufAllocator> bindAndDrop() {
        AceByteBufAllocator allocator = new AceByteBufAllocator();
        new AceMetrics(allocator).bindTo(registry);
        registry.getMeters().forEach(Meter::measure);
        return new WeakReference<>(allocator);
    }

    @Test
    void theRegistryHoldsNoAllocator() throws InterruptedException {
        WeakReference<AceByteBufAllocator> dropped = bindAndDrop();
        long start = System.nanoTime();
        while (dropped.get() != null && System.nanoTime() - start < PATIENCE_NANOS) {
            System.gc();
            Thread.sleep(20);
        }
        assertThat(dropped.get()).isNull();
        registry.getMeters().forEach(Meter::measure);
    }

    @Test
    void theirsWorksAsItIs() {
        try (AceByteBufAllocator allocator = new AceByteBufAllocator()) {
            ByteBuf direct = allocator.directBuffer(1024);
            ByteBuf heap = allocator.heapBuffer(1024);
            new NettyAllocatorMetrics(allocator).bindTo(registry);
            assertThat(gauge("netty.allocator.memory.used", "memory.type", "direct"))
                    .isEqualTo(allocator.metric().usedDirectMemory())
                    .isPositive();
            assertThat(gauge("netty.allocator.memory.used", "memory.type", "heap"))
                    .isEqualTo(allocator.metric().usedHeapMemory())
                    .isPositive();
            assertThat(registry.get("netty.allocator.memory.used")
                            .tag("allocator.type", "AceByteBufAllocator")
                            .gauges())
                    .hasSize(2);
            direct.release();
            heap.release();
        }
    }
}
