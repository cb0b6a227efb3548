/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import static io.github.acealloc.netty.scenario.Lab.all;
import static io.github.acealloc.netty.scenario.Lab.hex;
import static io.github.acealloc.netty.scenario.Lab.state;
import static io.github.acealloc.netty.scenario.Lab.thrown;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.ByteProcessor;
import java.util.Arrays;
import java.util.Random;

/** Searches, both ways, at every place, and inside bounds. */
class SearchTest extends ScenarioTest {
    private static final int LENGTH = 67;

    @Override
    void fill(Table table) {
        bytes(table);
        processors(table);
        needles(table);
    }

    private static void bytes(Table table) {
        table.row("a byte at every place, forwards and backwards", lab -> {
                    ByteBuf buf = lab.buffer(LENGTH).writeZero(LENGTH);
                    int wrong = 0;
                    for (int i = 0; i < LENGTH; i++) {
                        buf.setByte(i, 0x80);
                        for (int from : new int[] {0, i, i + 1}) {
                            wrong += buf.indexOf(from, LENGTH, (byte) 0x80) == (from <= i ? i : -1) ? 0 : 1;
                            wrong += buf.indexOf(LENGTH, from, (byte) 0x80) == (from <= i ? i : -1) ? 0 : 1;
                            wrong += buf.indexOf(from, 0, (byte) 0x80) == (from > i ? i : -1) ? 0 : 1;
                        }
                        buf.setByte(i, 0);
                    }
                    return wrong;
                })
                .gives(0);
        table.row("the first of several, and the last", lab -> {
                    ByteBuf buf = lab.of(1, 7, 2, 7, 3, 7, 4);
                    return all(
                            buf.indexOf(0, 7, (byte) 7),
                            buf.indexOf(2, 7, (byte) 7),
                            buf.indexOf(7, 0, (byte) 7),
                            buf.indexOf(5, 0, (byte) 7),
                            buf.indexOf(2, 3, (byte) 7),
                            buf.indexOf(3, 3, (byte) 7));
                })
                .gives("1 3 5 3 -1 -1");
        table.row("bytesBefore, with reader, length and index", lab -> {
                    ByteBuf buf = lab.of(1, 7, 2, 7, 3).skipBytes(2);
                    return all(
                            buf.bytesBefore((byte) 7),
                            buf.bytesBefore((byte) 1),
                            buf.bytesBefore(1, (byte) 7),
                            buf.bytesBefore(2, (byte) 7),
                            buf.bytesBefore(0, 3, (byte) 7),
                            buf.bytesBefore(0, 1, (byte) 7));
                })
                .gives("1 -1 -1 1 1 -1");
        table.row("bytesBefore beyond what is readable", lab -> {
                    ByteBuf buf = lab.of(1, 7, 2).skipBytes(1);
                    return all(
                            thrown(() -> buf.bytesBefore(3, (byte) 9)),
                            thrown(() -> buf.bytesBefore(1, 3, (byte) 9)),
                            state(buf));
                })
                .gives("IndexOutOfBoundsException IndexOutOfBoundsException 1/3/3 x1");
        table.row("indexOf with bounds outside of the buffer", lab -> {
                    ByteBuf buf = lab.of(1, 2, 3);
                    return all(
                            buf.indexOf(-5, 3, (byte) 3),
                            buf.indexOf(99, 0, (byte) 1),
                            thrown(() -> buf.indexOf(0, 4, (byte) 9)));
                })
                .givesAsNetty();
        table.row("what lies behind a slice is not found", lab -> {
                    ByteBuf buf = lab.of(5, 1, 2, 3, 5, 5, 5, 5, 5, 5, 5, 5, 5);
                    ByteBuf slice = buf.slice(1, 3);
                    return all(
                            slice.indexOf(0, 3, (byte) 5),
                            slice.indexOf(3, 0, (byte) 5),
                            slice.bytesBefore((byte) 3),
                            slice.indexOf(0, 3, (byte) 1));
                })
                .gives("-1 -1 2 0");
    }

