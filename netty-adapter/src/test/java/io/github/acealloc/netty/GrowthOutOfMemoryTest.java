/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.util.ResourceLeakDetector.Level;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where memory is exhausted, a buffer that wanted to grow or to move stays as it was, and so does the allocator. */
class GrowthOutOfMemoryTest {
    private static final int LIMIT = 4 << 20;

    private final Loop loop = new Loop();
    private final AceByteBufAllocator allocator = Laws.allocatorWithLimit(LIMIT);

    @AfterEach
    void assertClosesClean() {
        Laws.assertClosesClean(allocator, loop);
        loop.close();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void bufferStaysAsItWas(Kind kind) {
        loop.run(() -> growIntoExhaustion(kind));
        growIntoExhaustion(kind);
    }

    private void growIntoExhaustion(Kind kind) {
        ByteBuf buf = kind.allocate(allocator, 16).writeLong(1).writeInt(2);
        buf.readerIndex(4);
        List<ByteBuf> others = new ArrayList<>();
        for (int size : new int[] {1 << 20, 100_000, 1 << 16}) {
            assertThatThrownBy(() -> {
                        for (; ; ) {
                            others.add(kind.allocate(allocator, size));
                        }
                    })
                    .isInstanceOf(OutOfMemoryError.class);
        }
        long pinned = kind.pinned(allocator);
        for (int to : new int[] {100_000, LIMIT / 2, LIMIT + 1, Integer.MAX_VALUE - 8}) {
            assertThatThrownBy(() -> buf.capacity(to))
                    .isInstanceOf(OutOfMemoryError.class)
                    .hasMessageContaining("limit: " + LIMIT);
            assertThatThrownBy(() -> buf.ensureWritable(to - 12)).isInstanceOf(OutOfMemoryError.class);
            assertThat(buf.capacity()).isEqualTo(16);
            assertThat(buf.readerIndex()).isEqualTo(4);
            assertThat(buf.writerIndex()).isEqualTo(12);
            assertThat(buf.refCnt()).isEqualTo(1);
            assertThat(buf.getLong(0)).isEqualTo(1);
            assertThat(kind.pinned(allocator)).isEqualTo(pinned);
        }
        others.forEach(ByteBuf::release);
        allocator.trim();
        buf.capacity(100_000);
        assertThat(buf.getLong(0)).as("afterwards it can grow").isEqualTo(1);
        buf.release();
        allocator.trim();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void followedBufferStaysAsItWas(Kind kind) {
        try (LeakLab lab = new LeakLab(Level.PARANOID)) {
            loop.run(() -> growIntoExhaustion(kind));
            growIntoExhaustion(kind);
            assertThat(lab.reports()).isEmpty();
        }
    }

    /** More than one array can hold is an {@code OutOfMemoryError} like any other. Of direct memory so much is to be had. */
    @Test
    void largestSizeOfAll() {
        try (AceByteBufAllocator unlimited = Laws.allocatorWithLimit(Long.MAX_VALUE)) {
            assertThatThrownBy(() -> Kind.HEAP.allocate(unlimited, Integer.MAX_VALUE))
                    .isInstanceOf(OutOfMemoryError.class)
                    .hasMessageContaining(String.valueOf(Integer.MAX_VALUE));
            assertThat(Kind.HEAP.used(unlimited)).isZero();
            Kind.HEAP.allocate(unlimited, 16).release();
            Laws.assertClosesClean(unlimited);
        }
    }
}
