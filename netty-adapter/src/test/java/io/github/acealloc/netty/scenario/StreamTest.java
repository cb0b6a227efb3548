/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import static io.github.acealloc.netty.scenario.Lab.all;
import static io.github.acealloc.netty.scenario.Lab.countedBytes;
import static io.github.acealloc.netty.scenario.Lab.hex;
import static io.github.acealloc.netty.scenario.Lab.state;
import static io.github.acealloc.netty.scenario.Lab.thrown;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.ByteBufOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Bytes between buffers and streams: short reads, ends, nothing, and streams that break. */
class StreamTest extends ScenarioTest {
    private static final int LARGE = 20_000;

    /** A stream that gives a few bytes a call and then ends, or breaks. */
    private static final class Trickle extends InputStream {
        private final byte[] bytes;
        private final int most;
        private final boolean breaks;
        private int at;
        private int calls;

        Trickle(int length, int most, boolean breaks) {
            bytes = countedBytes(length);
            this.most = most;
            this.breaks = breaks;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            calls++;
            int n = Math.min(Math.min(length, most), bytes.length - at);
            if (n == 0 && length > 0) {
                if (breaks) {
                    throw new IOException("broken");
                }
                return -1;
            }
            System.arraycopy(bytes, at, target, offset, n);
            at += n;
            return n;
        }
    }

    @Override
    void fill(Table table) {
        into(table);
        outOf(table);
        nettysStreams(table);
    }

    private static void into(Table table) {
        table.row("short reads: one read a call", lab -> {
                    ByteBuf buf = lab.of(9, 9, 9, 9, 9, 9);
                    Trickle in = new Trickle(5, 3, false);
                    return all(buf.setBytes(1, in, 5), in.calls, buf.setBytes(4, in, 2), in.calls, hex(buf));
                })
                .gives("3 1 2 2 090001020304");
        table.row("the end of a stream", lab -> {
                    ByteBuf buf = lab.buffer(8).writeByte(7);
                    Trickle in = new Trickle(2, 9, false);
                    return all(buf.writeBytes(in, 4), buf.writeBytes(in, 4), hex(buf), state(buf));
                })
                .gives("2 -1 070001 0/3/8 x1");
        table.row("nothing of a stream", lab -> {
                    ByteBuf buf = lab.buffer(8);
                    Trickle in = new Trickle(2, 9, false);
                    return all(buf.writeBytes(in, 0), buf.setBytes(8, in, 0), state(buf), in.at);
                })
                .gives("0 0 0/0/8 x1 0");
        table.row("a stream that breaks at once", lab -> {
                    ByteBuf buf = lab.of(1, 2, 3, 4);
                    Trickle in = new Trickle(0, 1, true);
                    return all(
                            thrown(() -> buf.setBytes(0, in, 4)),
                            thrown(() -> buf.clear().writeBytes(in, 4)),
                            state(buf),
                            hex(buf, 0, 4));
                })
                .gives("IOException IOException 0/0/4 x1 01020304");
        table.row("a stream that breaks after some bytes", lab -> {
                    ByteBuf buf = lab.buffer(8);
                    Trickle in = new Trickle(3, 3, true);
                    return all(buf.writeBytes(in, 8), thrown(() -> buf.writeBytes(in, 5)), hex(buf), state(buf));
                })
                .gives("3 IOException 000102 0/3/8 x1");
        table.row("a stream into a slice leaves its neighbours", lab -> {
                    ByteBuf buf = lab.of(9, 9, 9, 9, 9, 9);
                    ByteBuf slice = buf.slice(2, 3);
                    return all(
                            slice.setBytes(0, new Trickle(9, 9, false), 3),
                            thrown(() -> slice.setBytes(1, new Trickle(9, 9, false), 3)),
                            hex(buf));
                })
                .gives("3 IndexOutOfBoundsException 090900010209");
        table.row("a stream for which the buffer grows", lab -> {
                    ByteBuf buf = lab.buffer(16).writeByte(7);
                    int n = buf.writeBytes(new ByteArrayInputStream(countedBytes(LARGE)), LARGE);
                    byte[] seen = new byte[LARGE];
                    buf.getBytes(1, seen);
                    return all(n, buf.getByte(0), Arrays.equals(seen, countedBytes(LARGE)), buf.writerIndex());
                })
                .gives("20000 7 true 20001");
        table.row("a stream beyond the most capacity", lab -> {
                    ByteBuf buf = lab.buffer(4, 8).writeByte(7);
                    Trickle in = new Trickle(9, 9, false);
                    return all(thrown(() -> buf.writeBytes(in, 8)), in.at, state(buf));
                })
                .gives("IndexOutOfBoundsException 0 0/1/4 x1");
        table.row("a stream into a read-only view", lab -> {
                    ByteBuf buf = lab.of(1, 2, 3);
                    Trickle in = new Trickle(9, 9, false);
                    return all(thrown(() -> buf.asReadOnly().setBytes(0, in, 3)), in.at, hex(buf));
                })
                .gives("ReadOnlyBufferException 0 010203");
    }

