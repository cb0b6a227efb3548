/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.fuzz;

import io.netty.buffer.ByteBuf;

/** Steps that make further buffers of one: views that end at once, views that are kept, and copies. */
final class Views {
    private Views() {}

    /** A step; gives a piece that came of it, or {@code null}. */
    static Piece step(Piece piece, Hand hand) {
        hand.operations += 2;
        int n = hand.dice.below(piece.writer + 1);
        int i = hand.dice.below(piece.writer - n + 1);
        switch (hand.dice.below(8)) {
            case 0 -> look(piece, hand, piece.buf.slice(i, n), i, n);
            case 1 -> look(piece, hand, piece.buf.duplicate(), 0, piece.writer);
            case 2 -> look(piece, hand, piece.buf.asReadOnly(), 0, piece.writer);
            case 3 -> lookAndRelease(piece, hand, piece.buf.retainedSlice(i, n), i, n);
            case 4 -> {
                return retained(piece, piece.buf.retainedSlice(i, n), i, 0, n);
            }
            case 5 -> {
                return retained(piece, piece.buf.retainedDuplicate(), 0, piece.reader, piece.writer);
            }
            case 6 -> {
                return readRetained(piece, hand);
            }
            default -> {
                return new Piece(piece.buf.copy(i, n), piece.seed, piece.origin + i, 0, n);
            }
        }
        return null;
    }

    /** Two bytes of a view; of a piece that is its thread's alone, one is changed over the view and seen in the buffer. */
    private static void look(Piece piece, Hand hand, ByteBuf view, int from, int n) {
        if (view.writerIndex() != n) {
            throw new AssertionError("view: " + view + " (expected: " + n + " bytes) of " + piece);
        }
        if (n == 0) {
            return;
        }
        int at = hand.dice.below(n);
        piece.expect(view.getByte(at), piece.patternByte(from + at), from + at, "a view");
        piece.expect(view.getByte(n - 1), piece.patternByte(from + n - 1), from + n - 1, "a view's end");
        hand.operations += 2;
        if (!piece.frozen && !view.isReadOnly()) {
            byte wrong = (byte) ~piece.patternByte(from + at);
            view.setByte(at, wrong);
            piece.expect(piece.buf.getByte(from + at), wrong, from + at, "set over a view");
            view.setByte(at, piece.patternByte(from + at));
            hand.operations += 3;
        }
    }

    private static void lookAndRelease(Piece piece, Hand hand, ByteBuf view, int from, int n) {
        look(piece, hand, view, from, n);
        if (view.release()) {
            throw new AssertionError("the release of a view was the last one of " + piece);
        }
        hand.operations++;
    }

    private static Piece retained(Piece piece, ByteBuf view, int from, int reader, int writer) {
        Piece kept = new Piece(view, piece.seed, piece.origin + from, reader, writer);
        piece.frozen = true;
        kept.frozen = true;
        return kept;
    }

    /** Indices of a frozen piece are still its own. */
    private static Piece readRetained(Piece piece, Hand hand) {
        int n = hand.dice.below(piece.readable() + 1);
        int from = piece.reader;
        ByteBuf view = piece.buf.readRetainedSlice(n);
        piece.reader += n;
        return retained(piece, view, from, 0, n);
    }
}
