/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import static io.github.acealloc.netty.scenario.Lab.all;
import static io.github.acealloc.netty.scenario.Lab.countedBytes;
import static io.github.acealloc.netty.scenario.Lab.hex;
import static io.github.acealloc.netty.scenario.Lab.state;
import static io.github.acealloc.netty.scenario.Lab.thrown;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/** A buffer grows, shrinks or moves its bytes while views and other holders look at it. */
class ViewsAndGrowthTest extends ScenarioTest {
    @Override
    void fill(Table table) {
        views(table);
        holders(table);
        discarding(table);
        shrinking(table);
    }

    @SuppressWarnings("deprecation") // byte orders are deprecated, and yet used
    private static void views(Table table) {
        table.row("slice, then grow: one memory still", lab -> {
                    ByteBuf buf = lab.counted(16);
                    ByteBuf slice = buf.slice(4, 4);
                    buf.capacity(5_000).setByte(5, 0x55);
                    slice.setByte(0, 0x44);
                    return all(hex(slice), hex(buf, 3, 6), slice.capacity());
                })
                .gives("44550607 034455060708 4");
        table.row("a duplicate grows its parent", lab -> {
                    ByteBuf buf = lab.counted(16);
                    ByteBuf duplicate = buf.duplicate();
                    duplicate.writeBytes(countedBytes(4_000));
                    return all(
                            buf.capacity() == duplicate.capacity(),
                            buf.writerIndex(),
                            buf.getByte(16 + 999) & 0xff,
                            buf.getByte(15));
                })
                .gives("true 16 231 15");
        table.row("a slice is not to grow", lab -> {
                    ByteBuf buf = lab.counted(16);
                    ByteBuf slice = buf.slice(4, 4);
                    return all(
                            thrown(() -> slice.capacity(100)),
                            thrown(() -> slice.writeByte(1)),
                            slice.maxCapacity(),
                            state(buf));
                })
                .gives("UnsupportedOperationException IndexOutOfBoundsException 4 0/16/16 x1");
        table.row("views of every sort see a parent that moved twice", lab -> {
                    ByteBuf buf = lab.counted(16);
                    ByteBuf readOnly = buf.asReadOnly();
                    ByteBuf little = buf.order(ByteOrder.LITTLE_ENDIAN);
                    ByteBuf inner = buf.slice(2, 12).slice(2, 8).duplicate();
                    buf.capacity(70_000).capacity(2_000_000).setInt(4, 0x0a0b0c0d);
                    return all(
                            readOnly.getByte(5),
                            Integer.toHexString(little.getInt(4)),
                            hex(inner, 0, 5),
                            inner.readableBytes());
                })
                .gives("11 d0c0b0a 0a0b0c0d08 8");
        table.row("a view made before, its nioBuffer after growth", lab -> {
                    ByteBuf buf = lab.counted(8);
                    ByteBuf slice = buf.slice(2, 4);
                    buf.capacity(3_000).setByte(3, 0x33);
                    ByteBuffer view = slice.nioBuffer();
                    view.put(0, (byte) 0x22);
                    return all(
                            view.remaining(),
                            buf.getByte(2),
                            view.get(1),
                            slice.nioBuffer(2, 2).get(0));
                })
                .gives("4 34 51 4");
        table.row("a retained duplicate and its parent write in turns", lab -> {
                    ByteBuf buf = lab.buffer(16);
                    ByteBuf duplicate = buf.retainedDuplicate();
                    buf.writeBytes(countedBytes(100));
                    duplicate.writeBytes(new byte[] {7, 7}).setByte(99, 9);
                    String seen = all(hex(buf, 0, 4), buf.getByte(99), duplicate.writerIndex(), buf.writerIndex());
                    duplicate.release();
                    return all(seen, buf.refCnt());
                })
                .gives("07070203 9 2 100 1");
        table.row("a copy does not follow", lab -> {
                    ByteBuf buf = lab.counted(8);
                    ByteBuf copy = lab.keep(buf.copy(2, 4));
                    buf.capacity(3_000).setByte(3, 0x33);
                    copy.writeZero(100);
                    return all(hex(copy, 0, 5), copy.writerIndex(), hex(buf, 0, 8));
                })
                .gives("0203040500 104 0001023304050607");
        table.row("read slices of a buffer that grows as it is read", lab -> {
                    ByteBuf buf = lab.counted(16);
                    List<ByteBuf> slices = new ArrayList<>();
                    for (int i = 0; i < 6; i++) {
                        slices.add(buf.readRetainedSlice(8));
                        buf.writeBytes(countedBytes(100 << i));
                    }
                    StringBuilder seen = new StringBuilder();
                    slices.forEach(slice -> seen.append(hex(slice, 7, 1)));
                    slices.forEach(ByteBuf::release);
                    return all(seen, state(buf).endsWith("x1"));
                })
                .gives("070f070f171f true");
    }

