/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.IllegalReferenceCountException;
import java.nio.ReadOnlyBufferException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Misuse throws what Netty's pooled allocator throws, with the values in the text, and harms nothing. */
class BadInputTest {
    private final Loop loop = new Loop();
    private final AceByteBufAllocator ace = new AceByteBufAllocator();
    private final PooledByteBufAllocator pooled = new PooledByteBufAllocator(true);

    @AfterEach
    void assertClosesClean() {
        Laws.assertClosesClean(ace, loop);
        loop.close();
    }

    /** Both throw the same, and it names the value. */
    private void assertSame(Kind kind, Consumer<ByteBufAllocator> misuse, String value) {
        for (Runnable where : new Runnable[] {() -> {}, () -> loop.run(() -> compare(kind, misuse, value))}) {
            where.run();
            compare(kind, misuse, value);
        }
    }

    private void compare(Kind kind, Consumer<ByteBufAllocator> misuse, String value) {
        Throwable nettys = catchThrowable(() -> misuse.accept(pooled));
        Throwable ours = catchThrowable(() -> misuse.accept(ace));
        assertThat(nettys).as("%s", kind).isNotNull();
        assertThat(ours).hasSameClassAs(nettys).hasMessageContaining(value);
    }

    /** The same for a buffer, which is released afterwards if it still can be. */
    private void assertSameOn(Kind kind, int capacity, int maxCapacity, Consumer<ByteBuf> misuse, String value) {
        assertSame(
                kind,
                allocator -> {
                    ByteBuf buf = kind.allocate(allocator, capacity, maxCapacity);
                    try {
                        misuse.accept(buf);
                    } finally {
                        if (buf.refCnt() > 0) {
                            assertThat(buf.release(buf.refCnt())).isTrue();
                        }
                    }
                },
                value);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void sizes(Kind kind) {
        assertSame(kind, allocator -> kind.allocate(allocator, -1), "-1");
        assertSame(kind, allocator -> kind.allocate(allocator, Integer.MIN_VALUE), "-2147483648");
        assertSame(kind, allocator -> kind.allocate(allocator, 0, -1), "-1");
        assertSame(kind, allocator -> kind.allocate(allocator, 17, 16), "17");
        assertSame(kind, allocator -> kind.allocate(allocator, 17, 16), "16");
        assertSame(kind, allocator -> allocator.calculateNewCapacity(-1, 10), "-1");
        assertSame(kind, allocator -> allocator.calculateNewCapacity(11, 10), "11");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void maxCapacity(Kind kind) {
        assertSameOn(kind, 8, 16, buf -> buf.capacity(17), "17");
        assertSameOn(kind, 8, 16, buf -> buf.capacity(-1), "-1");
        assertSameOn(kind, 8, 16, buf -> buf.ensureWritable(17), "17");
        assertSameOn(kind, 8, 16, buf -> buf.writeLong(1).writeLong(2).writeByte(3), "maxCapacity(16)");
        assertSameOn(kind, 8, 16, buf -> buf.writeBytes(new byte[17]), "17");
        assertSameOn(kind, 2_000_000, 2_000_001, buf -> buf.capacity(2_000_002), "2000002");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void counts(Kind kind) {
        assertSameOn(kind, 8, 16, buf -> buf.release(2), "refCnt: 1, decrement: 2");
        assertSameOn(kind, 8, 16, buf -> buf.retain(3).release(5), "refCnt: 4, decrement: 5");
        assertSameOn(kind, 8, 16, buf -> buf.release(0), "decrement");
        assertSameOn(kind, 8, 16, buf -> buf.release(-1), "-1");
        assertSameOn(kind, 8, 16, buf -> buf.retain(0), "increment");
        assertSameOn(kind, 8, 16, buf -> buf.retain(-1), "-1");
        assertSameOn(kind, 8, 16, buf -> buf.retain(Integer.MAX_VALUE), "increment: 2147483647");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void releasedBuffer(Kind kind) {
        assertSameOn(kind, 8, 16, buf -> afterRelease(buf).release(), "refCnt: 0, decrement: 1");
        assertSameOn(kind, 8, 16, buf -> afterRelease(buf).release(3), "refCnt: 0, decrement: 3");
        assertSameOn(kind, 8, 16, buf -> afterRelease(buf).retain(), "refCnt: 0, increment: 1");
        assertSameOn(kind, 8, 16, buf -> afterRelease(buf).capacity(8), "refCnt: 0");
        assertSameOn(kind, 8, 16, buf -> afterRelease(buf).capacity(9), "refCnt: 0");
        assertSameOn(kind, 8, 16, buf -> afterRelease(buf).getByte(0), "refCnt: 0");
        assertSameOn(kind, 8, 16, buf -> afterRelease(buf).writeByte(0), "refCnt: 0");
        assertSameOn(kind, 2 << 20, 4 << 20, buf -> afterRelease(buf).release(), "refCnt: 0, decrement: 1");
        assertSameOn(kind, 2 << 20, 4 << 20, buf -> afterRelease(buf).getLong(0), "refCnt: 0");
    }

    private static ByteBuf afterRelease(ByteBuf buf) {
        assertThat(buf.release()).isTrue();
        return buf;
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void addressAndArrayOfReleasedBuffer(Kind kind) {
        ByteBuf buf = kind.allocate(ace, 8);
        boolean hasAddress = buf.hasMemoryAddress();
        boolean hasArray = buf.hasArray();
        buf.release();
        if (hasAddress) {
            assertThatThrownBy(buf::memoryAddress).isInstanceOf(IllegalReferenceCountException.class);
        }
        if (hasArray) {
            assertThatThrownBy(buf::array).isInstanceOf(IllegalReferenceCountException.class);
        }
    }

    @Test
    void addressAndArrayOfTheOtherKind() {
        assertSameOn(Kind.HEAP, 8, 16, ByteBuf::memoryAddress, "");
        assertSameOn(Kind.DIRECT, 8, 16, ByteBuf::array, "direct buffer");
        assertSameOn(Kind.DIRECT, 8, 16, ByteBuf::arrayOffset, "direct buffer");
    }

    /** Whatever the other buffer is: bytes are neither taken from a released one nor put into a read-only one. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void otherBufferThatIsReleasedOrReadOnly(Kind kind) {
        ByteBuf buf = kind.allocate(ace, 16).writeZero(16);
        for (Kind ofOther : Kind.values()) {
            ByteBuf released = ofOther.allocate(ace, 16).writeLong(1).writeLong(2);
            ByteBuf readOnly = released.copy().asReadOnly();
            released.release();
            assertThatThrownBy(() -> buf.setBytes(0, released, 0, 16))
                    .isInstanceOf(IllegalReferenceCountException.class);
            assertThatThrownBy(() -> buf.getBytes(0, released, 0, 16))
                    .isInstanceOf(IllegalReferenceCountException.class);
            assertThatThrownBy(() -> buf.getBytes(0, readOnly, 0, 16)).isInstanceOf(ReadOnlyBufferException.class);
            assertThat(readOnly.getLong(8)).isEqualTo(2);
            readOnly.release();
        }
        assertThat(buf.getLong(8)).isZero();
        buf.release();
    }

    /** The count stays right up to its limit, and a retain that would overflow changes nothing. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void retainUpToTheLimit(Kind kind) {
        ByteBuf buf = kind.allocate(ace, 8);
        int limit = (1 << 30) - 1; // that of Netty 4.1's own buffers
        buf.retain(limit - 1);
        assertThat(buf.refCnt()).isEqualTo(limit);
        assertThatThrownBy(buf::retain)
                .isInstanceOf(IllegalReferenceCountException.class)
                .hasMessage("refCnt: 1073741823, increment: 1");
        assertThat(buf.refCnt()).isEqualTo(limit);
        assertThat(buf.release(limit - 1)).isFalse();
        assertThat(buf.release()).isTrue();
    }

    /** A double release is found on each thread, whoever released first, and the block is not given out twice. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void doubleReleaseOnAnyThread(Kind kind) {
        for (boolean firstOnLoop : new boolean[] {true, false}) {
            for (boolean secondOnLoop : new boolean[] {true, false}) {
                ByteBuf buf = loop.call(() -> kind.allocate(ace, 100));
                on(firstOnLoop, buf::release);
                assertThatThrownBy(() -> on(secondOnLoop, buf::release))
                        .isInstanceOf(IllegalReferenceCountException.class)
                        .hasMessage("refCnt: 0, decrement: 1");
                assertThatThrownBy(buf::retain)
                        .isInstanceOf(IllegalReferenceCountException.class)
                        .hasMessage("refCnt: 0, increment: 1");
                loop.run(() -> {
                    ByteBuf one = kind.allocate(ace, 100);
                    ByteBuf other = kind.allocate(ace, 100);
                    assertThat(one).isNotSameAs(other);
                    one.release();
                    other.release();
                });
            }
        }
    }

    private void on(boolean onLoop, Runnable action) {
        if (onLoop) {
            loop.run(action::run);
        } else {
            action.run();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void sizesThatOverflowTheLimit(Kind kind) {
        try (AceByteBufAllocator small = Laws.allocatorWithLimit(8 << 20)) {
            for (int size : new int[] {9 << 20, Integer.MAX_VALUE - 4096, Integer.MAX_VALUE}) {
                assertThatThrownBy(() -> kind.allocate(small, size))
                        .isInstanceOf(OutOfMemoryError.class)
                        .hasMessageContaining("the limit is reached")
                        .hasMessageContaining("limit: " + (8 << 20));
            }
            Laws.assertClosesClean(small);
        }
    }
}
