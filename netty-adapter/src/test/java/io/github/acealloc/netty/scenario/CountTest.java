/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import static io.github.acealloc.netty.scenario.Lab.all;
import static io.github.acealloc.netty.scenario.Lab.countedBytes;
import static io.github.acealloc.netty.scenario.Lab.hex;
import static io.github.acealloc.netty.scenario.Lab.state;
import static io.github.acealloc.netty.scenario.Lab.thrown;

import io.github.acealloc.netty.Contestant;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.ReferenceCountUtil;

/** Reference counts: of buffers and views, up to the limit and never below zero. */
class CountTest extends ScenarioTest {
    private static final String COUNT = "IllegalReferenceCountException";
    private static final int MAX = Integer.MAX_VALUE;

    @Override
    void fill(Table table) {
        counts(table);
        views(table);
        refused(table);
    }

    private static void counts(Table table) {
        table.row("retain and release by several", lab -> {
                    ByteBuf buf = lab.counted(4);
                    buf.retain().retain(5);
                    return all(buf.refCnt(), buf.release(4), buf.refCnt(), buf.release(2), buf.release(), buf.refCnt());
                })
                .gives("7 false 3 false true 0");
        table.row("a release of more than there are changes nothing", lab -> {
                    ByteBuf buf = lab.counted(4);
                    buf.retain();
                    return all(
                            thrown(() -> buf.release(3)),
                            buf.refCnt(),
                            hex(buf),
                            thrown(() -> buf.release(MAX)),
                            buf.refCnt());
                })
                .gives("IllegalReferenceCountException 2 00010203 IllegalReferenceCountException 2")
                .but(
                        Contestant.POOLED,
                        "IllegalReferenceCountException 2 00010203 none 3",
                        "its count of two a reference overflows")
                .but(
                        Contestant.ADAPTIVE,
                        "IllegalReferenceCountException 2 00010203 none 3",
                        "its count of two a reference overflows");
        table.row("no release below zero, again and again", lab -> {
                    ByteBuf buf = lab.counted(4);
                    buf.release();
                    return all(
                            thrown(buf::release),
                            thrown(buf::release),
                            thrown(() -> buf.release(2)),
                            thrown(buf::retain),
                            buf.refCnt());
                })
                .gives(all(COUNT, COUNT, COUNT, COUNT, 0));
        table.row("counts that are no counts", lab -> {
                    ByteBuf buf = lab.counted(4);
                    return all(
                            thrown(() -> buf.retain(0)),
                            thrown(() -> buf.retain(-1)),
                            thrown(() -> buf.release(0)),
                            thrown(() -> buf.release(Integer.MIN_VALUE)),
                            state(buf));
                })
                .gives("IllegalArgumentException IllegalArgumentException IllegalArgumentException"
                        + " IllegalArgumentException 0/4/4 x1");
        table.row("a retain that overflows changes nothing", lab -> {
                    ByteBuf buf = lab.counted(4);
                    return all(
                            thrown(() -> buf.retain(MAX)),
                            buf.refCnt(),
                            buf.retain(1_000_000).refCnt(),
                            buf.release(1_000_000),
                            buf.refCnt());
                })
                .gives(all(COUNT, 1, 1_000_001, false, 1));
        table.row("touch gives the buffer and leaves the count", lab -> {
                    ByteBuf buf = lab.counted(4);
                    return all(
                            buf.touch().touch("here").equals(buf),
                            buf.refCnt(),
                            buf.slice().touch().refCnt());
                })
                .gives("true 1 1");
        table.row("ReferenceCountUtil on buffers and views", lab -> {
                    ByteBuf buf = lab.counted(4);
                    ReferenceCountUtil.retain(buf, 2);
                    boolean first = ReferenceCountUtil.release(buf.duplicate());
                    ReferenceCountUtil.safeRelease(buf.slice());
                    return all(first, ReferenceCountUtil.refCnt(buf), ReferenceCountUtil.release(buf), buf.refCnt());
                })
                .gives("false 1 true 0");
    }