    private static void processors(Table table) {
        table.row("forEachByte of all, and of a part", lab -> {
                    ByteBuf buf = lab.counted(10).skipBytes(2);
                    StringBuilder seen = new StringBuilder();
                    ByteProcessor collect = value -> {
                        seen.append(value);
                        return value != 6;
                    };
                    return all(
                            buf.forEachByte(collect),
                            buf.forEachByte(7, 3, collect),
                            buf.forEachByteDesc(collect),
                            buf.forEachByteDesc(0, 4, collect),
                            seen,
                            state(buf));
                })
                .gives("6 -1 6 -1 23456789" + "9876" + "3210 2/10/10 x1");
        table.row("forEachByte of nothing, and out of bounds", lab -> {
                    ByteBuf buf = lab.counted(10);
                    ByteProcessor never = value -> {
                        throw new IllegalStateException("called for " + value);
                    };
                    return all(
                            buf.forEachByte(10, 0, never),
                            buf.forEachByteDesc(10, 0, never),
                            thrown(() -> buf.forEachByte(9, 2, never)),
                            thrown(() -> buf.forEachByteDesc(-1, 1, never)),
                            thrown(() -> buf.forEachByte(0, 1, never)));
                })
                .gives("-1 -1 IndexOutOfBoundsException IndexOutOfBoundsException IllegalStateException");
        table.row("a processor through slice, duplicate and read-only view", lab -> {
                    ByteBuf buf = lab.of(1, 2, '\r', '\n', 0, 6);
                    ByteBuf view = buf.slice(1, 5).duplicate().asReadOnly();
                    return all(
                            view.forEachByte(ByteProcessor.FIND_CRLF),
                            view.forEachByteDesc(ByteProcessor.FIND_CRLF),
                            view.forEachByte(ByteProcessor.FIND_NUL),
                            view.forEachByte(ByteProcessor.FIND_NON_LF));
                })
                .gives("1 2 3 0");
        table.row("a processor that fails leaves all as it was", lab -> {
                    ByteBuf buf = lab.counted(4);
                    return all(
                            thrown(() -> buf.forEachByte(value -> {
                                throw new UnsupportedOperationException();
                            })),
                            state(buf),
                            hex(buf));
                })
                .gives("UnsupportedOperationException 0/4/4 x1 00010203");
    }

    private static void needles(Table table) {
        table.row("a needle found, at the end, and not", lab -> {
                    ByteBuf hay = lab.counted(20);
                    return all(
                            ByteBufUtil.indexOf(lab.of(5, 6, 7), hay),
                            ByteBufUtil.indexOf(lab.of(18, 19), hay),
                            ByteBufUtil.indexOf(lab.of(19, 20), hay),
                            ByteBufUtil.indexOf(lab.of(6, 5), hay),
                            ByteBufUtil.indexOf(hay, lab.of(1)));
                })
                .gives("5 18 -1 -1 -1");
        table.row("a needle that begins again and again", lab -> {
                    ByteBuf hay = lab.of(1, 1, 1, 2, 1, 1, 1, 1, 2, 1);
                    return all(
                            ByteBufUtil.indexOf(lab.of(1, 1, 1, 1, 2), hay),
                            ByteBufUtil.indexOf(lab.of(1, 2, 1), hay.skipBytes(1)));
                })
                .gives("4 2");
        table.row("random needles in random hay, as a plain search finds them", lab -> {
                    Random random = new Random(77);
                    int wrong = 0;
                    for (int round = 0; round < 60; round++) {
                        byte[] hay = new byte[1 + random.nextInt(60)];
                        byte[] needle = new byte[1 + random.nextInt(4)];
                        for (int i = 0; i < hay.length; i++) {
                            hay[i] = (byte) random.nextInt(3);
                        }
                        for (int i = 0; i < needle.length; i++) {
                            needle[i] = (byte) random.nextInt(3);
                        }
                        ByteBuf buf = lab.buffer(64).writeBytes(hay);
                        wrong += ByteBufUtil.indexOf(Unpooled.wrappedBuffer(needle), buf) == plain(needle, hay) ? 0 : 1;
                    }
                    return wrong;
                })
                .gives(0);
        table.row("short and medium numbers are found at their places", lab -> {
                    ByteBuf buf = lab.counted(20);
                    return all(
                            ByteBufUtil.indexOf(buf, 0, 20, (byte) 13),
                            ByteBufUtil.indexOf(buf, 20, 0, (byte) 13),
                            ByteBufUtil.indexOf(buf, 14, 20, (byte) 13));
                })
                .gives("13 13 -1");
    }

    private static int plain(byte[] needle, byte[] hay) {
        for (int i = 0; i + needle.length <= hay.length; i++) {
            if (Arrays.equals(hay, i, i + needle.length, needle, 0, needle.length)) {
                return i;
            }
        }
        return -1;
    }
}
