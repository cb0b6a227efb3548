/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One read of a stream a call, as Netty's buffers do it: nothing waits for what may not come, nothing read is lost. */
class StreamReadTest {
    private static final int PART = 100;
    private static final Duration AT_ONCE = Duration.ofSeconds(20);

    private final byte[] bytes = new byte[30_000];

    StreamReadTest() {
        new Random(3).nextBytes(bytes);
    }

    static Stream<Arguments> all() {
        return Arrays.stream(Contestant.values())
                .flatMap(contestant -> Arrays.stream(Kind.values()).map(kind -> Arguments.of(contestant, kind)));
    }

    /** Gives so much a read, promises more, and may break: what a decompressed or encrypted stream may do. */
    private static final class Promising extends InputStream {
        private final InputStream source;
        private final int perRead;
        private final int goodReads;
        private final IOException ofAvailable;
        private int reads;
        private int asked;

        Promising(byte[] bytes, int perRead, int goodReads, IOException ofAvailable) {
            source = new ByteArrayInputStream(bytes);
            this.perRead = perRead;
            this.goodReads = goodReads;
            this.ofAvailable = ofAvailable;
        }

        @Override
        public int read() {
            throw new AssertionError("read byte by byte");
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            asked = length;
            if (reads++ == goodReads) {
                throw new IOException("broken");
            }
            return source.read(target, offset, Math.min(length, perRead));
        }

        @Override
        public int available() throws IOException {
            if (ofAvailable != null) {
                throw ofAvailable;
            }
            return 1;
        }
    }

    private void assertHolds(ByteBuf buf, int from, int length) {
        byte[] there = new byte[length];
        buf.getBytes(buf.readerIndex(), there);
        assertThat(there).isEqualTo(Arrays.copyOfRange(bytes, from, from + length));
    }

    @ParameterizedTest
    @MethodSource("all")
    void oneReadACallForAllThatIsWanted(Contestant contestant, Kind kind) throws IOException {
        ByteBufAllocator allocator = contestant.make();
        ByteBuf buf = kind.allocate(allocator, 16);
        Promising in = new Promising(bytes, Integer.MAX_VALUE, Integer.MAX_VALUE, null);
        assertThat(buf.writeBytes(in, bytes.length)).as("with growth").isEqualTo(bytes.length);
        assertThat(in.reads).isEqualTo(1);
        assertThat(in.asked).isEqualTo(bytes.length);
        assertHolds(buf, 0, bytes.length);
        assertThat(buf.setBytes(5, new ByteArrayInputStream(bytes), 0)).isZero();
        buf.release();
        Contestant.end(allocator);
    }

    @ParameterizedTest
    @MethodSource("all")
    void aCompressedStreamThatWasFlushedDoesNotWait(Contestant contestant, Kind kind) {
        ByteBufAllocator allocator = contestant.make();
        ByteBuf buf = kind.allocate(allocator, 1 << 16);
        assertTimeoutPreemptively(AT_ONCE, () -> readsCompressed(buf));
        buf.release();
        Contestant.end(allocator);
    }

    private void readsCompressed(ByteBuf buf) throws IOException {
        PipedOutputStream end = new PipedOutputStream();
        PipedInputStream pipe = new PipedInputStream(end, 1 << 16);
        GZIPOutputStream out = new GZIPOutputStream(end, true);
        out.write(bytes, 0, PART);
        out.flush();
        InputStream in = new GZIPInputStream(pipe);
        assertThat(buf.writeBytes(in, bytes.length)).isEqualTo(PART);
        out.write(bytes, PART, PART);
        out.flush();
        assertThat(buf.setBytes(PART, in, bytes.length)).isEqualTo(PART);
        assertHolds(buf.writerIndex(2 * PART), 0, 2 * PART);
    }

    @ParameterizedTest
    @MethodSource("all")
    void aStreamThatBreaksLosesNothingThatWasRead(Contestant contestant, Kind kind) throws IOException {
        ByteBufAllocator allocator = contestant.make();
        ByteBuf buf = kind.allocate(allocator, 16);
        InputStream in = new Promising(bytes, PART, 2, null);
        assertThat(buf.writeBytes(in, bytes.length)).isEqualTo(PART);
        assertThat(buf.writeBytes(in, bytes.length)).isEqualTo(PART);
        assertThatThrownBy(() -> buf.writeBytes(in, bytes.length)).hasMessage("broken");
        assertThat(buf.readableBytes()).isEqualTo(2 * PART);
        assertHolds(buf, 0, 2 * PART);
        buf.release();
        Contestant.end(allocator);
    }

    @ParameterizedTest
    @MethodSource("all")
    void whatIsAvailableIsNotAsked(Contestant contestant, Kind kind) throws IOException {
        ByteBufAllocator allocator = contestant.make();
        ByteBuf buf = kind.allocate(allocator, 16);
        InputStream in = new Promising(bytes, PART, Integer.MAX_VALUE, new IOException("nobody knows"));
        assertThat(buf.writeBytes(in, bytes.length)).isEqualTo(PART);
        assertHolds(buf, 0, PART);
        buf.release();
        Contestant.end(allocator);
    }

    /** A view reads through its buffer, so it has the same rule; the bytes lie where the view has them. */
    @ParameterizedTest
    @MethodSource("all")
    void viewsDoTheSame(Contestant contestant, Kind kind) throws IOException {
        ByteBufAllocator allocator = contestant.make();
        ByteBuf buf = kind.allocate(allocator, 1000).writeZero(1000);
        for (ByteBuf view : new ByteBuf[] {buf.slice(10, 900), buf.duplicate(), buf.retainedSlice(10, 900)}) {
            Promising in = new Promising(bytes, PART, 1, new IOException("nobody knows"));
            assertThat(view.setBytes(20, in, 800)).isEqualTo(PART);
            assertThat(in.reads).isEqualTo(1);
            assertHolds(view.readerIndex(20), 0, PART);
            assertThat(view.getByte(20 + PART)).as("behind it").isZero();
            view.setZero(20, PART);
        }
        buf.release();
        assertThat(buf.release()).isTrue();
        Contestant.end(allocator);
    }
}
