/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes go from buffers to files and sockets and back unchanged, by every road there is. */
class ChannelIoTest {
    private static final int LENGTH = 10_000;

    private final AceByteBufAllocator allocator = new AceByteBufAllocator();
    private final byte[] bytes = new byte[LENGTH];

    ChannelIoTest() {
        new Random(1).nextBytes(bytes);
    }

    @AfterEach
    void assertClosesClean() {
        Laws.assertClosesClean(allocator);
    }

    /** A buffer that is not the first of its slab, so that offsets matter. */
    private ByteBuf filled(Kind kind, int before) {
        ByteBuf first = kind.allocate(allocator, LENGTH);
        ByteBuf buf =
                kind.allocate(allocator, LENGTH + before).writeZero(before).writeBytes(bytes);
        first.release();
        return buf.readerIndex(before);
    }

    private ByteBuf empty(Kind kind) {
        return kind.allocate(allocator, LENGTH + 100);
    }

    private void assertContent(ByteBuf buf) {
        byte[] got = new byte[LENGTH];
        assertThat(buf.readableBytes()).isEqualTo(LENGTH);
        buf.readBytes(got);
        assertThat(got).isEqualTo(bytes);
        buf.release();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    @SuppressWarnings("try") // a closed channel is one of the cases
    void file(Kind kind, @TempDir Path folder) throws IOException {
        ByteBuf from = filled(kind, 7);
        try (FileChannel channel = FileChannel.open(
                folder.resolve("file"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            assertThat(from.getBytes(7, channel, LENGTH)).isEqualTo(LENGTH);
            assertThat(from.getBytes(7, channel, 2L * LENGTH, LENGTH)).isEqualTo(LENGTH);
            assertThat(from.readerIndex()).isEqualTo(7);
            assertThat(from.readBytes(channel, LENGTH, LENGTH)).isEqualTo(LENGTH);
            assertThat(from.isReadable()).isFalse();
            from.release();
            assertThat(channel.size()).isEqualTo(3 * LENGTH);
            assertThat(channel.position()).isEqualTo(LENGTH);

            ByteBuf to = empty(kind);
            assertThat(to.writeBytes(channel, LENGTH)).isEqualTo(LENGTH);
            assertContent(to);
            for (int part = 0; part < 3; part++) {
                to = empty(kind);
                assertThat(to.writeBytes(channel, (long) part * LENGTH, LENGTH)).isEqualTo(LENGTH);
                assertContent(to);
            }
            ByteBuf past = empty(kind);
            assertThat(past.writeBytes(channel, 3L * LENGTH, LENGTH)).isEqualTo(-1);
            assertThat(past.setBytes(0, channel, 3L * LENGTH, LENGTH)).isEqualTo(-1);
            assertThat(past.isReadable()).isFalse();
            channel.close();
            assertThat(past.writeBytes(channel, 0, LENGTH)).as("a closed file").isEqualTo(-1);
            past.release();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    @SuppressWarnings("try") // a closed channel is one of the cases
    void socket(Kind kind) throws IOException {
        try (ServerSocketChannel server =
                        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel one = SocketChannel.open(server.getLocalAddress());
                SocketChannel other = server.accept()) {
            ByteBuf from = filled(kind, 3);
            ByteBuf to = empty(kind);
            while (to.readableBytes() < LENGTH) {
                if (from.isReadable()) {
                    from.readBytes(one, Math.min(from.readableBytes(), 1000));
                }
                assertThat(to.writeBytes(other, LENGTH - to.readableBytes())).isPositive();
            }
            from.release();
            assertContent(to);

            gatherAndScatter(kind, one, other);

            one.close();
            ByteBuf end = empty(kind);
            assertThat(end.writeBytes(other, 10)).as("the peer has closed").isEqualTo(-1);
            assertThat(end.writeBytes(one, 10)).as("we have closed").isEqualTo(-1);
            end.release();
        }
    }

    /** Several buffers in one system call, as transports do it: by their views. */
    private void gatherAndScatter(Kind kind, SocketChannel one, SocketChannel other) throws IOException {
        CompositeByteBuf composite = allocator.compositeBuffer();
        for (int i = 0; i < 10; i++) {
            composite.addComponent(
                    true, kind.allocate(allocator, LENGTH / 10).writeBytes(bytes, i * LENGTH / 10, LENGTH / 10));
        }
        ByteBuffer[] views = composite.nioBuffers();
        assertThat(views).hasSize(10);
        long written = 0;
        ByteBuf first = kind.allocate(allocator, LENGTH / 4);
        ByteBuf second = kind.allocate(allocator, LENGTH);
        ByteBuffer[] into = {first.internalNioBuffer(0, LENGTH / 4), second.internalNioBuffer(0, LENGTH * 3 / 4)};
        long read = 0;
        while (read < LENGTH) {
            if (written < LENGTH) {
                written += one.write(views);
            }
            read += other.read(into);
        }
        composite.release();
        first.writerIndex(LENGTH / 4);
        second.writerIndex(LENGTH * 3 / 4);
        ByteBuf all = kind.allocate(allocator, 10).writeBytes(first).writeBytes(second);
        first.release();
        second.release();
        assertContent(all);
    }

    /** A transport may be using the shared view while others look at the same bytes. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void gettingBytesLeavesTheSharedViewAlone(Kind kind, @TempDir Path folder) throws IOException {
        ByteBuf buf = filled(kind, 7);
        ByteBuffer shared = buf.internalNioBuffer(7, LENGTH);
        ByteBuffer before = shared.duplicate();
        try (FileChannel channel =
                FileChannel.open(folder.resolve("file"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            buf.getBytes(8, channel, 100);
            buf.getBytes(9, channel, 0, 100);
        }
        buf.getBytes(10, new MemoryChannel(new byte[0], 7), 100);
        assertThat(shared).isEqualTo(before);
        buf.release();
    }

    /** A file that may not grow takes what fits, as one on a full disk does. */
    private static final class FullFile extends FileChannel {
        private final MemoryChannel taken;

        FullFile(int most) {
            taken = new MemoryChannel(new byte[0], most);
        }

        @Override
        public int write(ByteBuffer src, long position) {
            return taken.write(src);
        }

        @Override
        public int write(ByteBuffer src) {
            return taken.write(src);
        }

        @Override
        public long write(ByteBuffer[] srcs, int offset, int length) {
            return taken.write(srcs, offset, length);
        }

        @Override
        public int read(ByteBuffer dst) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long read(ByteBuffer[] dsts, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(ByteBuffer dst, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long position() {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileChannel position(long newPosition) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long size() {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileChannel truncate(long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void force(boolean metaData) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferFrom(ReadableByteChannel src, long position, long count) {
            throw new UnsupportedOperationException();
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected void implCloseChannel() {
            // nothing is open
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void fileThatTakesAPart(Kind kind) throws IOException {
        ByteBuf buf = filled(kind, 1);
        try (FullFile file = new FullFile(7)) {
            assertThat(buf.getBytes(1, file, 0, 100)).isEqualTo(7);
            assertThat(buf.readBytes(file, 0, 100)).isEqualTo(7);
            assertThat(buf.readerIndex()).isEqualTo(8);
        }
        buf.release();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void channelThatTakesAndGivesALittleAtATime(Kind kind) throws IOException {
        ByteBuf from = filled(kind, 1);
        MemoryChannel out = new MemoryChannel(new byte[0], 7);
        assertThat(from.getBytes(1, out, 100)).isEqualTo(7);
        assertThat(from.readerIndex()).isEqualTo(1);
        while (from.isReadable()) {
            assertThat(from.readBytes(out, from.readableBytes())).isBetween(1, 7);
        }
        from.release();
        ByteBuf to = empty(kind);
        MemoryChannel in = new MemoryChannel(out.written(), 11);
        assertThat(to.writeBytes(in, 7)).isEqualTo(7);
        to.clear();
        while (to.writeBytes(in, LENGTH) > 0) {
            assertThat(to.readableBytes()).isLessThanOrEqualTo(LENGTH);
        }
        assertContent(to);
    }
}
