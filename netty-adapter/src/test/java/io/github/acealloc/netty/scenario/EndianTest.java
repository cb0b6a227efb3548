/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import static io.github.acealloc.netty.scenario.Lab.all;
import static io.github.acealloc.netty.scenario.Lab.hex;
import static io.github.acealloc.netty.scenario.Lab.state;
import static io.github.acealloc.netty.scenario.Lab.thrown;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteOrder;

/** Little-endian numbers, by method and by view, across views and at both ends of a buffer. */
class EndianTest extends ScenarioTest {
    @Override
    @SuppressWarnings("deprecation") // byte orders are deprecated, and yet used
    void fill(Table table) {
        table.row("LE getters of every width, at odd places", lab -> {
                    ByteBuf buf = lab.counted(16);
                    return all(
                            Integer.toHexString(buf.getShortLE(1)),
                            Integer.toHexString(buf.getUnsignedShortLE(3)),
                            Integer.toHexString(buf.getMediumLE(5)),
                            Integer.toHexString(buf.getUnsignedMediumLE(13)),
                            Integer.toHexString(buf.getIntLE(7)),
                            Long.toHexString(buf.getUnsignedIntLE(12)),
                            Long.toHexString(buf.getLongLE(3)));
                })
                .gives("201 403 70605 f0e0d a090807 f0e0d0c a09080706050403");
        table.row("LE setters of every width", lab -> {
                    ByteBuf buf = lab.buffer(18).writeZero(18);
                    buf.setShortLE(0, 0x8182)
                            .setMediumLE(3, 0x919293)
                            .setIntLE(6, 0xa1a2a3a4)
                            .setLongLE(10, 0xb1b2b3b4b5b6b7b8L);
                    return hex(buf);
                })
                .gives("828100939291a4a3a2a1b8b7b6b5b4b3b2b1");
        table.row("negative mediums keep their sign", lab -> {
                    ByteBuf buf = lab.of(0xfe, 0xff, 0xff, 0xff, 0xff, 0xfd);
                    return all(
                            buf.readMediumLE(), buf.readMedium(), buf.getUnsignedMediumLE(0), buf.getUnsignedMedium(3));
                })
                .gives("-2 -3 16777214 16777213");
        table.row("floating point, both orders", lab -> {
                    ByteBuf buf = lab.buffer(32);
                    buf.writeFloatLE(1.5f).writeDoubleLE(-2.5).writeFloat(1.5f).writeDouble(-2.5);
                    return all(hex(buf), buf.readFloatLE(), buf.readDoubleLE(), buf.readFloat(), buf.readDouble());
                })
                .gives("0000c03f00000000000004c03fc00000c004000000000000 1.5 -2.5 1.5 -2.5");
        table.row("a swapped view writes and reads swapped", lab -> {
                    ByteBuf buf = lab.buffer(32);
                    ByteBuf little = buf.order(ByteOrder.LITTLE_ENDIAN);
                    little.writeShort(0x0102)
                            .writeMedium(0x030405)
                            .writeInt(0x06070809)
                            .writeLong(0x0a0b0c0d0e0f1011L)
                            .writeChar('\u1213');
                    return all(
                            hex(buf),
                            buf.writerIndex(),
                            Integer.toHexString(little.getInt(5)),
                            Long.toHexString(little.getUnsignedInt(5)));
                })
                .gives("0201050403" + "09080706" + "11100f0e0d0c0b0a" + "1312" + " 19 6070809 6070809");
        table.row("LE methods of a swapped view are LE", lab -> {
                    ByteBuf little = lab.counted(8).order(ByteOrder.LITTLE_ENDIAN);
                    return all(Integer.toHexString(little.getIntLE(0)), Integer.toHexString(little.getInt(0)));
                })
                .gives("3020100 3020100");
        table.row("slices, duplicates and read-only views of a swapped view stay swapped", lab -> {
                    ByteBuf little = lab.counted(8).order(ByteOrder.LITTLE_ENDIAN);
                    return all(
                            Integer.toHexString(little.slice(1, 4).getInt(0)),
                            Integer.toHexString(little.duplicate().getShort(2)),
                            Integer.toHexString(little.asReadOnly().getInt(4)),
                            little.slice().order(),
                            Integer.toHexString(little.slice(1, 4)
                                    .order(ByteOrder.BIG_ENDIAN)
                                    .getInt(0)));
                })
                .gives("4030201 302 7060504 LITTLE_ENDIAN 1020304");
        table.row("nioBuffers have the view's order", lab -> {
                    ByteBuf buf = lab.counted(8);
                    ByteBuf little = buf.order(ByteOrder.LITTLE_ENDIAN);
                    return all(
                            buf.nioBuffer().order(),
                            little.nioBuffer().order(),
                            Integer.toHexString(little.nioBuffer(2, 4).getInt()),
                            little.nioBuffers(0, 4)[0].order(),
                            buf.nioBuffer().order());
                })
                .gives("BIG_ENDIAN LITTLE_ENDIAN 5040302 LITTLE_ENDIAN BIG_ENDIAN");
        table.row("numbers at both ends, and one byte too far", lab -> {
                    ByteBuf buf = lab.counted(8);
                    return all(
                            Integer.toHexString(buf.getIntLE(4)),
                            thrown(() -> buf.getIntLE(5)),
                            thrown(() -> buf.getMediumLE(6)),
                            thrown(() -> buf.getLongLE(1)),
                            thrown(() -> buf.getShortLE(-1)),
                            thrown(() -> buf.setShortLE(7, 1)),
                            hex(buf));
                })
                .gives("7060504" + " IndexOutOfBoundsException".repeat(5) + " 0001020304050607");
        table.row("numbers stay inside a slice", lab -> {
                    ByteBuf buf = lab.counted(16);
                    ByteBuf slice = buf.slice(4, 4);
                    return all(
                            Integer.toHexString(slice.getIntLE(0)),
                            thrown(() -> slice.getIntLE(1)),
                            thrown(() -> slice.getLong(0)),
                            thrown(() -> slice.setMediumLE(2, 1)),
                            thrown(() -> slice.setByte(-1, 1)),
                            hex(buf));
                })
                .gives("7060504" + " IndexOutOfBoundsException".repeat(4) + " 000102030405060708090a0b0c0d0e0f");
        table.row("read LE until the end, then no more", lab -> {
                    ByteBuf buf = lab.counted(15);
                    String seen = all(
                            buf.readShortLE(),
                            buf.readUnsignedMediumLE(),
                            buf.readIntLE(),
                            buf.readUnsignedShortLE(),
                            buf.readUnsignedIntLE());
                    return all(seen, thrown(buf::readByte), thrown(buf::readShortLE), state(buf));
                })
                .gives(all(0x0100, 0x040302, 0x08070605, 0x0a09, 0x0e0d0c0b)
                        + " IndexOutOfBoundsException IndexOutOfBoundsException 15/15/15 x1");
        table.row("a composite of swapped views", lab -> {
                    ByteBuf buf = lab.counted(8);
                    ByteBuf whole = Unpooled.wrappedBuffer(
                            buf.retainedSlice(0, 3).order(ByteOrder.LITTLE_ENDIAN),
                            buf.retainedSlice(3, 5).order(ByteOrder.LITTLE_ENDIAN));
                    String seen = all(
                            whole.order(),
                            hex(whole),
                            Integer.toHexString(whole.getInt(1)),
                            Integer.toHexString(whole.getIntLE(1)));
                    whole.release();
                    return seen;
                })
                .givesAsNetty();
    }
}
