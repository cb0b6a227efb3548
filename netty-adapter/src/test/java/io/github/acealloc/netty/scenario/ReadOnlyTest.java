/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import static io.github.acealloc.netty.scenario.Lab.all;
import static io.github.acealloc.netty.scenario.Lab.hex;
import static io.github.acealloc.netty.scenario.Lab.state;
import static io.github.acealloc.netty.scenario.Lab.thrown;

import io.github.acealloc.netty.Contestant;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;

/** Read-only views: what reads works, nothing writes, and what they give is read-only, too. */
class ReadOnlyTest extends ScenarioTest {
    private static final String REFUSED = "ReadOnlyBufferException";

    @Override
    void fill(Table table) {
        table.row("every setter is refused", lab -> {
                    ByteBuf buf = lab.counted(16);
                    ByteBuf view = buf.asReadOnly();
                    return all(
                            thrown(() -> view.setByte(0, 9)),
                            thrown(() -> view.setShortLE(0, 9)),
                            thrown(() -> view.setMedium(0, 9)),
                            thrown(() -> view.setInt(0, 9)),
                            thrown(() -> view.setLongLE(0, 9)),
                            thrown(() -> view.setBytes(0, new byte[2])),
                            thrown(() -> view.setBytes(0, lab.of(1, 2))),
                            thrown(() -> view.setBytes(0, ByteBuffer.allocate(2))),
                            hex(buf));
                })
                .gives((REFUSED + " ").repeat(8) + "000102030405060708090a0b0c0d0e0f");
        table.row("slices, duplicates and copies of a read-only view", lab -> {
                    ByteBuf buf = lab.counted(16);
                    ByteBuf view = buf.asReadOnly();
                    ByteBuf copy = lab.keep(view.copy(1, 3));
                    copy.setByte(0, 0x77);
                    return all(
                            view.slice(1, 3).isReadOnly(),
                            view.duplicate().isReadOnly(),
                            view.readSlice(2).isReadOnly(),
                            copy.isReadOnly(),
                            hex(copy),
                            thrown(() -> view.slice(1, 3).setByte(0, 1)),
                            hex(buf, 0, 4));
                })
                .gives("true true true false 770203 ReadOnlyBufferException 00010203");
        table.row("retained slices of a read-only view", lab -> {
                    ByteBuf buf = lab.counted(16);
                    ByteBuf slice = buf.asReadOnly().retainedSlice(4, 2);
                    ByteBuf duplicate = buf.asReadOnly().retainedDuplicate();
                    String seen = all(
                            slice.isReadOnly(), duplicate.isReadOnly(), hex(slice), thrown(() -> slice.setByte(0, 1)));
                    return all(seen, slice.release(), duplicate.release(), buf.refCnt());
                })
                .gives("true true 0405 ReadOnlyBufferException false false 1");
        table.row("NIO views of it are read-only and see changes", lab -> {
                    ByteBuf buf = lab.counted(8);
                    ByteBuffer nio = buf.asReadOnly().nioBuffer(2, 4);
                    buf.setByte(3, 0x33);
                    return all(
                            nio.isReadOnly(),
                            nio.get(1),
                            nio.remaining(),
                            thrown(() -> nio.put(0, (byte) 1)),
                            buf.asReadOnly().slice(1, 3).nioBuffer().isReadOnly());
                })
                .gives("true 51 4 ReadOnlyBufferException true");
        table.row("arrays of it are hidden", lab -> {
                    ByteBuf view = lab.counted(8).asReadOnly();
                    return all(
                            view.hasArray(),
                            thrown(view::array),
                            view.slice(1, 2).hasArray());
                })
                .gives("false ReadOnlyBufferException false")
                .of(Memory.HEAP);
        table.row("the view follows its parent's growth, with indices of its own", lab -> {
                    ByteBuf buf = lab.counted(8);
                    ByteBuf view = buf.asReadOnly().skipBytes(2);
                    buf.writeBytes(new byte[3_000]).setByte(2, 0x22);
                    return all(
                            view.readByte(),
                            view.readableBytes(),
                            buf.readerIndex(),
                            view.capacity() == buf.capacity());
                })
                .gives("34 5 0 true");
        table.row("capacity, discarding and ensureWritable", lab -> {
                    ByteBuf buf = lab.counted(8);
                    ByteBuf view = buf.asReadOnly().skipBytes(4);
                    return all(
                            thrown(() -> view.capacity(16)),
                            thrown(view::discardReadBytes),
                            thrown(() -> view.ensureWritable(1)),
                            view.ensureWritable(1, true),
                            view.isWritable(),
                            view.isWritable(1),
                            state(buf));
                })
                .givesAsNetty();
        table.row("read-only twice, and of a part", lab -> {
                    ByteBuf buf = lab.counted(8);
                    ByteBuf twice = buf.asReadOnly().asReadOnly();
                    ByteBuf part = buf.slice(2, 3).asReadOnly();
                    buf.setByte(2, 0x22);
                    return all(twice.getByte(2), hex(part), part.capacity(), thrown(() -> part.getByte(3)));
                })
                .gives("34 220304 3 IndexOutOfBoundsException");
        table.row("a copy into a read-only buffer is refused whole", lab -> {
                    ByteBuf from = lab.of(9, 9, 9);
                    ByteBuf to = lab.of(1, 2, 3);
                    String thrown;
                    try {
                        from.getBytes(0, to.asReadOnly(), 0, 3);
                        thrown = "none";
                    } catch (ReadOnlyBufferException e) {
                        thrown = "refused";
                    }
                    return all(thrown, hex(to));
                })
                .gives("refused 010203")
                .butWithUnsafe(
                        Contestant.POOLED, Memory.DIRECT, "none 090909", "it asks for the address, and writes there")
                .butWithUnsafe(
                        Contestant.ADAPTIVE, Memory.DIRECT, "none 090909", "it asks for the address, and writes there");
        table.row("equal to its parent, with the same hash and text", lab -> {
                    ByteBuf buf = lab.of('a', 'b', 'c');
                    ByteBuf view = buf.asReadOnly();
                    return all(
                            view.equals(buf),
                            buf.equals(view),
                            view.hashCode() == buf.hashCode(),
                            view.toString(StandardCharsets.US_ASCII));
                })
                .gives("true true true abc");
    }
}
