/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the allocator says of itself, which kind of buffer it gives for which wish, and that it stands alone. */
class AllocatorTest {
    private final Loop loop = new Loop();
    private final AceByteBufAllocator allocator = new AceByteBufAllocator();

    @AfterEach
    void assertClosesClean() {
        Laws.assertClosesClean(allocator, loop);
        loop.close();
    }

    @Test
    void directBuffersArePooled() {
        assertThat(allocator.isDirectBufferPooled()).isTrue();
        assertThat(allocator).hasToString("AceByteBufAllocator(directByDefault: true)");
    }

    @Test
    void everyWishGetsItsKind() {
        assertKind(allocator.buffer(), PlatformDependent.directBufferPreferred(), 256, Integer.MAX_VALUE);
        assertKind(allocator.buffer(10), PlatformDependent.directBufferPreferred(), 10, Integer.MAX_VALUE);
        assertKind(allocator.buffer(10, 20), PlatformDependent.directBufferPreferred(), 10, 20);
        assertKind(allocator.ioBuffer(), true, 256, Integer.MAX_VALUE);
        assertKind(allocator.ioBuffer(10), true, 10, Integer.MAX_VALUE);
        assertKind(allocator.ioBuffer(10, 20), true, 10, 20);
        assertKind(allocator.directBuffer(), true, 256, Integer.MAX_VALUE);
        assertKind(allocator.directBuffer(10), true, 10, Integer.MAX_VALUE);
        assertKind(allocator.heapBuffer(), false, 256, Integer.MAX_VALUE);
        assertKind(allocator.heapBuffer(10), false, 10, Integer.MAX_VALUE);
        assertKind(allocator.heapBuffer(0, 20), false, 0, 20);
    }

    private void assertKind(ByteBuf buf, boolean direct, int capacity, int maxCapacity) {
        assertThat(buf.isDirect()).isEqualTo(direct);
        assertThat(buf.hasArray()).isEqualTo(!direct);
        assertThat(buf.capacity()).isEqualTo(capacity);
        assertThat(buf.maxCapacity()).isEqualTo(maxCapacity);
        assertThat(buf.alloc()).isSameAs(allocator);
        assertThat(buf.unwrap() == null || buf.unwrap() instanceof AceByteBuf).isTrue();
        buf.release();
    }

    @Test
    void emptyBufferNeedsNoMemory() {
        assertThat(allocator.buffer(0, 0).alloc()).isSameAs(allocator);
        assertThat(allocator.stats().committedBytes()).isZero();
    }

    @Test
    void newCapacitiesAreNettys() {
        for (int least : new int[] {0, 1, 63, 64, 65, 1000, 1 << 20, (4 << 20) - 1, 4 << 20, (4 << 20) + 1, 1 << 30}) {
            assertThat(allocator.calculateNewCapacity(least, Integer.MAX_VALUE))
                    .isEqualTo(PooledByteBufAllocator.DEFAULT.calculateNewCapacity(least, Integer.MAX_VALUE));
            assertThat(allocator.calculateNewCapacity(least, least + 1))
                    .isEqualTo(PooledByteBufAllocator.DEFAULT.calculateNewCapacity(least, least + 1));
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void compositeBuffersHoldAndReleaseTheirComponents(Kind kind) {
        CompositeByteBuf composite =
                kind == Kind.DIRECT ? allocator.compositeDirectBuffer(4) : allocator.compositeHeapBuffer(4);
        for (int i = 0; i < 10; i++) {
            composite.addComponent(
                    true, loop.call(() -> kind.allocate(allocator, 8)).writeLong(i));
        }
        composite.writeBytes(new byte[1000]);
        for (int i = 0; i < 10; i++) {
            assertThat(composite.readLong()).isEqualTo(i);
        }
        composite.discardReadComponents();
        assertThat(composite.alloc()).isSameAs(allocator);
        assertThat(composite.release()).isTrue();
    }

    @Test
    void defaultServesTheWholeJvm() {
        assertThat(AceByteBufAllocator.DEFAULT).isInstanceOf(ByteBufAllocator.class);
        ByteBuf buf = AceByteBufAllocator.DEFAULT.buffer(100).writeInt(1);
        assertThat(buf.alloc()).isSameAs(AceByteBufAllocator.DEFAULT);
        buf.release();
    }

    /** Buffers are used again and again, and nobody can tell. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    @SuppressWarnings("deprecation") // marks are deprecated, and yet kept
    void nothingIsLeftOfABuffersLastUse(Kind kind) {
        for (int round = 0; round < 3; round++) { // one may be a sample, which has an object of its own
            ByteBuf buf = kind.allocate(allocator, 100, 200).writeZero(20).skipBytes(10);
            buf.markReaderIndex().markWriterIndex().release();
            ByteBuf next = kind.allocate(allocator, 110);
            assertThat(next.capacity()).isEqualTo(110);
            assertThat(next.maxCapacity()).isEqualTo(Integer.MAX_VALUE);
            assertThat(next.readerIndex() + next.writerIndex()).isZero();
            assertThat(next.writeZero(30).skipBytes(30).resetReaderIndex().readerIndex())
                    .isZero();
            assertThat(next.resetWriterIndex().writerIndex()).isZero();
            next.release();
        }
    }

    /** Two allocators on one thread share nothing. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void twoAtOnce(Kind kind) {
        AceByteBufAllocator other = new AceByteBufAllocator();
        loop.run(() -> {
            List<ByteBuf> mine = new ArrayList<>();
            List<ByteBuf> others = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                mine.add(kind.allocate(allocator, 16).writeInt(i));
                others.add(kind.allocate(other, 16).writeInt(-i));
            }
            assertThat(mine).allMatch(buf -> buf.alloc() == allocator);
            assertThat(others).allMatch(buf -> buf.alloc() == other);
            others.forEach(ByteBuf::release);
            assertThat(kind.pinned(other)).isZero();
            other.close();
            assertThat(kind.used(other)).isZero();
            for (int i = 0; i < mine.size(); i++) {
                assertThat(mine.get(i).getInt(0)).isEqualTo(i);
                mine.get(i).release();
            }
            assertThatThrownBy(() -> kind.allocate(other, 16)).isInstanceOf(IllegalStateException.class);
            kind.allocate(allocator, 16).release();
        });
    }

    /** The child: says which kind it prefers. */
    static final class PreferenceChild {
        public static void main(String[] args) {
            ByteBuf buf = AceByteBufAllocator.DEFAULT.buffer(10);
            ByteBuf io = AceByteBufAllocator.DEFAULT.ioBuffer(10);
            System.out.println("buffer direct " + buf.isDirect() + ", ioBuffer direct " + io.isDirect());
            buf.release();
            io.release();
        }
    }

    @Test
    void nettysPreferenceForHeapBuffersIsObeyed() {
        assertThat(new ChildJvm().with("-Dio.netty.noPreferDirect=true").run(PreferenceChild.class))
                .contains("buffer direct false, ioBuffer direct true");
    }
}
