/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.fuzz;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Steps that move many bytes at once, over arrays, streams, other buffers and views for channels. */
final class Bulks {
    private static final String[] LOOKS = {
        "array", "ByteBuffer", "ByteBuf", "nioBuffer", "memory", "internalNioBuffer", "stream"
    };

    private Bulks() {}

    static void step(Piece piece, Hand hand) {
        int n = hand.dice.below(1 + hand.dice.below(Hand.BYTES));
        int kind = hand.dice.below(piece.frozen ? 5 : 13);
        if (kind < 8) {
            n = Math.min(n, piece.writer);
            look(piece, hand, kind, hand.dice.below(piece.writer - n + 1), n);
        } else if (kind < 10) {
            n = Math.min(n, piece.writer);
            overwrite(piece, hand, hand.dice.below(piece.writer - n + 1), n);
        } else {
            write(piece, hand, Math.min(n, piece.room()));
        }
    }

    /** Kinds below 5 leave the buffer and what belongs to it as it is, and may be taken by several threads at once. */
    private static void look(Piece piece, Hand hand, int kind, int i, int n) {
        ByteBuf buf = piece.buf;
        hand.operations++;
        switch (kind) {
            case 0 -> buf.getBytes(i, hand.bytes, 0, n);
            case 1 -> {
                buf.getBytes(i, hand.direct.clear().limit(n));
                hand.direct.flip().get(hand.bytes, 0, n);
            }
            case 2 -> buf.getBytes(i, Unpooled.wrappedBuffer(hand.bytes), 0, n);
            case 3 -> view(buf.nioBuffer(i, n), hand, n);
            case 4 -> lookAt(buf, i, n, hand);
            case 5 -> view(buf.nioBufferCount() == 1 ? buf.internalNioBuffer(i, n) : buf.nioBuffer(i, n), hand, n);
            case 6 -> stream(buf, i, n, hand);
            default -> {
                read(piece, hand, Math.min(n, piece.readable()));
                return;
            }
        }
        piece.expectBytes(hand.bytes, n, i, LOOKS[kind]);
    }

    private static void view(ByteBuffer view, Hand hand, int n) {
        if (view.remaining() != n) {
            throw new AssertionError("view: " + view.remaining() + " bytes (expected: " + n + ")");
        }
        view.get(hand.bytes, 0, n);
    }

    /** Where the memory itself is, if the buffer tells; else its views. */
    private static void lookAt(ByteBuf buf, int i, int n, Hand hand) {
        if (buf.hasArray()) {
            System.arraycopy(buf.array(), buf.arrayOffset() + i, hand.bytes, 0, n);
            return;
        }
        int at = 0;
        for (ByteBuffer view : buf.nioBuffers(i, n)) {
            int length = view.remaining();
            view.get(hand.bytes, at, length);
            at += length;
        }
    }

    private static void stream(ByteBuf buf, int i, int n, Hand hand) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream(n);
            buf.getBytes(i, out, n);
            System.arraycopy(out.toByteArray(), 0, hand.bytes, 0, n);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void read(Piece piece, Hand hand, int n) {
        piece.buf.readBytes(hand.bytes, 0, n);
        piece.expectBytes(hand.bytes, n, piece.reader, "readBytes");
        piece.reader += n;
    }

    /** Zeros or other bytes, seen, and then the right ones over another road. */
    private static void overwrite(Piece piece, Hand hand, int i, int n) {
        ByteBuf buf = piece.buf;
        byte other = (byte) hand.dice.next();
        Arrays.fill(hand.bytes, 0, n, other);
        boolean zero = hand.dice.oneIn(2);
        if (zero) {
            buf.setZero(i, n);
        } else {
            buf.setBytes(i, hand.bytes, 0, n);
        }
        if (n > 0) {
            int at = i + hand.dice.below(n);
            piece.expect(buf.getByte(at), zero ? 0 : other, at, "overwriting");
        }
        piece.expected(i, hand.bytes, n);
        restore(buf, i, n, hand, hand.dice.below(5));
        hand.operations += 3;
        buf.getBytes(i, hand.bytes, 0, n);
        piece.expectBytes(hand.bytes, n, i, "restoring");
    }

    private static void restore(ByteBuf buf, int i, int n, Hand hand, int kind) {
        switch (kind) {
            case 0 -> buf.setBytes(i, hand.bytes, 0, n);
            case 1 -> buf.setBytes(i, ByteBuffer.wrap(hand.bytes, 0, n));
            case 2 -> buf.setBytes(i, Unpooled.wrappedBuffer(hand.bytes), 0, n);
            case 3 -> {
                try {
                    buf.setBytes(i, new ByteArrayInputStream(hand.bytes), n);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            default -> {
                int at = 0;
                for (ByteBuffer view : buf.nioBuffers(i, n)) {
                    int length = view.remaining();
                    view.put(hand.bytes, at, length);
                    at += length;
                }
            }
        }
    }

    private static void write(Piece piece, Hand hand, int n) {
        ByteBuf buf = piece.buf;
        piece.expected(piece.writer, hand.bytes, n);
        switch (hand.dice.below(4)) {
            case 0 -> buf.writeBytes(hand.bytes, 0, n);
            case 1 -> buf.writeBytes(hand.direct.clear().put(hand.bytes, 0, n).flip());
            case 2 -> buf.writeBytes(Unpooled.wrappedBuffer(hand.bytes, 0, n));
            default -> {
                buf.writeZero(n);
                buf.setBytes(piece.writer, hand.bytes, 0, n);
                hand.operations++;
            }
        }
        piece.writer += n;
        hand.operations++;
    }
}
