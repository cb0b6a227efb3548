/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import static io.github.acealloc.netty.scenario.Lab.all;
import static io.github.acealloc.netty.scenario.Lab.countedBytes;
import static io.github.acealloc.netty.scenario.Lab.hex;
import static io.github.acealloc.netty.scenario.Lab.state;
import static io.github.acealloc.netty.scenario.Lab.thrown;

import io.github.acealloc.netty.Contestant;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.util.Arrays;

/** Bytes between buffers and files: at positions, gathered, transferred, beyond the end. */
class FileTest extends ScenarioTest {
    private static final int LARGE = 100_000;

    @Override
    void fill(Table table) {
        read(table);
        write(table);
        many(table);
    }

    private static void read(Table table) {
        table.row("read at a position leaves the channel's own", lab -> {
                    ByteBuf buf = lab.of(9, 9, 9, 9);
                    try (FileChannel channel = lab.openFile(8)) {
                        channel.position(2);
                        return all(buf.setBytes(1, channel, 5L, 2), channel.position(), hex(buf));
                    }
                })
                .gives("2 2 09050609");
        table.row("read the last bytes, and behind the end", lab -> {
                    ByteBuf buf = lab.buffer(8);
                    try (FileChannel channel = lab.openFile(8)) {
                        return all(buf.writeBytes(channel, 6L, 8), buf.writeBytes(channel, 8L, 8), hex(buf));
                    }
                })
                .gives("2 -1 0607");
        table.row("read into a slice of a duplicate", lab -> {
                    ByteBuf buf = lab.of(9, 9, 9, 9, 9);
                    try (FileChannel channel = lab.openFile(8)) {
                        ByteBuf slice = buf.duplicate().slice(2, 2);
                        return all(
                                slice.setBytes(0, channel, 3L, 2),
                                thrown(() -> slice.setBytes(1, channel, 3L, 2)),
                                hex(buf));
                    }
                })
                .gives("2 IndexOutOfBoundsException 0909030409");
        table.row("read as a scattering channel until the end", lab -> {
                    ByteBuf buf = lab.buffer(2);
                    try (FileChannel channel = lab.openFile(5)) {
                        return all(
                                buf.writeBytes(channel, 3),
                                buf.writeBytes(channel, 3),
                                buf.writeBytes(channel, 3),
                                hex(buf));
                    }
                })
                .gives("3 2 -1 0001020304");
        table.row("read nothing", lab -> {
                    ByteBuf buf = lab.of(9, 9);
                    try (FileChannel channel = lab.openFile(5)) {
                        return all(buf.setBytes(0, channel, 0L, 0), buf.setBytes(2, channel, 0), hex(buf));
                    }
                })
                .gives("0 0 0909");
        table.row("read before the beginning", lab -> {
                    ByteBuf buf = lab.of(9, 9);
                    try (FileChannel channel = lab.openFile(5)) {
                        return all(thrown(() -> buf.setBytes(0, channel, -1L, 2)), hex(buf), state(buf));
                    }
                })
                .gives("IllegalArgumentException 0909 0/2/2 x1");
    }

    private static void write(Table table) {
        table.row("write at a position, in the middle and behind the end", lab -> {
                    ByteBuf buf = lab.of(0x61, 0x62, 0x63);
                    try (FileChannel channel = lab.openFile(4)) {
                        int got = buf.getBytes(1, channel, 1L, 2);
                        int read = buf.readBytes(channel, 6L, 1);
                        return all(got, read, channel.position(), lab.fileHex(), state(buf));
                    }
                })
                .gives("2 1 0 00626303000061 1/3/3 x1");
        table.row("write a read-only slice", lab -> {
                    ByteBuf buf = lab.counted(8);
                    try (FileChannel channel = lab.openFile(0)) {
                        int n = buf.asReadOnly().slice(2, 3).readBytes(channel, 3);
                        return all(n, lab.fileHex());
                    }
                })
                .gives("3 020304");
        table.row("write more than there is", lab -> {
                    ByteBuf buf = lab.counted(4);
                    try (FileChannel channel = lab.openFile(1)) {
                        return all(
                                thrown(() -> buf.readBytes(channel, 0L, 5)),
                                thrown(() -> buf.getBytes(2, channel, 3)),
                                channel.size());
                    }
                })
                .gives("IndexOutOfBoundsException IndexOutOfBoundsException 1")
                .but(
                        Contestant.ADAPTIVE,
                        "IndexOutOfBoundsException none 3",
                        "it checks the chunk's bounds, not the buffer's: bytes of others go into the file");
        table.row("closed channels, both ways", lab -> {
                    ByteBuf buf = lab.counted(4);
                    FileChannel channel = lab.openFile(4);
                    channel.close();
                    return all(
                            buf.setBytes(0, channel, 4),
                            buf.setBytes(0, channel, 0L, 4),
                            thrown(() -> buf.readBytes(channel, 4)),
                            thrown(() -> buf.getBytes(0, channel, 0L, 4)),
                            state(buf));
                })
                .gives("-1 -1 ClosedChannelException ClosedChannelException 0/4/4 x1");
    }

    private static void many(Table table) {
        table.row("gather the components of a composite", lab -> {
                    CompositeByteBuf composite = lab.composite();
                    composite.addComponents(
                            true,
                            lab.of(1, 2).retain(),
                            Unpooled.wrappedBuffer(new byte[] {3}),
                            lab.of(4, 5).slice(1, 1).retain());
                    try (FileChannel channel = lab.openFile(0)) {
                        long n = channel.write(composite.nioBuffers());
                        int more = composite.getBytes(1, channel, 2);
                        return all(n, more, lab.fileHex());
                    }
                })
                .gives("4 2 010203050203");
        table.row("scatter into views of several buffers", lab -> {
                    ByteBuf one = lab.of(9, 9, 9);
                    ByteBuf two = lab.of(9, 9, 9);
                    try (FileChannel channel = lab.openFile(8)) {
                        long n = channel.read(new ByteBuffer[] {one.nioBuffer(1, 2), two.nioBuffer(0, 2)});
                        return all(n, hex(one), hex(two));
                    }
                })
                .gives("4 090001 020309");
        table.row("transfer out of a buffer", lab -> {
                    ByteBuf buf = lab.counted(LARGE);
                    try (FileChannel channel = lab.openFile(0);
                            ByteBufInputStream in = new ByteBufInputStream(buf)) {
                        long n = channel.transferFrom(Channels.newChannel(in), 0, LARGE);
                        return all(n, Arrays.equals(lab.fileBytes(), countedBytes(LARGE)), buf.readableBytes());
                    }
                })
                .gives("100000 true 0");
        table.row("a large file through a growing buffer and back", lab -> {
                    ByteBuf buf = lab.buffer(16);
                    try (FileChannel channel = lab.openFile(LARGE)) {
                        int n = 0;
                        for (int read; (read = buf.writeBytes(channel, 7_001)) > 0; ) {
                            n += read;
                        }
                        channel.truncate(0).position(0);
                        int written = buf.readBytes(channel, n);
                        return all(n, written, Arrays.equals(lab.fileBytes(), countedBytes(LARGE)));
                    }
                })
                .gives("100000 100000 true");
    }
}
