/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.ByteBufOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes go from buffers to streams and back unchanged, more of them than one step moves. */
class StreamIoTest {
    private static final int LENGTH = 50_000;

    private final AceByteBufAllocator allocator = new AceByteBufAllocator();
    private final byte[] bytes = new byte[LENGTH];

    StreamIoTest() {
        new Random(2).nextBytes(bytes);
    }

    @AfterEach
    void assertClosesClean() {
        Laws.assertClosesClean(allocator);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void toStreamAndBack(Kind kind) throws IOException {
        ByteBuf buf = kind.allocate(allocator, LENGTH);
        assertThat(buf.writeBytes(new ByteArrayInputStream(bytes), LENGTH)).isEqualTo(LENGTH);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        buf.getBytes(0, out, LENGTH);
        assertThat(out.toByteArray()).isEqualTo(bytes);
        out.reset();
        buf.skipBytes(5).readBytes(out, LENGTH - 10);
        assertThat(out.toByteArray()).isEqualTo(Arrays.copyOfRange(bytes, 5, LENGTH - 5));
        assertThat(buf.readableBytes()).isEqualTo(5);
        buf.release();
    }

    /** A stream as of a socket: it has so many bytes now, and reading more would wait. */
    private static final class Dripping extends InputStream {
        private final InputStream source;
        private final int drop;

        Dripping(InputStream source, int drop) {
            this.source = source;
            this.drop = drop;
        }

        @Override
        public int read() throws IOException {
            return source.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return source.read(target, offset, Math.min(length, drop));
        }

        @Override
        public int available() {
            return 0;
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void streamThatWouldWaitIsNotWaitedFor(Kind kind) throws IOException {
        ByteBuf buf = kind.allocate(allocator, LENGTH);
        InputStream in = new Dripping(new ByteArrayInputStream(bytes), 100);
        assertThat(buf.setBytes(0, in, LENGTH)).as("as much as there was").isEqualTo(100);
        assertThat(buf.writeBytes(in, 50)).isEqualTo(50);
        assertThat(buf.getByte(0)).isEqualTo(bytes[100]);
        buf.release();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void noMoreIsReadThanAskedFor(Kind kind) throws IOException {
        int asked = LENGTH - 10_000; // no multiple of a step
        ByteBuf buf = kind.allocate(allocator, LENGTH).writeZero(LENGTH);
        InputStream in = new ByteArrayInputStream(bytes);
        assertThat(buf.setBytes(0, in, asked)).isEqualTo(asked);
        assertThat(in.available()).isEqualTo(LENGTH - asked);
        assertThat(buf.getByte(asked - 1)).isEqualTo(bytes[asked - 1]);
        assertThat(buf.getByte(asked)).isZero();
        buf.release();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void endOfStream(Kind kind) throws IOException {
        ByteBuf buf = kind.allocate(allocator, LENGTH);
        InputStream in = new ByteArrayInputStream(bytes, 0, 10);
        assertThat(buf.writeBytes(in, LENGTH)).isEqualTo(10);
        assertThat(buf.writeBytes(in, LENGTH)).isEqualTo(-1);
        assertThat(buf.readableBytes()).isEqualTo(10);
        buf.release();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void nettysStreamsOverBuffers(Kind kind) throws IOException {
        ByteBuf buf = kind.allocate(allocator, 16);
        try (ByteBufOutputStream out = new ByteBufOutputStream(buf)) {
            out.write(bytes);
            out.writeUTF("end");
        }
        try (ByteBufInputStream in = new ByteBufInputStream(buf, true)) {
            assertThat(in.readNBytes(LENGTH)).isEqualTo(bytes);
            assertThat(in.readUTF()).isEqualTo("end");
            assertThat(in.available()).isZero();
        }
        assertThat(buf.refCnt()).isZero();
    }
}
