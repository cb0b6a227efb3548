/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import static io.github.acealloc.netty.scenario.Lab.all;
import static io.github.acealloc.netty.scenario.Lab.countedBytes;
import static io.github.acealloc.netty.scenario.Lab.hex;
import static io.github.acealloc.netty.scenario.Lab.state;
import static io.github.acealloc.netty.scenario.Lab.thrown;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.List;

/** Composites of buffers of the allocator, slices of them, and unpooled ones. */
class CompositeTest extends ScenarioTest {
    /** Bytes 0 to 9 in four components: 3, 0, 5 of a slice, 2 unpooled. */
    private static CompositeByteBuf tenBytes(Lab lab) {
        CompositeByteBuf composite = lab.composite();
        ByteBuf middle = lab.of(9, 3, 4, 5, 6, 7, 9);
        return composite.addComponents(
                true,
                lab.of(0, 1, 2).retain(),
                lab.buffer(4).retain(),
                middle.retainedSlice(1, 5),
                Unpooled.wrappedBuffer(new byte[] {8, 9}));
    }

    @Override
    void fill(Table table) {
        across(table);
        structure(table);
        growing(table);
        releasing(table);
    }

    private static void across(Table table) {
        table.row("numbers across boundaries", lab -> {
                    CompositeByteBuf c = tenBytes(lab);
                    return all(
                            Integer.toHexString(c.getInt(1)),
                            Integer.toHexString(c.getIntLE(1)),
                            Integer.toHexString(c.getMedium(2)),
                            Integer.toHexString(c.getMediumLE(7)),
                            Long.toHexString(c.getLong(1)),
                            Long.toHexString(c.getLongLE(2)),
                            Integer.toHexString(c.getShort(7)));
                })
                .gives("1020304 4030201 20304 90807 102030405060708 908070605040302 708");
        table.row("setting numbers across boundaries", lab -> {
                    CompositeByteBuf c = tenBytes(lab);
                    c.setInt(1, 0x0a0b0c0d).setMediumLE(7, 0x070605).setShortLE(5, 0x1122);
                    return hex(c);
                })
                .gives("000a0b0c0d2211050607");
        table.row("bytes, arrays and buffers across boundaries", lab -> {
                    CompositeByteBuf c = tenBytes(lab);
                    byte[] array = new byte[6];
                    ByteBuf other = lab.buffer(8);
                    ByteBuffer view = ByteBuffer.allocateDirect(7);
                    c.getBytes(2, array);
                    c.getBytes(1, other, 0, 8);
                    c.getBytes(3, view);
                    c.setBytes(2, new byte[] {1, 1, 1, 1, 1, 1, 1});
                    return all(hex(array), hex(other, 0, 8), view.get(6), hex(c));
                })
                .gives("020304050607 0102030405060708 9 00010101010101010109");
        table.row("slices and copies across boundaries", lab -> {
                    CompositeByteBuf c = tenBytes(lab);
                    ByteBuf slice = c.slice(2, 7);
                    ByteBuf copy = lab.keep(slice.copy(0, 7));
                    c.setByte(3, 0x33);
                    return all(hex(slice), hex(copy), Integer.toHexString(slice.getInt(0)));
                })
                .gives("02330405060708 02030405060708 2330405");
        table.row("zeros across boundaries", lab -> hex(tenBytes(lab).setZero(2, 7)))
                .gives("00010000000000000009");
        table.row("searches across boundaries", lab -> {
                    CompositeByteBuf c = tenBytes(lab);
                    ByteBuf needle = lab.of(7, 8, 9);
                    return all(
                            c.indexOf(0, 10, (byte) 8),
                            c.indexOf(10, 0, (byte) 2),
                            c.bytesBefore((byte) 3),
                            ByteBufUtil.indexOf(needle, c));
                })
                .gives("8 2 3 7");
    }