    private static void views(Table table) {
        table.row("views share the count", lab -> {
                    ByteBuf buf = lab.counted(16);
                    ByteBuf slice = buf.slice(2, 8);
                    ByteBuf duplicate = slice.duplicate();
                    duplicate.retain();
                    String seen = all(buf.refCnt(), slice.refCnt(), slice.release(), duplicate.refCnt());
                    return all(seen, duplicate.release(), buf.refCnt(), slice.refCnt());
                })
                .gives("2 2 false 1 true 0 0");
        table.row("a view of a released buffer cannot be used", lab -> {
                    ByteBuf buf = lab.counted(16);
                    ByteBuf slice = buf.slice(2, 8);
                    ByteBuf readOnly = buf.asReadOnly();
                    buf.release();
                    return all(
                            thrown(() -> slice.getByte(0)),
                            thrown(() -> readOnly.getLong(0)),
                            thrown(slice::retain),
                            thrown(slice::release));
                })
                .gives(all(COUNT, COUNT, COUNT, COUNT));
        table.row("no view is made of a released buffer", lab -> {
                    ByteBuf buf = lab.counted(16);
                    buf.release();
                    return all(
                            thrown(() -> buf.slice(0, 4)),
                            thrown(() -> buf.duplicate()),
                            thrown(() -> buf.retainedDuplicate()),
                            thrown(() -> buf.nioBuffer(0, 4)),
                            thrown(() -> buf.copy(0, 4)),
                            thrown(() -> buf.internalNioBuffer(0, 4)));
                })
                .gives(all(COUNT, COUNT, COUNT, COUNT, COUNT, COUNT));
        table.row("readRetainedSlice: count, indices, contents", lab -> {
                    ByteBuf buf = lab.counted(10);
                    ByteBuf slice = buf.readRetainedSlice(4);
                    String seen = all(hex(slice), buf.readerIndex(), slice.refCnt() > 0, slice.maxCapacity());
                    slice.release();
                    return all(
                            seen,
                            buf.refCnt(),
                            thrown(() -> buf.readRetainedSlice(7)),
                            buf.refCnt(),
                            buf.readerIndex());
                })
                .gives("00010203 4 true 4 1 IndexOutOfBoundsException 1 4");
        table.row("a chain of a hundred retained slices", lab -> {
                    ByteBuf buf = lab.counted(128);
                    ByteBuf last = buf.retainedDuplicate();
                    buf.release();
                    for (int i = 0; i < 100; i++) {
                        ByteBuf next = last.retainedSlice(1, last.readableBytes() - 1);
                        last.release();
                        last = next;
                    }
                    return all(hex(last, 0, 2), last.readableBytes(), last.release(), last.refCnt());
                })
                .gives("6465 28 true 0");
        table.row("a read slice keeps nothing alive", lab -> {
                    ByteBuf buf = lab.counted(10);
                    ByteBuf slice = buf.readSlice(4);
                    String seen = all(buf.refCnt(), slice.refCnt());
                    buf.release();
                    return all(seen, slice.refCnt(), thrown(slice::readByte));
                })
                .gives(all(1, 1, 0, COUNT));
        table.row("an unreleasable wrapper", lab -> {
                    ByteBuf buf = lab.counted(4);
                    ByteBuf kept = Unpooled.unreleasableBuffer(buf);
                    return all(
                            kept.release(),
                            kept.retain().release(5),
                            buf.refCnt(),
                            hex(kept.slice(1, 2)),
                            buf.release());
                })
                .gives("false false 1 0102 true");
        table.row("copies and composites count for themselves", lab -> {
                    ByteBuf buf = lab.counted(4);
                    ByteBuf copy = buf.copy();
                    CompositeByteBuf composite = lab.composite().addComponent(true, buf.retain());
                    String seen = all(copy.refCnt(), composite.refCnt(), buf.refCnt());
                    return all(seen, copy.release(), composite.release(), buf.refCnt());
                })
                .gives("1 1 2 true true 1");
    }

    private static void refused(Table table) {
        table.row("what fails leaves the count", lab -> {
                    ByteBuf buf = lab.buffer(4, 4).writeInt(7);
                    return all(
                            thrown(() -> buf.writeByte(1)),
                            thrown(() -> buf.retainedSlice(3, 2)),
                            thrown(() -> buf.readRetainedSlice(5)),
                            thrown(() -> buf.readBytes(5)),
                            thrown(() -> buf.copy(2, 3)),
                            state(buf));
                })
                .gives("IndexOutOfBoundsException ".repeat(5) + "0/4/4 x1");
        table.row("every access of a released buffer is refused", lab -> {
                    ByteBuf buf = lab.counted(16);
                    buf.release();
                    return all(
                            thrown(() -> buf.getByte(0)),
                            thrown(() -> buf.setLong(0, 1)),
                            thrown(() -> buf.getBytes(0, new byte[2])),
                            thrown(() -> buf.setBytes(0, countedBytes(2))),
                            thrown(() -> buf.writeZero(1)),
                            thrown(() -> buf.forEachByte(value -> true)),
                            thrown(() -> buf.capacity(4)),
                            thrown(() -> buf.discardReadBytes()));
                })
                .gives((COUNT + " ").repeat(8).trim());
    }
}
