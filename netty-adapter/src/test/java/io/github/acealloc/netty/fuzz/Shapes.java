/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.fuzz;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;

/** Steps that change indices and capacity: these move buffers between slots. */
final class Shapes {
    private Shapes() {}

    static void step(Piece piece, Hand hand) {
        ByteBuf buf = piece.buf;
        Dice dice = hand.dice;
        hand.operations++;
        switch (dice.below(11)) {
            case 0, 1, 2 -> capacity(piece, Sizes.near(dice, buf.capacity()));
            case 3 -> {
                int n = Math.min(Sizes.any(dice), piece.room());
                buf.ensureWritable(n);
                if (buf.writableBytes() < n) {
                    throw new AssertionError("writable: " + buf.writableBytes() + " (expected: " + n + ")");
                }
            }
            case 4 -> {
                buf.discardReadBytes();
                discarded(piece, piece.reader);
            }
            case 5 -> {
                buf.discardSomeReadBytes();
                discarded(piece, piece.reader - buf.readerIndex());
            }
            case 6 -> {
                piece.reader = dice.below(piece.writer + 1);
                buf.readerIndex(piece.reader);
            }
            case 7 -> {
                piece.writer = piece.reader + dice.below(piece.readable() + 1);
                buf.writerIndex(piece.writer);
            }
            case 8 -> {
                int n = dice.below(piece.readable() + 1);
                buf.skipBytes(n);
                piece.reader += n;
            }
            case 9 -> refuse(piece, dice);
            default -> {
                if (buf instanceof CompositeByteBuf composite) {
                    composite.consolidate();
                } else {
                    again(piece, dice);
                }
            }
        }
        piece.checkIndices();
    }

    private static void capacity(Piece piece, int wanted) {
        int capacity = Math.min(wanted, piece.buf.maxCapacity());
        piece.buf.capacity(capacity);
        piece.writer = Math.min(piece.writer, capacity);
        piece.reader = Math.min(piece.reader, capacity);
        if (piece.buf.capacity() != capacity) {
            throw new AssertionError("capacity: " + piece.buf.capacity() + " (expected: " + capacity + ")");
        }
    }

    private static void discarded(Piece piece, int n) {
        if (n < 0 || n > piece.reader) {
            throw new AssertionError("discarded: " + n + " (expected: 0 to " + piece.reader + ")");
        }
        piece.origin += n;
        piece.reader -= n;
        piece.writer -= n;
    }

    /** From the beginning, with other contents. */
    private static void again(Piece piece, Dice dice) {
        piece.buf.clear();
        piece.origin = dice.next() >>> 16;
        piece.reader = 0;
        int n = piece.writer;
        piece.writer = 0;
        piece.fill(n);
    }

    private static void refuse(Piece piece, Dice dice) {
        try {
            if (dice.oneIn(2) && piece.buf.maxCapacity() < Integer.MAX_VALUE) {
                piece.buf.capacity(piece.buf.maxCapacity() + 1);
            } else {
                piece.buf.readerIndex(piece.writer + 1);
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException expected) {
            return;
        }
        throw new AssertionError("an index or a capacity beyond the end of " + piece.buf + " was not refused");
    }
}