    private static void holders(Table table) {
        table.row("a retained slice outlives its parent's holder", lab -> {
                    ByteBuf buf = lab.counted(16);
                    ByteBuf slice = buf.retainedSlice(4, 4);
                    boolean last = buf.release();
                    ByteBuf others = lab.of(9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9);
                    String seen = all(last, hex(slice), others.refCnt());
                    return all(seen, slice.release(), slice.refCnt());
                })
                .gives("false 04050607 1 true 0");
        table.row("two holders, the second grows, the first releases", lab -> {
                    ByteBuf buf = lab.counted(64);
                    buf.retain();
                    buf.capacity(1024).setByte(1023, 1);
                    boolean first = buf.release();
                    ByteBuf next = lab.buffer(64);
                    next.setZero(0, 64);
                    return all(first, buf.getByte(63), buf.getByte(1023), buf.release(), buf.refCnt());
                })
                .gives("false 63 1 true 0");
        table.row("a holder of a slice, the parent grows by another holder", lab -> {
                    ByteBuf buf = lab.counted(64);
                    ByteBuf slice = buf.retainedSlice(60, 4);
                    buf.writeBytes(countedBytes(10_000));
                    buf.release();
                    slice.setByte(0, 0x60);
                    return all(hex(slice), slice.release(), slice.refCnt());
                })
                .gives("603d3e3f true 0");
        table.row("chains of retained slices, released from either end", lab -> {
                    ByteBuf buf = lab.counted(32);
                    ByteBuf one = buf.retainedSlice(8, 16);
                    ByteBuf two = one.retainedSlice(4, 8);
                    ByteBuf three = two.retainedDuplicate().skipBytes(2);
                    buf.capacity(4_000);
                    String seen = all(hex(three), buf.release(), one.release(), hex(two), two.release());
                    return all(seen, three.getByte(7), three.release());
                })
                .gives("0e0f10111213 false false 0c0d0e0f10111213 false 19 true");
    }

    private static void discarding(Table table) {
        table.row("discardReadBytes under a slice", lab -> {
                    ByteBuf buf = lab.counted(8);
                    ByteBuf slice = buf.slice(2, 4);
                    buf.skipBytes(3).discardReadBytes();
                    return all(hex(buf), state(buf), hex(slice));
                })
                .gives("0304050607 0/5/8 x1 05060705");
        table.row("discardReadBytes of everything and of nothing", lab -> {
                    ByteBuf buf = lab.counted(8);
                    String none = state(buf.discardReadBytes());
                    return all(none, state(buf.skipBytes(8).discardReadBytes()), buf.writableBytes());
                })
                .gives("0/8/8 x1 0/0/8 x1 8");
        table.row("discardSomeReadBytes, before the half and behind it", lab -> {
                    ByteBuf buf = lab.counted(16);
                    String before = state(buf.skipBytes(7).discardSomeReadBytes());
                    String behind = state(buf.skipBytes(1).discardSomeReadBytes());
                    return all(before, behind, hex(buf));
                })
                .gives("7/16/16 x1 0/8/16 x1 08090a0b0c0d0e0f");
        table.row("discardReadBytes between growths", lab -> {
                    ByteBuf buf = lab.buffer(16);
                    CRC32 written = new CRC32();
                    CRC32 read = new CRC32();
                    for (int i = 1; i < 200; i++) {
                        byte[] bytes = countedBytes(i * 3);
                        buf.writeBytes(bytes);
                        written.update(bytes);
                        byte[] some = new byte[Math.min(buf.readableBytes(), i * 2 + 1)];
                        buf.readBytes(some).discardReadBytes();
                        read.update(some);
                    }
                    byte[] rest = new byte[buf.readableBytes()];
                    buf.readBytes(rest);
                    read.update(rest);
                    return all(rest.length, written.getValue() == read.getValue());
                })
                .gives("19701 true");
    }

    private static void shrinking(Table table) {
        table.row("a capacity below the writer, and below both", lab -> {
                    ByteBuf buf = lab.counted(16).skipBytes(4);
                    String writer = state(buf.capacity(10));
                    String both = state(buf.capacity(3));
                    return all(writer, both, hex(buf, 0, 3));
                })
                .gives("4/10/10 x1 3/3/3 x1 000102");
        table.row("a capacity of 0 and back", lab -> {
                    ByteBuf buf = lab.counted(2_000);
                    String none = state(buf.capacity(0));
                    buf.writeBytes(countedBytes(3_000));
                    return all(none, hex(buf, 2_998, 2), buf.writerIndex());
                })
                .gives("0/0/0 x1 b6b7 3000");
        table.row("large to small keeps the first bytes", lab -> {
                    ByteBuf buf = lab.counted(3_000_000);
                    return all(
                            state(buf.capacity(200_000)),
                            hex(buf, 199_998, 2),
                            state(buf.capacity(20)),
                            hex(buf, 18, 2));
                })
                .gives("0/200000/200000 x1 3e3f 0/20/20 x1 1213");
        table.row("marks behind a smaller capacity", lab -> marks(lab.counted(16)))
                .givesAsNetty();
    }

    @SuppressWarnings("deprecation") // marks are deprecated, and yet kept
    private static String marks(ByteBuf buf) {
        buf.skipBytes(12).markReaderIndex().markWriterIndex();
        buf.readerIndex(0).capacity(8);
        return all(state(buf), thrown(buf::resetReaderIndex), thrown(buf::resetWriterIndex), state(buf));
    }
}
