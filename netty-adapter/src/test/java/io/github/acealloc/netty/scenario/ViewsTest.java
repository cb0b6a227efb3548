/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import static io.github.acealloc.netty.scenario.Lab.all;
import static io.github.acealloc.netty.scenario.Lab.countedBytes;
import static io.github.acealloc.netty.scenario.Lab.hex;
import static io.github.acealloc.netty.scenario.Lab.same;
import static io.github.acealloc.netty.scenario.Lab.state;
import static io.github.acealloc.netty.scenario.Lab.thrown;

import io.github.acealloc.netty.Contestant;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What buffers and views say of themselves: room, arrays, addresses, NIO views, dumps. */
class ViewsTest extends ScenarioTest {
    @Override
    void fill(Table table) {
        room(table);
        places(table);
        nio(table);
        dumps(table);
    }

    private static void room(Table table) {
        table.row("the four answers of ensureWritable", lab -> {
                    ByteBuf buf = lab.buffer(8, 16).writeZero(6);
                    return all(
                            buf.ensureWritable(2, false),
                            buf.ensureWritable(3, false),
                            state(buf),
                            buf.ensureWritable(11, false),
                            buf.ensureWritable(11, true),
                            buf.ensureWritable(11, true),
                            state(buf));
                })
                .givesAsNetty();
        table.row("ensureWritable of nothing and of less than nothing", lab -> {
                    ByteBuf buf = lab.buffer(8, 8).writeZero(8);
                    return all(
                            buf.ensureWritable(0, false),
                            state(buf.ensureWritable(0)),
                            thrown(() -> buf.ensureWritable(-1, true)),
                            thrown(() -> buf.ensureWritable(1)),
                            buf.ensureWritable(1, true));
                })
                .gives("0 0/8/8 x1 IllegalArgumentException IndexOutOfBoundsException 1");
        table.row("isWritable, isReadable and how much", lab -> {
                    ByteBuf buf = lab.buffer(8, 16).writeZero(6).skipBytes(2);
                    return all(
                            buf.isWritable(),
                            buf.isWritable(2),
                            buf.isWritable(3),
                            buf.writableBytes(),
                            buf.maxWritableBytes(),
                            buf.isReadable(4),
                            buf.isReadable(5),
                            buf.readableBytes());
                })
                .gives("true true false 2 10 true false 4");
        table.row("maxFastWritableBytes is room without a copy", lab -> {
                    ByteBuf buf = lab.buffer(8, 10).writeZero(6);
                    int fast = buf.maxFastWritableBytes();
                    ByteBuf full = lab.buffer(4, 4).writeInt(1);
                    return all(
                            fast >= buf.writableBytes(), fast <= buf.maxWritableBytes(), full.maxFastWritableBytes());
                })
                .gives("true true 0");
        table.row("writing all fast room keeps the bytes before it", lab -> {
                    ByteBuf buf = lab.counted(20);
                    int fast = buf.maxFastWritableBytes();
                    buf.writeBytes(countedBytes(fast));
                    return all(
                            buf.maxFastWritableBytes(),
                            hex(buf, 0, 4),
                            hex(buf, 16, 4),
                            buf.writerIndex() == 20 + fast);
                })
                .gives("0 00010203 10111213 true");
        table.row("indices that are out of order", lab -> {
                    ByteBuf buf = lab.counted(8).skipBytes(4);
                    return all(
                            thrown(() -> buf.writerIndex(3)),
                            thrown(() -> buf.writerIndex(9)),
                            thrown(() -> buf.readerIndex(-1)),
                            thrown(() -> buf.readerIndex(9)),
                            thrown(() -> buf.setIndex(5, 4)),
                            state(buf.setIndex(8, 8)),
                            state(buf.clear()));
                })
                .gives("IndexOutOfBoundsException ".repeat(5) + "8/8/8 x1 0/0/8 x1");
        table.row("a buffer of no bytes", lab -> {
                    ByteBuf buf = lab.memory().buffer(lab.allocator(), 0, 0);
                    String seen = all(
                            buf.capacity(),
                            buf.isWritable(),
                            buf.isReadable(),
                            thrown(() -> buf.writeByte(1)),
                            thrown(() -> buf.getByte(0)),
                            hex(buf).length());
                    buf.release();
                    return seen;
                })
                .gives("0 false false IndexOutOfBoundsException IndexOutOfBoundsException 0");
        table.row("a buffer of no bytes that may grow", lab -> {
                    ByteBuf buf = lab.buffer(0);
                    return all(
                            state(buf),
                            hex(buf.writeInt(7)),
                            buf.nioBuffer().remaining(),
                            buf.slice(4, 0).capacity());
                })
                .gives("0/0/0 x1 00000007 4 0");
    }

