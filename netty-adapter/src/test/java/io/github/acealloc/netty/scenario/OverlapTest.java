/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import static io.github.acealloc.netty.scenario.Lab.countedBytes;
import static io.github.acealloc.netty.scenario.Lab.hex;

import io.github.acealloc.netty.Contestant;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bytes copied within one buffer, where source and target overlap: as if they went over a third place. */
class OverlapTest extends ScenarioTest {
    private static final int CAPACITY = 100;
    private static final int LARGE = 1_200_000;

    private static final String COMPONENTS = "it copies one component after the other, over what is still to be read";

    /** One way to move bytes within a buffer. */
    @FunctionalInterface
    private interface Way {
        void move(ByteBuf buf, int from, int to, int length);
    }

    /** Tries a way with many distances, in both directions; gives how often the bytes were wrong. */
    private static int wrong(Lab lab, Way way) {
        int wrong = 0;
        for (int distance : new int[] {0, 1, 2, 3, 7, 8, 9, 16, 31}) {
            for (int length : new int[] {1, 5, 8, 33, 60}) {
                wrong += wrong(lab, way, CAPACITY, 2, 2 + distance, length);
                wrong += wrong(lab, way, CAPACITY, 2 + distance, 2, length);
            }
        }
        return wrong;
    }

    private static int wrong(Lab lab, Way way, int capacity, int from, int to, int length) {
        ByteBuf buf = lab.counted(capacity);
        byte[] expected = countedBytes(capacity);
        System.arraycopy(expected, from, expected, to, length);
        way.move(buf, from, to, length);
        byte[] found = new byte[capacity];
        buf.getBytes(0, found);
        buf.release();
        return Arrays.equals(found, expected) ? 0 : 1;
    }

    @Override
    void fill(Table table) {
        table.row(
                        "setBytes of the buffer itself",
                        lab -> wrong(lab, (buf, from, to, n) -> buf.setBytes(to, buf, from, n)))
                .gives(0);
        table.row(
                        "getBytes into the buffer itself",
                        lab -> wrong(lab, (buf, from, to, n) -> buf.getBytes(from, buf, to, n)))
                .gives(0);
        table.row(
                        "between two slices",
                        lab -> wrong(lab, (buf, from, to, n) -> buf.slice(to, n).setBytes(0, buf.slice(from, n))))
                .gives(0);
        table.row(
                        "from a slice by getBytes into a duplicate",
                        lab -> wrong(
                                lab, (buf, from, to, n) -> buf.slice(from, n).getBytes(0, buf.duplicate(), to, n)))
                .gives(0);
        table.row(
                        "from a read-only view",
                        lab -> wrong(lab, (buf, from, to, n) -> buf.setBytes(to, buf.asReadOnly(), from, n)))
                .gives(0);
        table.row("from an NIO view", lab -> wrong(lab, (buf, from, to, n) -> buf.setBytes(to, buf.nioBuffer(from, n))))
                .gives(0);
        table.row("into an NIO view", lab -> wrong(lab, (buf, from, to, n) -> buf.getBytes(from, buf.nioBuffer(to, n))))
                .gives(0);
        table.row(
                        "between two NIO views",
                        lab -> wrong(
                                lab, (buf, from, to, n) -> buf.nioBuffer(to, n).put(buf.nioBuffer(from, n))))
                .gives(0);
        table.row(
                        "from the internal NIO view",
                        lab -> wrong(lab, (buf, from, to, n) -> buf.setBytes(to, buf.internalNioBuffer(from, n))))
                .gives(0)
                .but(
                        Contestant.ADAPTIVE,
                        90,
                        "it moves the same shared view before it reads it: nothing is copied but with itself")
                .butWithUnsafe(
                        Contestant.POOLED,
                        Memory.DIRECT,
                        0,
                        "without Unsafe it sets the shared view's limit for both, and throws");
        table.row(
                        "from a read-only NIO view",
                        lab -> wrong(
                                lab,
                                (buf, from, to, n) ->
                                        buf.setBytes(to, buf.nioBuffer(from, n).asReadOnlyBuffer())))
                .gives(0);
        table.row(
                        "over its own array",
                        lab -> wrong(
                                lab, (buf, from, to, n) -> buf.setBytes(to, buf.array(), buf.arrayOffset() + from, n)))
                .gives(0)
                .of(Memory.HEAP);
        table.row(
                        "from a wrapped NIO view",
                        lab -> wrong(
                                lab,
                                (buf, from, to, n) -> buf.setBytes(to, Unpooled.wrappedBuffer(buf.nioBuffer(from, n)))))
                .gives(0);
        table.row("writeBytes of its own first bytes", lab -> {
                    ByteBuf buf = lab.counted(16).writerIndex(12);
                    buf.setIndex(0, 4).writeBytes(buf, 2, 8);
                    return hex(buf);
                })
                .gives("000102030203040506070809");
        table.row("megabytes that overlap by all but one byte", lab -> {
                    Way way = (buf, from, to, n) -> buf.setBytes(to, buf, from, n);
                    return wrong(lab, way, LARGE, 0, 1, LARGE - 1) + wrong(lab, way, LARGE, 1, 0, LARGE - 1);
                })
                .gives(0);
        table.row("megabytes by NIO views", lab -> {
                    Way way = (buf, from, to, n) -> buf.setBytes(to, buf.nioBuffer(from, n));
                    return wrong(lab, way, LARGE, 0, 4_097, LARGE - 4_097)
                            + wrong(lab, way, LARGE, 4_097, 0, LARGE - 4_097);
                })
                .gives(0);
        table.row("discardReadBytes moves over itself", lab -> {
                    ByteBuf buf = lab.counted(LARGE).skipBytes(1).discardReadBytes();
                    byte[] expected = Arrays.copyOfRange(countedBytes(LARGE), 1, LARGE);
                    return buf.nioBuffer().equals(ByteBuffer.wrap(expected));
                })
                .gives(true);
        table.row(
                        "a composite of two slices of one buffer",
                        lab -> wrong(lab, (buf, from, to, n) -> {
                            ByteBuf source = Unpooled.wrappedBuffer(
                                    buf.retainedSlice(from, n / 2), buf.retainedSlice(from + n / 2, n - n / 2));
                            buf.setBytes(to, source, 0, n);
                            source.release();
                        }))
                .gives(0)
                .but(Contestant.POOLED, 23, COMPONENTS);
        table.row(
                        "into a composite of two slices of one buffer",
                        lab -> wrong(lab, (buf, from, to, n) -> {
                            ByteBuf target = Unpooled.wrappedBuffer(
                                    buf.retainedSlice(to, n / 2), buf.retainedSlice(to + n / 2, n - n / 2));
                            buf.getBytes(from, target, 0, n);
                            target.release();
                        }))
                .gives(0)
                .but(Contestant.POOLED, Memory.HEAP, 23, COMPONENTS)
                .but(Contestant.ADAPTIVE, Memory.HEAP, 23, COMPONENTS)
                .butWithUnsafe(Contestant.POOLED, Memory.DIRECT, 23, COMPONENTS)
                .butWithUnsafe(Contestant.ADAPTIVE, Memory.DIRECT, 23, COMPONENTS);
    }
}
