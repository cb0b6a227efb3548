/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import static io.github.acealloc.netty.scenario.Lab.all;
import static io.github.acealloc.netty.scenario.Lab.countedBytes;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Buffers of every sort are equal, hashed and compared by their readable bytes alone. */
class EqualityTest extends ScenarioTest {
    private static int compared(Lab lab, UnaryOperator<ByteBuf> look) {
        Random random = new Random(5);
        int wrong = 0;
        for (int round = 0; round < 300; round++) {
            byte[] one = new byte[random.nextInt(20)];
            byte[] other = new byte[random.nextInt(20)];
            random.nextBytes(one);
            System.arraycopy(one, 0, other, 0, Math.min(one.length, other.length));
            if (other.length > 0 && random.nextBoolean()) {
                other[random.nextInt(other.length)] ^= (byte) 0x80;
            }
            ByteBuf left = lab.buffer(32).writeBytes(one);
            ByteBuf right = lab.buffer(40).writeZero(3).writeBytes(other).skipBytes(3);
            int sign = Integer.signum(ByteBufUtil.compare(left, look.apply(right)));
            wrong += sign == Integer.signum(Arrays.compareUnsigned(one, other)) ? 0 : 1;
            wrong += ByteBufUtil.equals(left, look.apply(right)) == Arrays.equals(one, other) ? 0 : 1;
            left.release();
            right.release();
        }
        return wrong;
    }

    @Override
    @SuppressWarnings("deprecation") // byte orders are deprecated, and yet used
    void fill(Table table) {
        table.row("the same bytes at other places are equal", lab -> {
                    ByteBuf one = lab.of(9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11).skipBytes(1);
                    ByteBuf other =
                            lab.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 99).writerIndex(11);
                    return all(
                            one.equals(other),
                            other.equals(one),
                            one.hashCode() == other.hashCode(),
                            one.compareTo(other));
                })
                .gives("true true true 0");
        table.row("the hash of given bytes", lab -> {
                    byte[] bytes = countedBytes(23);
                    return all(
                            lab.counted(23).hashCode()
                                    == Unpooled.wrappedBuffer(bytes).hashCode(),
                            lab.counted(25).slice(0, 23).hashCode()
                                    == Unpooled.wrappedBuffer(bytes).hashCode(),
                            lab.buffer(4).hashCode());
                })
                .gives("true true 1");
        table.row(
                        "bytes are compared unsigned",
                        lab -> all(
                                Integer.signum(lab.of(0x80).compareTo(lab.of(0x7f))),
                                Integer.signum(lab.of(0, 0, 0, 0, 0xff).compareTo(lab.of(0, 0, 0, 0, 1))),
                                Integer.signum(lab.of(0x80, 0, 0, 0).compareTo(lab.of(0x7f, 0xff, 0xff, 0xff)))))
                .gives("1 1 1");
        table.row(
                        "a beginning comes before the whole",
                        lab -> all(
                                Integer.signum(lab.of(1, 2).compareTo(lab.of(1, 2, 0))),
                                Integer.signum(lab.of(1, 2, 0).compareTo(lab.of(1, 2))),
                                Integer.signum(lab.buffer(1).compareTo(lab.of(0))),
                                lab.buffer(1).equals(Unpooled.EMPTY_BUFFER)))
                .gives("-1 1 -1 true");
        table.row("random bytes, compared and equal as their arrays", lab -> compared(lab, buf -> buf))
                .gives(0);
        table.row("random bytes against a slice", lab -> compared(lab, ByteBuf::slice))
                .gives(0);
        table.row(
                        "random bytes against a swapped view",
                        lab -> compared(lab, buf -> buf.order(ByteOrder.LITTLE_ENDIAN)))
                .gives(0);
        table.row("random bytes against a read-only view", lab -> compared(lab, ByteBuf::asReadOnly))
                .gives(0);
        table.row(
                        "random bytes against a composite",
                        lab -> compared(lab, buf -> {
                            int half = buf.readableBytes() / 2;
                            return lab.allocator()
                                    .compositeBuffer()
                                    .addComponents(
                                            true,
                                            buf.slice(buf.readerIndex(), half),
                                            buf.slice(buf.readerIndex() + half, buf.readableBytes() - half));
                        }))
                .gives(0);
        table.row("direct, heap and unpooled of the same bytes", lab -> {
                    ByteBuf direct = lab.keep(lab.allocator().directBuffer(8).writeLong(77));
                    ByteBuf heap = lab.keep(lab.allocator().heapBuffer(8).writeLong(77));
                    ByteBuf unpooled = Unpooled.copyLong(77);
                    return all(
                            direct.equals(heap),
                            heap.equals(unpooled),
                            unpooled.equals(direct),
                            heap.compareTo(direct),
                            direct.hashCode() == unpooled.hashCode());
                })
                .gives("true true true 0 true");
        table.row("parts are equal by ByteBufUtil.equals", lab -> {
                    ByteBuf one = lab.counted(20);
                    ByteBuf other = lab.buffer(20).writeZero(3).writeBytes(countedBytes(17));
                    return all(
                            ByteBufUtil.equals(one, 2, other, 5, 12),
                            ByteBufUtil.equals(one, 2, other, 6, 12),
                            ByteBufUtil.equals(one, 0, other, 0, 1),
                            ByteBufUtil.equals(one, 1, other, 1, 1),
                            ByteBufUtil.equals(one, 8, other, 11, 100));
                })
                .gives("true false true false false");
        table.row("a change of one byte at every place", lab -> {
                    ByteBuf one = lab.counted(33);
                    ByteBuf other = lab.counted(33);
                    int equal = 0;
                    for (int i = 0; i < 33; i++) {
                        other.setByte(i, 99);
                        equal += one.equals(other) || one.hashCode() == other.hashCode() ? 1 : 0;
                        other.setByte(i, i);
                    }
                    return all(equal, one.equals(other));
                })
                .gives("0 true");
    }
}
