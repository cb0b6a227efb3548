/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import static io.github.acealloc.netty.scenario.Lab.all;
import static io.github.acealloc.netty.scenario.Lab.hex;
import static io.github.acealloc.netty.scenario.Lab.state;
import static io.github.acealloc.netty.scenario.Lab.thrown;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteOrder;
import java.nio.CharBuffer;

/** Text that goes into buffers and views of them, and comes out again. */
class TextTest extends ScenarioTest {
    private static final String FACE = "\ud83d\ude00";
    private static final String LONG = ("\u00e4bc\u20ac" + FACE).repeat(5_000);

    @Override
    @SuppressWarnings("deprecation") // byte orders are deprecated, and yet used
    void fill(Table table) {
        table.row("ASCII into a slice, at the end of capacity", lab -> {
                    ByteBuf buf = lab.of(1, 2, 3, 4, 5, 6);
                    ByteBuf slice = buf.slice(3, 3).writerIndex(0);
                    return all(slice.writeCharSequence("abc", US_ASCII), slice.writableBytes(), hex(buf), state(buf));
                })
                .gives("3 0 010203616263 0/6/6 x1");
        table.row("ASCII that a slice has no room for", lab -> {
                    ByteBuf buf = lab.of(1, 2, 3, 4);
                    ByteBuf slice = buf.slice(1, 2).writerIndex(0);
                    return all(thrown(() -> slice.writeCharSequence("abc", US_ASCII)), state(slice), hex(buf));
                })
                .gives("IndexOutOfBoundsException 0/0/2 x1 01020304");
        table.row("UTF-8 of one to four bytes into a duplicate", lab -> {
                    ByteBuf buf = lab.buffer(64);
                    ByteBuf duplicate = buf.duplicate();
                    int n = duplicate.writeCharSequence("a\u00e4\u20ac" + FACE, UTF_8);
                    return all(n, hex(buf, 0, n), state(buf));
                })
                .gives("10 61c3a4e282acf09f9880 0/0/64 x1");
        table.row("UTF-8 into a slice of a slice", lab -> {
                    ByteBuf buf = lab.counted(40);
                    ByteBuf inner = buf.slice(8, 24).slice(8, 16);
                    return all(inner.setCharSequence(2, "\u00e4" + FACE, UTF_8), hex(buf, 16, 10));
                })
                .gives("6 1011c3a4f09f98801819");
        table.row("UTF-16 with its mark, into a duplicate that grows", lab -> {
                    ByteBuf buf = lab.buffer(2);
                    int n = buf.duplicate().writeCharSequence("ab", UTF_16);
                    return all(n, hex(buf, 0, n), buf.readerIndex(), buf.writerIndex());
                })
                .gives("6 feff00610062 0 0");
        table.row("UTF-16, both orders, a pair of surrogates", lab -> {
                    ByteBuf buf = lab.buffer(16);
                    buf.writeCharSequence(FACE, UTF_16BE);
                    buf.writeCharSequence(FACE, UTF_16LE);
                    return all(hex(buf), buf.toString(0, 4, UTF_16BE).equals(FACE));
                })
                .gives("d83dde003dd800de true");
        table.row("text does not follow a view's byte order", lab -> {
                    ByteBuf buf = lab.buffer(16);
                    buf.order(ByteOrder.LITTLE_ENDIAN).writeCharSequence("a", UTF_16BE);
                    return hex(buf, 0, 2);
                })
                .gives("0061");
        table.row("unpaired surrogates become question marks", lab -> {
                    ByteBuf buf = lab.buffer(32);
                    buf.writeCharSequence("a\ud83d", UTF_8);
                    buf.writeCharSequence("\ude00b", UTF_8);
                    buf.writeCharSequence("\ud83d\ud83dc", UTF_8);
                    return hex(buf);
                })
                .gives("613f3f623f3f63");
        table.row("half a pair at the end of what is written", lab -> {
                    ByteBuf buf = lab.buffer(16);
                    int n = ByteBufUtil.writeUtf8(buf, "x" + FACE + "y", 1, 2);
                    return all(n, hex(buf));
                })
                .gives("1 3f");
        table.row("a pair of surrogates that fills the buffer", lab -> {
                    ByteBuf buf = lab.buffer(4, 4);
                    int n = ByteBufUtil.reserveAndWriteUtf8(buf, FACE, 4);
                    return all(n, hex(buf), state(buf));
                })
                .gives("4 f09f9880 0/4/4 x1");
        table.row("UTF-8 where the most it could take does not fit", lab -> {
                    ByteBuf buf = lab.buffer(4, 4);
                    return all(thrown(() -> buf.writeCharSequence("abcd", UTF_8)), state(buf));
                })
                .givesAsNetty();
        table.row("text longer than the most capacity", lab -> {
                    ByteBuf buf = lab.buffer(4, 4);
                    return all(thrown(() -> buf.writeCharSequence("abcde", US_ASCII)), state(buf), hex(buf, 0, 4));
                })
                .gives("IndexOutOfBoundsException 0/0/4 x1 a5a5a5a5");
        table.row("text into a read-only view", lab -> {
                    ByteBuf buf = lab.of(1, 2, 3, 4);
                    ByteBuf view = buf.asReadOnly();
                    return all(
                            thrown(() -> view.setCharSequence(0, "ab", US_ASCII)),
                            thrown(() -> view.clear().writeCharSequence("ab", US_ASCII)),
                            hex(buf));
                })
                .gives("ReadOnlyBufferException ReadOnlyBufferException 01020304");
        table.row("what ASCII and Latin-1 do not have", lab -> {
                    ByteBuf buf = lab.buffer(32);
                    int ascii = ByteBufUtil.writeAscii(buf, "a\u00e4\u20ac");
                    int latin = buf.writeCharSequence("a\u00e4\u20ac", ISO_8859_1);
                    return all(ascii, latin, hex(buf));
                })
                .givesAsNetty();
        table.row("text at the last place", lab -> {
                    ByteBuf buf = lab.of(1, 2, 3, 4, 5);
                    return all(
                            buf.setCharSequence(2, "abc", US_ASCII),
                            thrown(() -> buf.setCharSequence(3, "abc", US_ASCII)),
                            thrown(() -> buf.setCharSequence(-1, "abc", US_ASCII)),
                            hex(buf));
                })
                .gives("3 IndexOutOfBoundsException IndexOutOfBoundsException 0102616263");
        table.row("a string of a part of a slice", lab -> {
                    ByteBuf buf = lab.buffer(32);
                    buf.writeCharSequence("..\u00e4b\u20ac..", UTF_8);
                    ByteBuf slice = buf.slice(2, 6);
                    return all(
                            slice.toString(UTF_8), slice.toString(2, 4, UTF_8), slice.getCharSequence(2, 1, US_ASCII));
                })
                .gives("\u00e4b\u20ac b\u20ac b");
        table.row("a string of bytes that are no UTF-8", lab -> {
                    ByteBuf buf = lab.of(0x61, 0xc3, 0x28, 0xff, 0x62);
                    return buf.toString(UTF_8);
                })
                .gives("a\ufffd(\ufffdb");
        table.row("a string of nothing", lab -> {
                    ByteBuf buf = lab.of(1, 2);
                    return all(
                            buf.toString(2, 0, UTF_8).length(),
                            buf.skipBytes(2).toString(UTF_16).length());
                })
                .gives("0 0");
        table.row(
                        "ASCII that has bytes above 127",
                        lab -> lab.of(0x61, 0xe4).readCharSequence(2, US_ASCII).toString())
                .givesAsNetty();
        table.row("text that takes several growths", lab -> {
                    ByteBuf buf = lab.buffer(16);
                    int n = 0;
                    for (int at = 0; at < LONG.length(); at += 300) {
                        n += buf.writeCharSequence(LONG.subSequence(at, at + 300), UTF_8);
                    }
                    return all(
                            n,
                            n == LONG.getBytes(UTF_8).length,
                            buf.toString(UTF_8).equals(LONG));
                })
                .gives("55000 true true");
        table.row("text that the allocator encodes", lab -> {
                    ByteBuf made = lab.keep(ByteBufUtil.encodeString(lab.allocator(), CharBuffer.wrap(FACE), UTF_16LE));
                    ByteBuf utf8 = lab.keep(ByteBufUtil.writeUtf8(lab.allocator(), "\u20ac"));
                    return all(hex(made), hex(utf8), made.refCnt(), utf8.refCnt());
                })
                .gives("3dd800de e282ac 1 1");
        table.row("how long UTF-8 becomes", lab -> {
                    ByteBuf buf = lab.buffer(64);
                    String text = "a\u00e4\u20ac" + FACE + "\ud83d";
                    return all(
                            ByteBufUtil.utf8Bytes(text),
                            buf.writeCharSequence(text, UTF_8),
                            ByteBufUtil.isText(buf, UTF_8));
                })
                .gives("11 11 true");
    }
}
