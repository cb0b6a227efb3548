/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector.Level;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.InvalidMarkException;
import java.nio.channels.GatheringByteChannel;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What one user does to a view of a slot's memory does not reach the next view, with this buffer or a later one of the slot. */
@ExtendWith(NoLeakDetection.class)
class SharedViewTest {
    private static final int SIZE = 64;
    private static final int WAYS = 5;

    static Stream<Arguments> all() {
        return StreamReadTest.all();
    }

    private static void spoil(ByteBuffer view) {
        view.order(ByteOrder.LITTLE_ENDIAN).position(view.position() + 2).mark();
        view.position(view.position() + 3).limit(view.position() + 1);
    }

    private static void assertFresh(ByteBuffer view, int length) {
        assertThat(view.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
        assertThat(view.remaining()).isEqualTo(length);
        assertThat(view.isReadOnly()).isFalse();
        assertThatThrownBy(view::reset).as("a mark").isInstanceOf(InvalidMarkException.class);
    }

    /** The ways to a view, with the given index and length. */
    private static ByteBuffer view(int way, ByteBuf buf, int index, int length) {
        return switch (way) {
            case 0 -> buf.internalNioBuffer(index, length);
            case 1 -> buf.nioBuffer(index, length);
            case 2 -> buf.nioBuffers(index, length)[0];
            case 3 -> buf.slice(index, length).internalNioBuffer(0, length);
            default -> buf.duplicate().nioBuffer(index, length);
        };
    }

    /** A buffer whose contents tell its order: what it is read as through each kind of view. */
    private static void assertAllViewsFresh(ByteBuf buf) {
        for (int way = 0; way < WAYS; way++) {
            for (int length : new int[] {SIZE, SIZE - 8}) {
                ByteBuffer view = view(way, buf, SIZE - length, length);
                assertFresh(view, length);
                assertThat(view.getInt(view.position())).isEqualTo(buf.getInt(SIZE - length));
                spoil(view);
            }
        }
    }

    private static ByteBuf filled(ByteBuf buf) {
        for (int i = 0; i < SIZE; i++) {
            buf.writeByte(i + 1);
        }
        return buf;
    }

    /** The next buffer has the same slot, whose shared view was spoiled; three times, for three users. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void theNextUserOfTheSlotStartsAfresh(Kind kind) {
        AceByteBufAllocator allocator = new AceByteBufAllocator();
        try (Loop loop = new Loop()) {
            loop.run(() -> nextUser(buf -> kind.allocate(allocator, buf)));
            nextUser(size -> kind.allocate(allocator, size));
            Laws.assertClosesClean(allocator, loop);
        }
    }

    private static void nextUser(Function<Integer, ByteBuf> source) {
        ByteBuf before = null;
        for (int user = 0; user < 3; user++) {
            ByteBuf buf = filled(source.apply(SIZE));
            if (before != null) {
                assertThat(buf).as("the slot's own object").isSameAs(before);
            }
            assertAllViewsFresh(buf);
            spoil(buf.internalNioBuffer(0, SIZE));
            buf.release();
            before = buf;
        }
    }

    /** A later buffer of Netty's own gets views in the right order; only then is the claim about ours worth something. */
    @ParameterizedTest
    @MethodSource("all")
    void laterBuffersHaveGoodViews(Contestant contestant, Kind kind) {
        ByteBufAllocator allocator = contestant.make();
        for (int user = 0; user < 50; user++) {
            ByteBuf buf = filled(kind.allocate(allocator, SIZE));
            ByteBuffer view = buf.internalNioBuffer(0, SIZE);
            assertFresh(view, SIZE);
            assertThat(view.getInt()).isEqualTo(0x01020304);
            spoil(buf.internalNioBuffer(0, SIZE));
            buf.release();
        }
        Contestant.end(allocator);
    }

    /** Channels are given the shared view, too. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void aChannelSeesNothingOfWhatWasDoneToTheView(Kind kind) throws IOException {
        AceByteBufAllocator allocator = new AceByteBufAllocator();
        ByteBuf buf = filled(kind.allocate(allocator, SIZE));
        GatheringByteChannel channel = new ViewChannel();
        for (int i = 0; i < 3; i++) {
            spoil(buf.internalNioBuffer(0, SIZE));
            assertThat(buf.readerIndex(0).readBytes(channel, SIZE)).isEqualTo(SIZE);
        }
        buf.release();
        Laws.assertClosesClean(allocator);
    }

    /** Takes a whole view at once, looks at it, and leaves it as no other should see it. */
    private static final class ViewChannel implements GatheringByteChannel {
        @Override
        public int write(ByteBuffer view) {
            int length = view.remaining();
            assertFresh(view, SIZE);
            view.position(view.limit()).order(ByteOrder.LITTLE_ENDIAN).mark();
            return length;
        }

        @Override
        public long write(ByteBuffer[] views, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long write(ByteBuffer[] views) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // nothing to close
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void handlesThatLeakDetectionFollowsToo(Kind kind) {
        AceByteBufAllocator allocator = new AceByteBufAllocator();
        try (LeakLab lab = new LeakLab(Level.PARANOID)) {
            for (int user = 0; user < 3; user++) {
                ByteBuf buf = filled(kind.allocate(allocator, SIZE));
                assertThat(LeakLab.isFollowed(buf)).isTrue();
                assertAllViewsFresh(buf);
                buf.release();
            }
            assertThat(lab.reports()).isEmpty();
        }
        Laws.assertClosesClean(allocator);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void theViewAfterGrowthIsFresh(Kind kind) {
        AceByteBufAllocator allocator = new AceByteBufAllocator();
        ByteBuf buf = filled(kind.allocate(allocator, SIZE));
        spoil(buf.internalNioBuffer(0, SIZE));
        buf.capacity(10 * SIZE);
        assertAllViewsFresh(buf);
        buf.capacity(SIZE);
        assertAllViewsFresh(buf);
        buf.release();
        Laws.assertClosesClean(allocator);
    }
}
