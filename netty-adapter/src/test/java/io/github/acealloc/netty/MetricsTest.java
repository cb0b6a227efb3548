/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.AceStats;
import io.github.acealloc.slab.Superslab;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The figures: nothing before the first allocation, then what is committed, held by buffers, cached and free. */
@ExtendWith(NoLeakDetection.class)
class MetricsTest {
    private final Loop loop = new Loop();
    private final AceByteBufAllocator allocator = new AceByteBufAllocator();

    @AfterEach
    void assertClosesClean() {
        Laws.assertClosesClean(allocator, loop);
        loop.close();
    }

    @Test
    void nothingBeforeTheFirstAllocation() {
        AceStats stats = allocator.stats();
        assertThat(stats.committedBytes()).isZero();
        assertThat(stats.liveBytes() + stats.cachedBytes() + stats.freeBytes()).isZero();
        assertThat(stats.heaps()).isZero();
        assertThat(stats.allocations()).isZero();
        assertThat(allocator.metric())
                .hasToString("usedHeapMemory: 0; usedDirectMemory: 0; pinnedHeapMemory: 0; pinnedDirectMemory: 0");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void usedIsWhatTheSystemGaveAndPinnedWhatBuffersHold(Kind kind) {
        Kind other = kind == Kind.DIRECT ? Kind.HEAP : Kind.DIRECT;
        ByteBuf buf = loop.call(() -> kind.allocate(allocator, 100));
        assertThat(kind.used(allocator)).isEqualTo(kind.firstBytes());
        assertThat(kind.pinned(allocator)).isEqualTo(112);
        assertThat(other.used(allocator)).isZero();
        assertThat(other.pinned(allocator)).isZero();

        ByteBuf huge = kind.allocate(allocator, 32 << 20);
        assertThat(kind.used(allocator)).isEqualTo(kind.firstBytes() + (32 << 20));
        assertThat(kind.pinned(allocator)).isEqualTo(112 + (32 << 20));
        huge.release();
        assertThat(kind.pinned(allocator)).isEqualTo(112);
        loop.run(buf::release);
        assertThat(kind.pinned(allocator)).isZero();
        AceStats stats = kind == Kind.DIRECT
                ? allocator.metric().directStats()
                : allocator.metric().heapStats();
        assertThat(stats.liveBytes() + stats.cachedBytes() + stats.freeBytes()).isEqualTo(stats.committedBytes());
        assertThat(stats.cachedBytes()).isPositive();

        Laws.trim(allocator, loop);
        assertThat(kind.used(allocator)).isZero();
    }

    @Test
    void eachFigureIsSaidByItsName() {
        ByteBuf direct = allocator.directBuffer(3 << 20);
        ByteBuf heap = allocator.heapBuffer(5 << 20);
        allocator.heapBuffer(6 << 20).release();
        assertThat(allocator.metric())
                .hasToString("usedHeapMemory: " + (11 << 20) + "; usedDirectMemory: " + (3 << 20)
                        + "; pinnedHeapMemory: " + (5 << 20) + "; pinnedDirectMemory: " + (3 << 20));
        direct.release();
        heap.release();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void violationsAreFoundInEachKindOfMemory(Kind kind) {
        AceByteBuf buf = (AceByteBuf) kind.allocate(allocator, 16);
        Superslab superslab = buf.slab().superslab();
        int nobodys = superslab.take(1);
        assertThat(allocator.violations()).isNotEmpty();
        superslab.give(nobodys, 1);
        assertThat(allocator.violations()).isEmpty();
        buf.release();
    }

    @Test
    void releasedElsewhereCountsAsLiveUntilItIsHome() {
        List<ByteBuf> bufs = loop.call(() -> {
            List<ByteBuf> made = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                made.add(allocator.directBuffer(64));
            }
            return made;
        });
        bufs.forEach(ByteBuf::release);
        assertThat(allocator.stats().remoteQueued()).isEqualTo(100);
        assertThat(allocator.metric().pinnedDirectMemory()).isEqualTo(6400);
        Laws.trim(allocator, loop);
        assertThat(allocator.stats().remoteQueued()).isZero();
        assertThat(allocator.metric().pinnedDirectMemory()).isZero();
        assertThat(allocator.stats().counters().remoteFrees()).isEqualTo(100);
        assertThat(allocator.stats().allocations()).isEqualTo(100);
    }

    /** Whoever is refused has not been served, on a loop, by a stripe or while a buffer grows. */
    @Test
    void aRefusedAllocationDoesNotCount() {
        try (AceByteBufAllocator small = Laws.allocatorWithLimit(8 << 20)) {
            List<ByteBuf> bufs = new ArrayList<>();
            int refused = 0;
            while (refused < 300) {
                try {
                    bufs.add(
                            refused % 3 == 0
                                    ? loop.call(() -> small.directBuffer(64 << 10))
                                    : small.directBuffer(64 << 10));
                } catch (OutOfMemoryError e) {
                    refused++;
                }
            }
            assertThat(small.stats().allocations()).isEqualTo(bufs.size());
            bufs.forEach(ByteBuf::release);
            Laws.trim(small, loop);
        }
    }

    @Test
    void sharesOfTheRoadsAddUp() {
        loop.run(() -> {
            for (int i = 0; i < 10_000; i++) {
                allocator.directBuffer(64).release();
            }
        });
        AceStats stats = allocator.stats();
        assertThat(stats.allocations()).isEqualTo(10_000);
        assertThat(stats.hotShare()).isGreaterThan(0.99);
        assertThat(stats.coldShare()).isPositive();
        assertThat(stats.hotShare() + stats.warmShare() + stats.coldShare()).isEqualTo(1);
        assertThat(stats.remoteShare()).isZero();
        assertThat(stats.toString()).contains("of 10000 allocations");
    }
}
