/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Slab;
import io.netty.buffer.ByteBuf;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A buffer grows in its slot as far as that goes, and beyond it into another, as the same object. */
@ExtendWith(NoLeakDetection.class)
class GrowthTest {
    private static final int HUGE = SizeClasses.MAX_BLOCK + 1;

    private final Loop loop = new Loop();
    private final AceByteBufAllocator allocator = new AceByteBufAllocator();

    @AfterEach
    void assertClosesClean() {
        Laws.assertClosesClean(allocator, loop);
        loop.close();
    }

    private AceByteBuf allocate(Kind kind, int capacity, int maxCapacity) {
        return (AceByteBuf) kind.allocate(allocator, capacity, maxCapacity);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void maxFastWritableBytesIsTrueAtEveryClassBoundary(Kind kind) {
        loop.run(() -> {
            for (int c = 0; c < SizeClasses.COUNT; c++) {
                int slotBytes = SizeClasses.blockBytes(c);
                int least = c == 0 ? 0 : SizeClasses.blockBytes(c - 1) + 1;
                assertFastWritable(kind, least, slotBytes);
                assertFastWritable(kind, slotBytes - 1, slotBytes);
                assertFastWritable(kind, slotBytes, slotBytes);
            }
            assertFastWritable(kind, HUGE, HUGE - 1 + 4096);
        });
    }

    private void assertFastWritable(Kind kind, int capacity, int slotBytes) {
        AceByteBuf buf = allocate(kind, capacity, Integer.MAX_VALUE);
        assertThat(buf.maxFastWritableBytes()).as("for %d", capacity).isEqualTo(slotBytes);
        Slab slab = buf.slab();
        int slot = buf.slot();
        buf.writerIndex(capacity);
        buf.ensureWritable(slotBytes - capacity);
        assertThat(buf.capacity()).isEqualTo(slotBytes);
        buf.writeZero(slotBytes - capacity);
        assertThat(buf.slab()).as("no copy up to here").isSameAs(slab);
        assertThat(buf.slot()).isEqualTo(slot);
        assertThat(buf.maxFastWritableBytes()).isZero();
        buf.writeByte(1);
        assertThat(buf.slab()).as("one byte more takes another slot").isNotSameAs(slab);
        buf.release();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void maxFastWritableBytesKeepsToMaxCapacity(Kind kind) {
        for (int maxCapacity : new int[] {1, 15, 16, 17, 100, 5000, HUGE}) {
            ByteBuf buf = kind.allocate(allocator, 1, maxCapacity).writeByte(1);
            assertThat(buf.maxFastWritableBytes()).isLessThan(maxCapacity).isLessThan(16);
            buf.capacity(maxCapacity);
            assertThat(buf.maxFastWritableBytes()).isEqualTo(maxCapacity - 1);
            assertThatThrownBy(() -> buf.capacity(maxCapacity + 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(String.valueOf(maxCapacity + 1));
            assertThatThrownBy(() -> buf.writerIndex(maxCapacity).writeByte(1))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("maxCapacity(" + maxCapacity + ")");
            buf.release();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    @SuppressWarnings("deprecation") // marks are deprecated, and yet kept
    void growthKeepsObjectContentsIndicesAndMarks(Kind kind) {
        loop.run(() -> {
            for (int from : new int[] {16, 100, 1000, 40_000, 1 << 20, 2 << 20}) {
                for (int to : new int[] {from + 1, 2 * from, 3 << 20}) {
                    ByteBuf buf = kind.allocate(allocator, from);
                    for (int i = 0; i < from; i++) {
                        buf.writeByte(i * 31);
                    }
                    buf.readerIndex(3).markReaderIndex().readerIndex(5);
                    buf.writerIndex(from - 2).markWriterIndex().writerIndex(from - 1);
                    assertThat(buf.capacity(to)).isSameAs(buf);
                    assertThat(buf.capacity()).isEqualTo(to);
                    assertThat(buf.readerIndex()).isEqualTo(5);
                    assertThat(buf.writerIndex()).isEqualTo(from - 1);
                    assertThat(buf.resetReaderIndex().readerIndex()).isEqualTo(3);
                    assertThat(buf.resetWriterIndex().writerIndex()).isEqualTo(from - 2);
                    assertThat(buf.refCnt()).isEqualTo(1);
                    for (int i = 0; i < from; i++) {
                        if (buf.getByte(i) != (byte) (i * 31)) {
                            throw new AssertionError("byte " + i + " of " + from + " is lost on the way to " + to);
                        }
                    }
                    buf.setByte(to - 1, 1);
                    buf.release();
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void slotThatIsLeftIsHandedOutWithAnObjectOfItsOwn(Kind kind) {
        loop.run(() -> {
            AceByteBuf grown = allocate(kind, 64, Integer.MAX_VALUE);
            Slab leftSlab = grown.slab();
            int leftSlot = grown.slot();
            grown.writeZero(65);
            assertThat(grown.slab().block(grown.slot())).isSameAs(grown);
            AceByteBuf next = allocate(kind, 64, Integer.MAX_VALUE);
            assertThat(next).isNotSameAs(grown);
            assertThat(next.slab()).isSameAs(leftSlab);
            assertThat(next.slot()).isEqualTo(leftSlot);
            next.writeCharSequence("next", StandardCharsets.US_ASCII);
            assertThat(grown.getInt(0)).isZero();
            grown.release();
            next.release();
        });
    }

    /** As with Netty's adaptive buffers: whoever cut a slice before still finds its bytes there. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void shrinkingNeverMoves(Kind kind) {
        loop.run(() -> {
            for (int big : new int[] {16, 512, 1000, 100_000, 1 << 20, 3 << 20}) {
                AceByteBuf buf = allocate(kind, big, Integer.MAX_VALUE);
                buf.writeLong(42).writerIndex(big);
                Slab slab = buf.slab();
                long pinned = kind.pinned(allocator);
                for (int to : new int[] {big - 1, big / 2, 8, 0}) {
                    assertThat(buf.capacity(to)).isSameAs(buf);
                    assertThat(buf.slab()).isSameAs(slab);
                    assertThat(buf.writerIndex()).isEqualTo(to);
                }
                assertThat(kind.pinned(allocator)).isEqualTo(pinned);
                buf.capacity(big).writerIndex(big);
                assertThat(buf.slab()).as("back again").isSameAs(slab);
                assertThat(buf.readLong()).isEqualTo(42);
                buf.release();
            }
        });
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void smallAndHugeInBothDirectionsManyTimes(Kind kind) {
        loop.run(() -> {
            ByteBuf buf = kind.allocate(allocator, 64).writeLong(42);
            ByteBuf other = kind.allocate(allocator, 2 << 20).writeLong(43);
            for (int i = 0; i < 50; i++) {
                buf.capacity(HUGE + i * 50_000).setByte(HUGE - 1, i);
                other.capacity(8 + i);
                assertThat(buf.getLong(0)).isEqualTo(42);
                assertThat(other.getLong(0)).isEqualTo(43);
                buf.capacity(8 + i);
                other.capacity(HUGE + i * 50_000).setByte(HUGE - 1, i);
                assertThat(buf.getLong(0)).isEqualTo(42);
                assertThat(other.getLong(0)).isEqualTo(43);
            }
            buf.release();
            other.release();
        });
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    @SuppressWarnings("deprecation") // byte orders are deprecated, and yet there
    void derivedBuffersSeeTheBufferAfterGrowth(Kind kind) {
        loop.run(() -> {
            for (int to : new int[] {17, 5000, HUGE}) {
                ByteBuf buf = kind.allocate(allocator, 16).writeLong(1).writeLong(2);
                ByteBuf slice = buf.slice(8, 8);
                ByteBuf duplicate = buf.retainedDuplicate();
                ByteBuf readOnly = buf.asReadOnly();
                ByteBuf swapped = buf.order(ByteOrder.LITTLE_ENDIAN);
                buf.capacity(to).setLong(8, 77);
                assertThat(slice.getLong(0)).isEqualTo(77);
                assertThat(duplicate.getLong(8)).isEqualTo(77);
                assertThat(readOnly.getLong(8)).isEqualTo(77);
                assertThat(swapped.getLong(8)).isEqualTo(Long.reverseBytes(77));
                slice.setLong(0, 78);
                assertThat(buf.getLong(8)).isEqualTo(78);
                assertThat(slice.nioBuffer().getLong()).isEqualTo(78);
                assertThat(slice.internalNioBuffer(0, 8).getLong()).isEqualTo(78);
                buf.release();
                assertThat(duplicate.release()).isTrue();
            }
        });
    }
}
