/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import static io.github.acealloc.netty.scenario.Lab.all;
import static io.github.acealloc.netty.scenario.Lab.hex;
import static io.github.acealloc.netty.scenario.Lab.state;
import static io.github.acealloc.netty.scenario.Lab.thrown;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/** Numbers near 2^31: sums of indices and lengths overflow there, and no byte may be reached by that. */
class LargeNumbersTest extends ScenarioTest {
    private static final int MAX = Integer.MAX_VALUE;
    private static final int MIN = Integer.MIN_VALUE;
    private static final String OUT = "IndexOutOfBoundsException";

    @Override
    void fill(Table table) {
        indices(table);
        lengths(table);
        capacities(table);
    }

    private static void indices(Table table) {
        table.row("getters at indices that overflow", lab -> {
                    ByteBuf buf = lab.counted(16);
                    return all(
                            thrown(() -> buf.getByte(MAX)),
                            thrown(() -> buf.getShort(MAX)),
                            thrown(() -> buf.getMedium(MAX - 1)),
                            thrown(() -> buf.getInt(MAX - 3)),
                            thrown(() -> buf.getLong(MAX - 7)),
                            thrown(() -> buf.getLongLE(MIN)),
                            thrown(() -> buf.getByte(MIN)),
                            thrown(() -> buf.getInt(-4)));
                })
                .gives((OUT + " ").repeat(8).trim());
        table.row("setters at indices that overflow", lab -> {
                    ByteBuf buf = lab.counted(4);
                    return all(
                            thrown(() -> buf.setByte(MAX, 1)),
                            thrown(() -> buf.setInt(MAX - 3, 1)),
                            thrown(() -> buf.setLongLE(MAX - 7, 1)),
                            thrown(() -> buf.setMedium(MIN, 1)),
                            thrown(() -> buf.setZero(MAX, 1)),
                            hex(buf));
                })
                .gives((OUT + " ").repeat(5) + "00010203");
        table.row("indices of a slice that overflow with its offset", lab -> {
                    ByteBuf buf = lab.counted(16);
                    ByteBuf slice = buf.slice(8, 4);
                    return all(
                            thrown(() -> slice.getByte(MAX - 7)),
                            thrown(() -> slice.getInt(MAX - 8)),
                            thrown(() -> slice.setByte(MAX, 1)),
                            thrown(() -> slice.getByte(-8)),
                            thrown(() -> slice.slice(MAX - 8, 8)),
                            hex(buf, 0, 4));
                })
                .gives((OUT + " ").repeat(5) + "00010203");
        table.row("reader and writer indices", lab -> {
                    ByteBuf buf = lab.counted(16);
                    return all(
                            thrown(() -> buf.readerIndex(MAX)),
                            thrown(() -> buf.writerIndex(MAX)),
                            thrown(() -> buf.setIndex(MIN, 4)),
                            thrown(() -> buf.setIndex(4, MIN)),
                            thrown(() -> buf.skipBytes(MAX)),
                            thrown(() -> buf.readSlice(MAX)),
                            state(buf));
                })
                .gives((OUT + " ").repeat(6) + "0/16/16 x1");
    }