    private static void places(Table table) {
        table.row("array and offset of slices of slices", lab -> {
                    ByteBuf buf = lab.counted(40);
                    ByteBuf slice = buf.slice(8, 20).slice(4, 8);
                    return all(
                            same(slice.array(), buf.array()),
                            slice.arrayOffset() - buf.arrayOffset(),
                            slice.array()[slice.arrayOffset()],
                            buf.duplicate().arrayOffset() == buf.arrayOffset());
                })
                .gives("true 12 12 true")
                .of(Memory.HEAP);
        table.row("an array's writes are the buffer's", lab -> {
                    ByteBuf buf = lab.counted(8);
                    buf.array()[buf.arrayOffset() + 3] = 0x33;
                    return all(hex(buf), buf.hasArray(), buf.isDirect(), buf.array().length - buf.arrayOffset() >= 8);
                })
                .gives("0001023304050607 true false true")
                .of(Memory.HEAP);
        table.row("arrays of direct buffers, addresses of heap buffers", lab -> {
                    ByteBuf buf = lab.counted(8);
                    boolean direct = lab.memory() == Memory.DIRECT;
                    return all(
                            buf.isDirect() == direct,
                            buf.hasArray() == !direct,
                            direct ? thrown(buf::array) : thrown(buf::memoryAddress),
                            direct
                                    ? thrown(buf.slice(1, 2)::arrayOffset)
                                    : buf.slice(1, 2).hasMemoryAddress() ? "address" : "UnsupportedOperationException");
                })
                .gives("true true UnsupportedOperationException UnsupportedOperationException")
                .but(
                        Contestant.ADAPTIVE,
                        Memory.HEAP,
                        "true true none UnsupportedOperationException",
                        "it gives the address of its chunk, which is none");
        table.row("addresses of views", lab -> {
                    ByteBuf buf = lab.counted(40);
                    if (!buf.hasMemoryAddress()) {
                        return "12 3 0"; // without Unsafe Netty's buffers do not tell
                    }
                    return all(
                            buf.slice(8, 20).slice(4, 8).memoryAddress() - buf.memoryAddress(),
                            buf.readSlice(4).slice(3, 1).memoryAddress() - buf.memoryAddress(),
                            buf.duplicate().memoryAddress() - buf.memoryAddress());
                })
                .gives("12 3 0")
                .of(Memory.DIRECT);
        table.row("whose allocator it is, of views, after growth, of copies", lab -> {
                    ByteBuf buf = lab.counted(8);
                    ByteBuf copy = lab.keep(buf.copy());
                    buf.capacity(5_000);
                    return all(
                            same(buf.alloc(), lab.allocator()),
                            same(buf.slice().alloc(), lab.allocator()),
                            same(buf.asReadOnly().alloc(), lab.allocator()),
                            same(copy.alloc(), lab.allocator()));
                })
                .gives("true true true true");
        table.row("contiguous, writable, of big-endian order", lab -> {
                    ByteBuf buf = lab.counted(8);
                    return all(
                            buf.isContiguous(),
                            buf.slice(2, 2).isContiguous(),
                            buf.isReadOnly(),
                            order(buf),
                            order(buf.slice()));
                })
                .gives("true true false BIG_ENDIAN BIG_ENDIAN");
    }

    @SuppressWarnings("deprecation") // byte orders are deprecated, and yet there
    private static ByteOrder order(ByteBuf buf) {
        return buf.order();
    }

