/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import static io.github.acealloc.netty.scenario.Lab.all;
import static io.github.acealloc.netty.scenario.Lab.countedBytes;
import static io.github.acealloc.netty.scenario.Lab.hex;
import static io.github.acealloc.netty.scenario.Lab.state;
import static io.github.acealloc.netty.scenario.Lab.thrown;

import io.github.acealloc.netty.Loop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;

/** Growth that fails, at the most capacity or for lack of memory: contents, indices and count stay, and the buffer works on. */
class RefusedGrowthTest extends ScenarioTest {
    private static final int LIMIT = 16 << 20;
    private static final int TOO_MUCH = 64 << 20;
    private static final String OUT = "IndexOutOfBoundsException";
    private static final String MEMORY = "out of memory";

    /** A buffer with the most capacity 8, that holds 1 to 6. */
    private static ByteBuf small(Lab lab) {
        return lab.buffer(6, 8).writeBytes(new byte[] {1, 2, 3, 4, 5, 6});
    }

    /** What a step throws, whatever class of its own an allocator has for the lack of memory. */
    private static String refused(Loop.Action step) {
        try {
            step.run();
            return "none";
        } catch (OutOfMemoryError e) {
            return MEMORY;
        } catch (Throwable e) {
            return e.toString();
        }
    }

    @Override
    void fill(Table table) {
        atTheMost(table);
        forLackOfMemory(table);
    }

    private static void atTheMost(Table table) {
        table.row("numbers that do not fit", lab -> {
                    ByteBuf buf = small(lab);
                    return all(
                            thrown(() -> buf.writeInt(1)),
                            thrown(() -> buf.writeMediumLE(1)),
                            thrown(() -> buf.writeDouble(1)),
                            hex(buf.writeShort(0x0708)),
                            thrown(() -> buf.writeByte(1)),
                            state(buf));
                })
                .gives(all(OUT, OUT, OUT, "0102030405060708", OUT, "0/8/8 x1"));
        table.row("bytes from everywhere that do not fit", lab -> {
                    ByteBuf buf = small(lab);
                    ByteBuf other = lab.counted(3);
                    return all(
                            thrown(() -> buf.writeBytes(new byte[3])),
                            thrown(() -> buf.writeBytes(other)),
                            thrown(() -> buf.writeBytes(other.nioBuffer())),
                            thrown(() -> buf.writeBytes(new ByteArrayInputStream(new byte[3]), 3)),
                            thrown(() -> buf.writeZero(3)),
                            hex(buf),
                            other.readerIndex(),
                            buf.refCnt());
                })
                .gives(all(OUT, OUT, OUT, OUT, OUT, "010203040506", 0, 1));
        table.row("a duplicate that may not grow its parent", lab -> {
                    ByteBuf buf = small(lab);
                    ByteBuf duplicate = buf.retainedDuplicate();
                    String seen = all(thrown(() -> duplicate.writeInt(1)), hex(duplicate.writeByte(7)), hex(buf, 0, 7));
                    duplicate.release();
                    return all(seen, buf.readerIndex(), buf.writerIndex(), buf.refCnt());
                })
                .gives(all(OUT, "01020304050607", "01020304050607", 0, 6, 1));

        table.row("after room was made, it fits", lab -> {
                    ByteBuf buf = small(lab);
                    String refused = thrown(() -> buf.writeInt(1));
                    buf.skipBytes(4).discardReadBytes().writeInt(0x0a0b0c0d);
                    return all(refused, hex(buf), state(buf));
                })
                .gives(all(OUT, "05060a0b0c0d", "0/6/6 x1"));
    }

    private static void forLackOfMemory(Table table) {
        String why = "Netty's allocators have no limit of their own";
        table.row(
                        "a capacity for which there is no memory",
                        lab -> lab.limited(LIMIT, inner -> {
                            ByteBuf buf = inner.counted(100).skipBytes(3);
                            buf.retain();
                            String refused = refused(() -> buf.capacity(TOO_MUCH));
                            return all(
                                    refused,
                                    state(buf),
                                    hex(buf, 97, 3),
                                    buf.writeByte(7).getByte(100));
                        }))
                .gives(all(MEMORY, "3/100/100 x2", "616263", 7))
                .onAceOnly(why);
        table.row(
                        "writes for which there is no memory",
                        lab -> lab.limited(LIMIT, inner -> {
                            ByteBuf buf = inner.counted(16);
                            ByteBuf source = Unpooled.wrappedBuffer(new byte[TOO_MUCH]);
                            return all(
                                    refused(() -> buf.writeBytes(source)),
                                    source.readerIndex(),
                                    refused(() -> buf.writeZero(TOO_MUCH)),
                                    refused(() -> buf.ensureWritable(TOO_MUCH)),
                                    state(buf),
                                    hex(buf.writeBytes(countedBytes(4)), 12, 8));
                        }))
                .gives(all(MEMORY, 0, MEMORY, MEMORY, "0/16/16 x1", "0c0d0e0f00010203"))
                .onAceOnly(why);
        table.row(
                        "ensureWritable with force, without memory",
                        lab -> lab.limited(LIMIT, inner -> {
                            ByteBuf buf = inner.counted(16);
                            return all(
                                    refused(() -> buf.ensureWritable(TOO_MUCH, true)),
                                    buf.ensureWritable(4, true),
                                    buf.refCnt(),
                                    hex(buf, 14, 2));
                        }))
                .gives(all(MEMORY, 2, 1, "0e0f"))
                .onAceOnly(why);
        table.row(
                        "a huge buffer that cannot grow",
                        lab -> lab.limited(LIMIT, inner -> {
                            ByteBuf buf = inner.counted(3 << 20);
                            ByteBuf slice = buf.retainedSlice(1 << 20, 4);
                            String seen = all(refused(() -> buf.capacity(TOO_MUCH)), hex(slice), buf.refCnt() > 1);
                            slice.release();
                            return all(seen, buf.capacity(4 << 20).getByte((3 << 20) - 1));
                        }))
                .gives(all(MEMORY, "00010203", true, -1))
                .onAceOnly(why);
        table.row(
                        "a composite whose next component finds no memory",
                        lab -> lab.limited(LIMIT, inner -> {
                            CompositeByteBuf composite = inner.composite()
                                    .addComponent(true, inner.counted(4).retain());
                            String refused = refused(() -> composite.writeZero(TOO_MUCH));
                            return all(refused, hex(composite), composite.numComponents(), composite.refCnt());
                        }))
                .gives(all(MEMORY, "00010203", 1, 1))
                .onAceOnly(why);
        table.row(
                        "a copy for which there is no memory",
                        lab -> lab.limited(LIMIT, inner -> {
                            ByteBuf buf = inner.counted(9 << 20);
                            return all(
                                    refused(() -> buf.copy()),
                                    buf.refCnt(),
                                    hex(buf, 0, 4),
                                    buf.capacity(100).capacity());
                        }))
                .gives(all(MEMORY, 1, "00010203", 100))
                .onAceOnly(why);
        table.row(
                        "refused a hundred times, then served",
                        lab -> lab.limited(LIMIT, inner -> {
                            ByteBuf buf = inner.counted(16);
                            int refused = 0;
                            for (int i = 0; i < 100; i++) {
                                refused += refused(() -> buf.capacity(TOO_MUCH)).equals(MEMORY) ? 1 : 0;
                            }
                            return all(refused, buf.capacity(8 << 20).getByte(15), buf.refCnt());
                        }))
                .gives(all(100, 15, 1))
                .onAceOnly(why);
    }
}
