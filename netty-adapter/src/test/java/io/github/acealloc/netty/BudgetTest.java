/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One limit for both kinds; where it is reached, one error tells the figures, and once memory is free work goes on. */
class BudgetTest {
    private static final int LIMIT = 8 << 20;

    private final Loop loop = new Loop();
    private final AceByteBufAllocator allocator = new AceByteBufAllocator(Laws.config("acealloc.maxBytes", "8m"));

    @AfterEach
    void assertClosesClean() {
        Laws.assertClosesClean(allocator, loop);
        loop.close();
    }

    private List<ByteBuf> allocateUntilRefused(Kind kind, int size) {
        List<ByteBuf> live = new ArrayList<>();
        assertThatThrownBy(() -> {
                    for (; ; ) {
                        live.add(kind.allocate(allocator, size));
                    }
                })
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessageStartingWith("cannot allocate ")
                .hasMessageContaining("the limit is reached")
                .hasMessageContaining("committed: ")
                .hasMessageContaining("limit: " + LIMIT)
                .hasMessageContaining("direct: live: ")
                .hasMessageContaining("heap: live: ")
                .hasMessageContaining("cached: ")
                .hasMessageContaining("free: ");
        assertThat(allocator.stats().committedBytes()).isLessThanOrEqualTo(LIMIT);
        return live;
    }

    @Test
    void aListenerThatAllocatesInVainOnAThreadWithoutAHeapIsToldOnce() {
        AtomicInteger told = new AtomicInteger();
        allocator.onOutOfMemory(error -> {
            told.incrementAndGet();
            allocator.directBuffer(64).release();
        });
        List<ByteBuf> live = allocateUntilRefused(Kind.DIRECT, 64);
        assertThat(told).hasValue(1);
        live.forEach(ByteBuf::release);
    }

    @Test
    void withoutALimitOfItsOwnTheJavaHeapLimitsHeapBuffersAlone() {
        try (AceByteBufAllocator automatic = new AceByteBufAllocator(Laws.config("acealloc.maxBytes", "auto"))) {
            long heap = automatic.metric().heapStats().limitBytes();
            long direct = automatic.metric().directStats().limitBytes();
            assertThat(heap).isEqualTo(Runtime.getRuntime().maxMemory());
            assertThat(automatic.stats().limitBytes()).isEqualTo(heap + direct);
        }
        assertThat(allocator.stats().limitBytes()).isEqualTo(LIMIT);
    }

    @ParameterizedTest
    @CsvSource({"DIRECT, 64", "HEAP, 64", "DIRECT, 5000", "HEAP, 400000", "DIRECT, 2000000", "HEAP, 3000000"})
    void refusedThenGoesOn(Kind kind, int size) {
        for (int round = 0; round < 3; round++) {
            goOnAfterRefusal(kind, size);
            loop.run(() -> goOnAfterRefusal(kind, size));
        }
    }

    private void goOnAfterRefusal(Kind kind, int size) {
        List<ByteBuf> live = allocateUntilRefused(kind, size);
        assertThat(live).hasSizeGreaterThan((LIMIT / 2 - (2 << 20)) / (size + size / 4));
        for (ByteBuf buf : live) {
            buf.setByte(0, 1).setByte(size - 1, 2);
        }
        live.remove(0).release();
        live.add(kind.allocate(allocator, size));
        live.forEach(ByteBuf::release);
        allocator.trim();
    }

    /** What one kind has cached is taken back for the other without anybody's doing. */
    @Test
    void cachedMemoryOfOneKindServesTheOther() {
        for (Kind kind : new Kind[] {Kind.DIRECT, Kind.HEAP, Kind.DIRECT}) {
            loop.run(() -> {
                for (int size : new int[] {64, 5_000, 100_000, 3_000_000}) {
                    List<ByteBuf> live = allocateUntilRefused(kind, size);
                    assertThat(live).isNotEmpty();
                    live.forEach(ByteBuf::release);
                }
            });
        }
    }

    /** What another loop has cached is given back at that loop's next task, after which there is room. */
    @Test
    void cachedMemoryOfAnotherLoopComesBack() {
        loop.run(() -> allocateUntilRefused(Kind.DIRECT, 5_000).forEach(ByteBuf::release));
        try (Loop needy = new Loop()) {
            ByteBuf buf = needy.call(() -> {
                for (int tries = 0; ; tries++) {
                    try {
                        return allocator.heapBuffer(1 << 20);
                    } catch (OutOfMemoryError e) {
                        assertThat(tries).as(e.getMessage()).isLessThan(100);
                        Laws.awaitTasks(loop);
                    }
                }
            });
            buf.release();
            Laws.assertNothingLive(allocator, loop, needy);
        }
    }
}