    private static void structure(Table table) {
        table.row("components, offsets and indices", lab -> {
                    CompositeByteBuf c = tenBytes(lab);
                    return all(
                            c.numComponents(),
                            c.toComponentIndex(3),
                            c.toByteIndex(3),
                            c.componentAtOffset(8).capacity(),
                            hex(c.component(2)),
                            c.nioBufferCount());
                })
                .givesAsNetty();
        table.row("nioBuffers hold the bytes in order", lab -> {
                    CompositeByteBuf c = tenBytes(lab);
                    StringBuilder seen = new StringBuilder();
                    for (ByteBuffer view : c.nioBuffers(2, 7)) {
                        while (view.hasRemaining()) {
                            seen.append(view.get());
                        }
                    }
                    return all(seen, c.nioBuffer(2, 7).get(6), c.nioBuffer(3, 2).get(1));
                })
                .gives("2345678 8 4");
        table.row("decompose gives slices of components", lab -> {
                    List<ByteBuf> parts = tenBytes(lab).decompose(1, 8);
                    StringBuilder seen = new StringBuilder();
                    parts.forEach(part -> seen.append(hex(part)).append('|'));
                    return seen.toString();
                })
                .gives("0102||0304050607|08|");
        table.row("addFlattened takes a composite's components", lab -> {
                    CompositeByteBuf c = lab.composite();
                    c.addFlattenedComponents(true, lab.of(7, 7).retain());
                    c.addFlattenedComponents(true, tenBytes(lab).skipBytes(2).retain());
                    return all(c.numComponents(), hex(c), c.refCnt());
                })
                .gives("4 07070203040506070809 1");
        table.row("consolidate, all and a part", lab -> {
                    CompositeByteBuf c = tenBytes(lab);
                    c.consolidate(0, 3);
                    String part = all(c.numComponents(), hex(c));
                    return all(part, c.consolidate().numComponents(), hex(c), c.isDirect());
                })
                .gives("2 00010203040506070809 1 00010203040506070809 true")
                .of(Memory.DIRECT);
        table.row("a component in between, and one taken out", lab -> {
                    CompositeByteBuf c = tenBytes(lab);
                    c.addComponent(true, 1, lab.of(0x55, 0x56).retain());
                    String more = hex(c, 0, 12);
                    c.removeComponent(0).removeComponents(2, 2);
                    return all(more, c.capacity(), hex(c, 0, c.capacity()));
                })
                .gives("000102555603040506070809 2 5556");
        table.row("discarding what was read", lab -> {
                    CompositeByteBuf c = tenBytes(lab);
                    String components =
                            all(hex(c.skipBytes(4).discardReadComponents()), c.readerIndex(), c.numComponents());
                    return all(components, hex(c.discardReadBytes()), c.readerIndex(), c.capacity());
                })
                .gives("040506070809 1 2 040506070809 0 6");
        table.row("more components than it keeps apart", lab -> {
                    CompositeByteBuf c = lab.keepComposite(lab.allocator().compositeBuffer(3));
                    for (int i = 0; i < 8; i++) {
                        c.addComponent(true, lab.of(i, i).retain());
                    }
                    return all(c.numComponents() <= 3, hex(c));
                })
                .gives("true 00000101020203030404050506060707");
    }

    private static void growing(Table table) {
        table.row("writing beyond the last component", lab -> {
                    CompositeByteBuf c = tenBytes(lab);
                    c.writeBytes(countedBytes(3_000));
                    return all(hex(c, 8, 4), hex(c, 3_008, 2), c.writerIndex());
                })
                .gives("08090001 b6b7 3010");
        table.row("a smaller capacity, in the middle of a component", lab -> {
                    CompositeByteBuf c = tenBytes(lab);
                    return all(state(c.capacity(6)), hex(c), state(c.capacity(9)), hex(c, 0, 6));
                })
                .givesAsNetty();
        table.row("a component that grows behind its composite's back", lab -> {
                    ByteBuf part = lab.of(1, 2, 3, 4);
                    CompositeByteBuf c = lab.composite()
                            .addComponents(true, part.retain(), lab.of(5, 6).retain());
                    part.writeBytes(countedBytes(5_000));
                    part.setByte(1, 0x22);
                    c.setByte(0, 0x11);
                    return all(hex(c), part.getByte(0), c.capacity());
                })
                .gives("112203040506 17 6");
    }

    private static void releasing(Table table) {
        table.row("components go when the composite goes", lab -> {
                    ByteBuf part = lab.of(1, 2, 3, 4);
                    ByteBuf unpooled = Unpooled.wrappedBuffer(new byte[] {5});
                    CompositeByteBuf c = lab.composite().addComponents(true, part, unpooled);
                    String live = all(part.refCnt(), c.refCnt());
                    return all(live, c.release(), part.refCnt(), unpooled.refCnt(), c.refCnt());
                })
                .gives("1 1 true 0 0 0");
        table.row("a component that is refused is released", lab -> {
                    ByteBuf part = lab.of(1, 2);
                    CompositeByteBuf c = tenBytes(lab);
                    return all(thrown(() -> c.addComponent(9, part)), part.refCnt(), hex(c));
                })
                .gives("IndexOutOfBoundsException 0 00010203040506070809");
        table.row("a wrapped composite of slices of one buffer", lab -> {
                    ByteBuf buf = lab.counted(12);
                    ByteBuf c = Unpooled.wrappedBuffer(buf.retainedSlice(8, 4), buf.retainedSlice(0, 4));
                    String seen = all(hex(c), buf.refCnt() > 0);
                    c.setByte(0, 0x88).setByte(7, 0x33);
                    return all(seen, c.release(), hex(buf, 0, 12), buf.refCnt());
                })
                .gives("08090a0b00010203 true true 000102330405060788090a0b 1");
    }
}
