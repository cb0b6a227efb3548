/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Addresses, arrays and views all lead to the buffer's own bytes, and to nobody else's. */
@ExtendWith(NoLeakDetection.class)
class MemoryAddressTest {
    private static final int[] SIZES = {1, 16, 100, 5_000, 70_000, 1 << 20, 3 << 20};

    private final AceByteBufAllocator allocator = new AceByteBufAllocator();

    @AfterEach
    void assertClosesClean() {
        Laws.assertClosesClean(allocator);
    }

    private List<ByteBuf> allocateAll(Kind kind) {
        List<ByteBuf> all = new ArrayList<>();
        for (int round = 0; round < 5; round++) {
            for (int size : SIZES) {
                all.add(kind.allocate(allocator, size));
            }
        }
        return all;
    }

    /** On one superslab addresses differ as offsets do, and no two buffers overlap anywhere. */
    @Test
    void addresses() {
        List<ByteBuf> all = allocateAll(Kind.DIRECT);
        for (ByteBuf buf : all) {
            AceByteBuf ace = (AceByteBuf) buf;
            assertThat(buf.hasMemoryAddress()).isTrue();
            assertThat(buf.memoryAddress() % 16).isZero();
            for (ByteBuf other : all) {
                AceByteBuf otherAce = (AceByteBuf) other;
                if (ace.slab().region() == otherAce.slab().region()) {
                    assertThat(other.memoryAddress() - buf.memoryAddress()).isEqualTo(otherAce.base - ace.base);
                }
            }
            ByteBuf slice = buf.slice(buf.capacity() / 2, buf.capacity() / 2);
            assertThat(slice.memoryAddress()).isEqualTo(buf.memoryAddress() + buf.capacity() / 2);
            assertThat(buf.duplicate().memoryAddress()).isEqualTo(buf.memoryAddress());
        }
        all.sort(Comparator.comparingLong(ByteBuf::memoryAddress));
        for (int i = 1; i < all.size(); i++) {
            ByteBuf left = all.get(i - 1);
            assertThat(left.memoryAddress() + left.capacity())
                    .isLessThanOrEqualTo(all.get(i).memoryAddress());
        }
        all.forEach(ByteBuf::release);
    }

    /** The child: says what a direct buffer says of its address. */
    static final class Child {
        public static void main(String[] args) {
            ByteBuf buf = AceByteBufAllocator.DEFAULT.directBuffer(16);
            try {
                System.out.println(buf.hasMemoryAddress() + " " + (buf.memoryAddress() != 0));
            } catch (UnsupportedOperationException e) {
                System.out.println(buf.hasMemoryAddress() + " " + e.getMessage());
            }
            buf.release();
        }
    }

    @Test
    void withoutUnsafeAnAddressIsTrueOrDenied() {
        assertThat(new ChildJvm().with("-Dio.netty.noUnsafe=true").run(Child.class))
                .containsAnyOf("true true", "false this JVM does not tell the address of direct memory");
    }

    @Test
    void addressMovesWithTheBuffer() {
        ByteBuf buf = allocator.directBuffer(16).writeLong(42);
        long before = buf.memoryAddress();
        buf.capacity(100_000);
        assertThat(buf.memoryAddress()).isNotEqualTo(before);
        ByteBuf next = allocator.directBuffer(16);
        assertThat(next.memoryAddress()).as("the slot that was left").isEqualTo(before);
        buf.release();
        next.release();
    }

    @Test
    void arrays() {
        List<ByteBuf> all = allocateAll(Kind.HEAP);
        for (int i = 0; i < all.size(); i++) {
            ByteBuf buf = all.get(i);
            buf.array()[buf.arrayOffset()] = (byte) i;
            buf.array()[buf.arrayOffset() + buf.capacity() - 1] = (byte) i;
        }
        for (int i = 0; i < all.size(); i++) {
            ByteBuf buf = all.get(i);
            assertThat(buf.getByte(0)).isEqualTo((byte) i);
            assertThat(buf.getByte(buf.capacity() - 1)).isEqualTo((byte) i);
            assertThat(buf.hasMemoryAddress()).isFalse();
        }
        all.forEach(ByteBuf::release);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void views(Kind kind) {
        for (int size : SIZES) {
            ByteBuf before = kind.allocate(allocator, size);
            ByteBuf buf = kind.allocate(allocator, size, 2 * size + 100);
            for (int round = 0; round < 3; round++) {
                for (ByteBuffer view : new ByteBuffer[] {
                    buf.nioBuffer(0, size), buf.nioBuffers(0, size)[0], buf.internalNioBuffer(0, size)
                }) {
                    assertThat(view.remaining()).isEqualTo(size);
                    assertThat(view.isDirect()).isEqualTo(kind == Kind.DIRECT);
                    assertThat(view.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
                    view.put(view.position(), (byte) (11 + round)).put(view.limit() - 1, (byte) (21 + round));
                    assertThat(buf.getByte(size - 1)).isEqualTo((byte) (21 + round));
                    assertThat(size == 1 || buf.getByte(0) == 11 + round).isTrue();
                    buf.setByte(0, 31);
                    assertThat(view.get(view.position())).isEqualTo((byte) 31);
                }
                buf.capacity(size + (size + 100) / 3 * (round + 1)); // the views are made anew where it moves
            }
            before.release();
            buf.release();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aViewOfItsOwnKeepsItsPlaceTheSharedOneDoesNot(Kind kind) {
        ByteBuf buf = kind.allocate(allocator, 64).writeLong(1).writeLong(2);
        ByteBuffer own = buf.nioBuffer(0, 8);
        ByteBuffer shared = buf.internalNioBuffer(0, 8);
        assertThat(buf.internalNioBuffer(8, 8)).isSameAs(shared);
        assertThat(shared.getLong(shared.position())).isEqualTo(2);
        assertThat(own.getLong(0)).isEqualTo(1);
        ByteBuffer second = buf.nioBuffer(8, 4);
        assertThat(second.position()).isZero();
        assertThat(second.capacity()).as("no way to other bytes").isEqualTo(4);
        assertThat(buf.nioBuffer(0, 8)).isNotSameAs(own);
        assertThat(buf.nioBufferCount()).isEqualTo(1);
        buf.release();
    }
}