    private static void lengths(Table table) {
        table.row("copies whose end overflows", lab -> {
                    ByteBuf buf = lab.counted(16);
                    byte[] array = new byte[8];
                    return all(
                            thrown(() -> buf.getBytes(8, array, 0, MAX)),
                            thrown(() -> buf.getBytes(MAX, array, 0, 1)),
                            thrown(() -> buf.setBytes(0, array, MAX, 1)),
                            thrown(() -> buf.setBytes(0, array, 1, MAX)),
                            thrown(() -> buf.setBytes(MAX, ByteBuffer.wrap(array))),
                            thrown(() -> buf.copy(1, MAX)),
                            hex(buf));
                })
                .gives((OUT + " ").repeat(6) + "000102030405060708090a0b0c0d0e0f");
        table.row("copies between buffers whose end overflows", lab -> {
                    ByteBuf buf = lab.counted(8);
                    ByteBuf other = lab.counted(8);
                    return all(
                            thrown(() -> buf.setBytes(1, other, 0, MAX)),
                            thrown(() -> buf.setBytes(0, other, MAX, 1)),
                            thrown(() -> buf.getBytes(MAX, other, 0, 1)),
                            thrown(() -> buf.getBytes(0, other, MAX - 1, 2)),
                            thrown(() -> buf.writeBytes(other, MAX)),
                            hex(buf),
                            hex(other));
                })
                .gives((OUT + " ").repeat(5) + "0001020304050607 0001020304050607");
        table.row("slices and NIO views whose end overflows", lab -> {
                    ByteBuf buf = lab.counted(8);
                    return all(
                            thrown(() -> buf.slice(1, MAX)),
                            thrown(() -> buf.slice(MAX, 1)),
                            thrown(() -> buf.retainedSlice(1, MAX)),
                            thrown(() -> buf.nioBuffer(1, MAX)),
                            thrown(() -> buf.internalNioBuffer(MAX, 1)),
                            thrown(() -> buf.nioBuffers(7, MAX)),
                            state(buf));
                })
                .gives((OUT + " ").repeat(6) + "0/8/8 x1");
        table.row("negative lengths", lab -> {
                    ByteBuf buf = lab.counted(8);
                    return all(
                            thrown(() -> buf.slice(0, -1)),
                            thrown(() -> buf.skipBytes(-1)),
                            thrown(() -> buf.readBytes(-1)),
                            thrown(() -> buf.getBytes(0, new byte[4], 0, -1)),
                            thrown(() -> buf.setZero(0, MIN)),
                            thrown(() -> buf.copy(0, MIN)),
                            state(buf));
                })
                .givesAsNetty();
        table.row("searches and processors whose end overflows", lab -> {
                    ByteBuf buf = lab.counted(8);
                    return all(
                            thrown(() -> buf.forEachByte(1, MAX, value -> true)),
                            thrown(() -> buf.forEachByteDesc(MAX, 1, value -> true)),
                            thrown(() -> buf.bytesBefore(1, MAX, (byte) 99)),
                            thrown(() -> buf.bytesBefore(MAX, (byte) 99)));
                })
                .gives((OUT + " ").repeat(4).trim());
    }

    private static void capacities(Table table) {
        table.row(
                        "how capacity is calculated",
                        lab -> all(
                                lab.allocator().calculateNewCapacity(1, MAX),
                                lab.allocator().calculateNewCapacity(65, MAX),
                                lab.allocator().calculateNewCapacity(65, 100),
                                lab.allocator().calculateNewCapacity(4 << 20, MAX),
                                lab.allocator().calculateNewCapacity((4 << 20) + 1, MAX),
                                lab.allocator().calculateNewCapacity(MAX - 1, MAX),
                                lab.allocator().calculateNewCapacity(MAX, MAX)))
                .gives("64 128 100 4194304 8388608 2147483647 2147483647");
        table.row("ensureWritable with sums that overflow", lab -> {
                    ByteBuf buf = lab.counted(8);
                    return all(
                            thrown(() -> buf.ensureWritable(MAX)),
                            thrown(() -> buf.ensureWritable(MAX - 7)),
                            thrown(() -> buf.ensureWritable(-1)),
                            state(buf),
                            hex(buf));
                })
                .gives(OUT + " " + OUT + " IllegalArgumentException 0/8/8 x1 0001020304050607");
        table.row("ensureWritable without force, with sums that overflow", lab -> {
                    ByteBuf buf = lab.buffer(8, 100).writeZero(8);
                    return all(
                            buf.ensureWritable(MAX, false),
                            buf.ensureWritable(MAX - 7, false),
                            buf.isWritable(MAX),
                            state(buf));
                })
                .gives("1 1 false 0/8/8 x1");
        table.row("the most capacity is Integer.MAX_VALUE", lab -> {
                    ByteBuf buf = lab.buffer(8);
                    return all(
                            buf.maxCapacity(),
                            buf.maxWritableBytes(),
                            buf.writeZero(5).maxWritableBytes(),
                            buf.capacity());
                })
                .gives("2147483647 2147483647 2147483642 8");
        table.row("capacities out of range", lab -> {
                    ByteBuf buf = lab.buffer(8, 16).writeZero(3);
                    return all(
                            thrown(() -> buf.capacity(MAX)),
                            thrown(() -> buf.capacity(17)),
                            thrown(() -> buf.capacity(MIN)),
                            state(buf));
                })
                .gives("IllegalArgumentException IllegalArgumentException IllegalArgumentException 0/3/8 x1");
        table.row(
                        "requests out of range",
                        lab -> all(
                                thrown(() -> lab.buffer(-1)),
                                thrown(() -> lab.buffer(MIN)),
                                thrown(() -> lab.buffer(17, 16)),
                                thrown(() -> lab.buffer(0, MIN))))
                .gives("IllegalArgumentException IllegalArgumentException IllegalArgumentException"
                        + " IllegalArgumentException");
    }
}
