/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import static io.github.acealloc.netty.scenario.Lab.all;
import static io.github.acealloc.netty.scenario.Lab.hex;
import static io.github.acealloc.netty.scenario.Lab.state;
import static io.github.acealloc.netty.scenario.Lab.thrown;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** Zeros: of every length at every alignment, beside bytes that stay. */
class ZeroTest extends ScenarioTest {
    private static final int MOST = 40;

    /** How many bytes between two others are not as they should be after so many zeros. */
    private static int wrong(ByteBuf buf, int from, int length) {
        byte[] expected = new byte[buf.capacity()];
        Arrays.fill(expected, (byte) 0xa5);
        Arrays.fill(expected, from, from + length, (byte) 0);
        byte[] found = new byte[buf.capacity()];
        buf.getBytes(0, found);
        return Arrays.equals(found, expected) ? 0 : 1;
    }

    @Override
    void fill(Table table) {
        table.row("setZero of every length at every alignment", lab -> {
                    int wrong = 0;
                    for (int from = 0; from < 9; from++) {
                        for (int length = 1; length < MOST; length++) {
                            ByteBuf buf = lab.buffer(64).setZero(from, length);
                            wrong += wrong(buf, from, length);
                            buf.release();
                        }
                    }
                    return wrong;
                })
                .gives(0);
        table.row("writeZero of every length at every alignment", lab -> {
                    int wrong = 0;
                    for (int from = 0; from < 9; from++) {
                        for (int length = 1; length < MOST; length++) {
                            ByteBuf buf = lab.buffer(64).writerIndex(from).writeZero(length);
                            wrong += wrong(buf, from, length) + (buf.writerIndex() == from + length ? 0 : 1);
                            buf.release();
                        }
                    }
                    return wrong;
                })
                .gives(0);
        table.row("zeros over a view", lab -> {
                    int wrong = 0;
                    for (int length = 1; length < MOST; length++) {
                        ByteBuf buf = lab.buffer(64);
                        buf.slice(3, 50).duplicate().setZero(2, length);
                        wrong += wrong(buf, 5, length);
                        buf.release();
                    }
                    return wrong;
                })
                .gives(0);
        table.row("large zeros, a byte short at either side", lab -> {
                    ByteBuf buf = lab.buffer(300_000);
                    return wrong(buf.setZero(1, 299_998), 1, 299_998);
                })
                .gives(0);
        table.row("zeros for which the buffer grows", lab -> {
                    ByteBuf buf = lab.counted(3).writeZero(5_000).writeByte(7);
                    int sum = 0;
                    for (int i = 3; i < buf.writerIndex(); i++) {
                        sum += buf.getByte(i);
                    }
                    return all(sum, buf.writerIndex(), hex(buf, 0, 4));
                })
                .gives("7 5004 00010200");
        table.row("memory that others used is zero where zeros were written", lab -> {
                    for (int size : new int[] {16, 700, 9_000}) {
                        ByteBuf dirty = lab.buffer(size);
                        dirty.release();
                        ByteBuf buf = lab.memory().buffer(lab.allocator(), size, size);
                        int wrong = 0;
                        for (int i = 0; i < size; i++) {
                            wrong += buf.writeZero(1).getByte(i) == 0 ? 0 : 1;
                        }
                        buf.release();
                        if (wrong > 0) {
                            return size;
                        }
                    }
                    return 0;
                })
                .gives(0);
        table.row("more zeros than there is room", lab -> {
                    ByteBuf buf = lab.of(1, 2, 3, 4);
                    ByteBuf full = lab.buffer(2, 4).writeByte(7);
                    return all(
                            thrown(() -> buf.setZero(2, 3)),
                            thrown(() -> buf.setZero(-1, 2)),
                            thrown(() -> full.writeZero(4)),
                            thrown(() -> full.writeZero(-1)),
                            hex(buf),
                            hex(full),
                            state(full));
                })
                .gives("IndexOutOfBoundsException IndexOutOfBoundsException IndexOutOfBoundsException"
                        + " IllegalArgumentException 01020304 07 0/1/2 x1");
        table.row("zeros into a read-only view", lab -> {
                    ByteBuf buf = lab.of(1, 2, 3);
                    return all(thrown(() -> buf.asReadOnly().setZero(0, 2)), hex(buf));
                })
                .gives("ReadOnlyBufferException 010203");
        table.row("a hex dump of zeros beside dirt", lab -> hex(lab.buffer(6).setZero(1, 4), 0, 6))
                .gives("a500000000a5");
    }
}