    private static void nio(Table table) {
        table.row("how many NIO views", lab -> {
                    ByteBuf buf = lab.counted(8).skipBytes(2);
                    return all(
                            buf.nioBufferCount(),
                            buf.nioBuffers().length,
                            buf.nioBuffers()[0].remaining(),
                            buf.slice(1, 3).nioBufferCount(),
                            buf.nioBuffers(8, 0).length);
                })
                .gives("1 1 6 1 1");
        table.row("an NIO view shares memory, not indices", lab -> {
                    ByteBuf buf = lab.counted(8).skipBytes(2);
                    ByteBuffer view = buf.nioBuffer();
                    view.put((byte) 0x22).put((byte) 0x33);
                    buf.setByte(7, 0x77);
                    return all(hex(buf), view.remaining(), view.get(5), view.capacity(), buf.readerIndex());
                })
                .gives("223304050677 4 119 6 2");
        table.row("an internal view of a part", lab -> {
                    ByteBuf buf = lab.counted(16);
                    ByteBuf slice = buf.slice(4, 8);
                    ByteBuffer view = slice.internalNioBuffer(2, 3);
                    int first = view.get();
                    view.put((byte) 0x77);
                    return all(first, view.remaining(), hex(slice), thrown(() -> slice.internalNioBuffer(6, 3)));
                })
                .gives("6 1 0405067708090a0b IndexOutOfBoundsException");
        table.row("the internal view, taken twice", lab -> {
                    ByteBuf buf = lab.counted(16);
                    String first = all(
                            buf.internalNioBuffer(2, 3).remaining(),
                            buf.internalNioBuffer(2, 3).get());
                    return all(
                            first,
                            buf.internalNioBuffer(9, 7).remaining(),
                            buf.internalNioBuffer(9, 7).get());
                })
                .gives("3 2 7 9");
        table.row("NIO views from and into", lab -> {
                    ByteBuf buf = lab.buffer(8).writeZero(8);
                    ByteBuffer from = ByteBuffer.allocateDirect(6)
                            .put(countedBytes(6))
                            .flip()
                            .position(2);
                    ByteBuffer into = ByteBuffer.allocate(5).position(1).limit(4);
                    buf.setBytes(1, from).getBytes(2, into);
                    return all(hex(buf), from.remaining(), into.position(), hex(into.array()));
                })
                .gives("0002030405000000 0 4 0003040500");
        table.row("NIO views too large either way", lab -> {
                    ByteBuf buf = lab.counted(4);
                    ByteBuffer large = ByteBuffer.allocate(5);
                    return all(
                            thrown(() -> buf.getBytes(0, large)),
                            thrown(() -> buf.setBytes(0, large)),
                            thrown(() -> buf.readBytes(large)),
                            large.position(),
                            state(buf));
                })
                .gives("IndexOutOfBoundsException ".repeat(3) + "0 0/4/4 x1");
    }

    private static void dumps(Table table) {
        table.row("hex dumps of parts and views", lab -> {
                    ByteBuf buf = lab.of(0x00, 0x7f, 0x80, 0xff).skipBytes(1);
                    return all(
                            ByteBufUtil.hexDump(buf),
                            ByteBufUtil.hexDump(buf, 0, 2),
                            ByteBufUtil.hexDump(buf.slice(2, 2)),
                            ByteBufUtil.hexDump(buf, 4, 0).length());
                })
                .gives("7f80ff 007f 80ff 0");
        table.row(
                        "a pretty dump of a slice across lines",
                        lab -> ByteBufUtil.prettyHexDump(lab.counted(40).slice(5, 20)))
                .givesAsNetty();
        table.row("getBytes of ByteBufUtil copies, or not", lab -> {
                    ByteBuf buf = lab.counted(8).skipBytes(2);
                    byte[] copy = ByteBufUtil.getBytes(buf);
                    buf.setByte(2, 0x22);
                    return all(
                            hex(copy),
                            hex(ByteBufUtil.getBytes(buf, 1, 3)),
                            hex(ByteBufUtil.getBytes(buf, 1, 3, false)));
                })
                .gives("020304050607 012203 012203");
        table.row("decoded from hex and back", lab -> {
                    byte[] bytes = ByteBufUtil.decodeHexDump("00ff10Ab");
                    return hex(lab.buffer(4).writeBytes(bytes).slice(1, 3));
                })
                .gives("ff10ab");
        table.row("what a buffer says as text", lab -> {
                    String text = lab.buffer(8, 16).writeZero(5).skipBytes(2).toString();
                    return text.substring(text.indexOf("ridx"), text.indexOf(')'));
                })
                .gives("ridx: 2, widx: 5, cap: 8/16");
    }
}
