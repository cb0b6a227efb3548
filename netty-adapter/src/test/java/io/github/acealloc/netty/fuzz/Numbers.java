/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.fuzz;

import io.netty.buffer.ByteBuf;

/** Steps that read and write single numbers. */
final class Numbers {
    private Numbers() {}

    static void step(Piece piece, Hand hand) {
        Primitive type = Primitive.any(hand.dice);
        int kind = hand.dice.below(piece.frozen ? 2 : 10);
        if (kind >= 7 && piece.room() >= type.width()) {
            type.write(piece.buf, type.of(piece.pattern(piece.writer)));
            piece.writer += type.width();
            hand.operations++;
        } else if (piece.writer >= type.width() && kind > 3) {
            disturb(piece, hand, type);
        } else if (!piece.frozen && piece.readable() >= type.width() && kind > 1) {
            long found = type.read(piece.buf);
            piece.expect(found, type.of(piece.pattern(piece.reader)), piece.reader, "read", type);
            piece.reader += type.width();
            hand.operations++;
        } else if (piece.writer >= type.width()) {
            int i = hand.dice.below(piece.writer - type.width() + 1);
            piece.expect(type.get(piece.buf, i), type.of(piece.pattern(i)), i, "get", type);
            hand.operations++;
        } else {
            refuse(piece, hand, type);
        }
    }

    /** Overwrites a number, sees that in the bytes, sees that its neighbours stay, and sets it back with another type. */
    private static void disturb(Piece piece, Hand hand, Primitive type) {
        ByteBuf buf = piece.buf;
        int width = type.width();
        int i = hand.dice.below(piece.writer - width + 1);
        long right = type.of(piece.pattern(i));
        long wrong = type.of(hand.dice.next());
        type.set(buf, i, wrong);
        piece.expect(type.get(buf, i), wrong, i, "set and get", type);
        if (i > 0) {
            piece.expect(buf.getByte(i - 1), piece.patternByte(i - 1), i - 1, "the byte before a set", type);
        }
        if (i + width < piece.writer) {
            piece.expect(buf.getByte(i + width), piece.patternByte(i + width), i + width, "the byte after a set", type);
        }
        type.set(buf, i, right);
        piece.expect(buf.getByte(i), piece.patternByte(i), i, "get byte after set", type);
        hand.operations += 6;
    }

    /** A number that does not fit is refused, and nothing changes. */
    private static void refuse(Piece piece, Hand hand, Primitive type) {
        hand.operations++;
        try {
            type.get(piece.buf, piece.buf.capacity() - type.width() + 1);
        } catch (IndexOutOfBoundsException expected) {
            piece.checkIndices();
            return;
        }
        throw new AssertionError("get " + type + " beyond the end of " + piece.buf + " was not refused");
    }
}