    private static void outOf(Table table) {
        table.row("to a stream, moving the reader and not", lab -> {
                    ByteBuf buf = lab.counted(6);
                    ByteArrayOutputStream out = new ByteArrayOutputStream();
                    buf.getBytes(2, out, 3).readBytes(out, 2);
                    return all(hex(out.toByteArray()), state(buf));
                })
                .gives("0203040001 2/6/6 x1");
        table.row("more to a stream than there is", lab -> {
                    ByteBuf buf = lab.counted(6);
                    ByteArrayOutputStream out = new ByteArrayOutputStream();
                    return all(
                            thrown(() -> buf.readBytes(out, 7)),
                            thrown(() -> buf.getBytes(3, out, 4)),
                            out.size(),
                            state(buf));
                })
                .gives("IndexOutOfBoundsException IndexOutOfBoundsException 0 0/6/6 x1");
        table.row("a large slice to a stream", lab -> {
                    ByteBuf slice = lab.counted(LARGE + 2).slice(1, LARGE);
                    ByteArrayOutputStream out = new ByteArrayOutputStream();
                    slice.readBytes(out, LARGE);
                    byte[] expected = Arrays.copyOfRange(countedBytes(LARGE + 1), 1, LARGE + 1);
                    return all(Arrays.equals(out.toByteArray(), expected), slice.readableBytes());
                })
                .gives("true 0");
    }

    private static void nettysStreams(Table table) {
        table.row("ByteBufInputStream: numbers, mark, skip, end", lab -> {
                    ByteBuf buf = lab.counted(12);
                    try (ByteBufInputStream in = new ByteBufInputStream(buf, 10)) {
                        int first = in.readInt();
                        in.mark(0);
                        long skipped = in.skip(3);
                        int seen = in.read();
                        in.reset();
                        int left = in.available();
                        byte[] rest = in.readNBytes(100);
                        return all(first, skipped, seen, left, hex(rest), in.read(), thrown(in::readByte), state(buf));
                    }
                })
                .gives("66051 3 7 6 040506070809 -1 EOFException 10/12/12 x1");
        table.row("ByteBufInputStream releases its slice", lab -> {
                    ByteBuf buf = lab.counted(12);
                    ByteBuf slice = buf.retainedSlice(4, 4);
                    ByteBufInputStream in = new ByteBufInputStream(slice, true);
                    String seen = all(in.readShort(), buf.refCnt() > 0);
                    in.close();
                    return all(seen, buf.refCnt());
                })
                .gives("1029 true 1");
        table.row("ByteBufOutputStream grows its buffer", lab -> {
                    ByteBuf buf = lab.buffer(2).writeByte(1);
                    try (ByteBufOutputStream out = new ByteBufOutputStream(buf)) {
                        out.writeInt(0x01020304);
                        out.writeUTF("\u00e4");
                        out.write(countedBytes(3), 1, 2);
                        return all(out.writtenBytes(), hex(buf));
                    }
                })
                .gives("10 01010203040002c3a40102");
        table.row("ByteBufOutputStream at the most capacity", lab -> {
                    ByteBuf buf = lab.buffer(2, 4);
                    try (ByteBufOutputStream out = new ByteBufOutputStream(buf)) {
                        out.writeShort(7);
                        return all(thrown(() -> out.writeInt(1)), out.writtenBytes(), hex(buf), state(buf));
                    }
                })
                .gives("IndexOutOfBoundsException 2 0007 0/2/2 x1");
        table.row("compressed into a buffer and out of a slice of it", lab -> {
                    ByteBuf buf = lab.buffer(16).writeByte(7);
                    try (GZIPOutputStream out = new GZIPOutputStream(new ByteBufOutputStream(buf))) {
                        out.write(countedBytes(LARGE));
                    }
                    try (GZIPInputStream in = new GZIPInputStream(
                            new ByteBufInputStream(buf.skipBytes(1).slice()))) {
                        return Arrays.equals(in.readAllBytes(), countedBytes(LARGE));
                    }
                })
                .gives(true);
        table.row("lines of a stream over a buffer", lab -> {
                    ByteBuf buf = lab.of('a', 'b', '\r', '\n', '\n', 'c');
                    try (ByteBufInputStream in = new ByteBufInputStream(buf)) {
                        return all(in.readLine(), in.readLine().length(), in.readLine(), in.readLine());
                    }
                })
                .gives("ab 0 c null");
    }
}
