/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.fuzz;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The random program of one thread, and what it holds.
 *
 * <p>What is done with the pieces it allocated follows from the seed alone. What others sent is kept apart and worked on
 * by dice of the piece's own, so that only the interleaving differs from run to run. It outlives its threads: the next
 * one goes on with what the last one held.
 */
final class Program {
    private static final int MOST_HELD = 160;
    private static final int MOST_GUESTS = 48;
    private static final int GUEST_STEPS = 6;
    private static final int RARE = 20_000;

    final Queue<Piece> inbox = new ConcurrentLinkedQueue<>();

    /** References to pieces that others go on with, whatever they do: all that is done with one is to release it. */
    final Queue<ByteBuf> references = new ConcurrentLinkedQueue<>();

    final Hand hand = new Hand();

    private final ByteBufAllocator allocator;
    private final Runnable[] disturbances;
    private final long seed;
    private final List<Piece> held = new ArrayList<>();
    private final List<Piece> guests = new ArrayList<>();
    private List<Program> others = List.of();
    private long steps;

    /**
     * A program that has done nothing.
     *
     * @param disturbances what it does now and then beside the work: trims, limits that change
     */
    Program(ByteBufAllocator allocator, long seed, Runnable... disturbances) {
        this.allocator = allocator;
        this.seed = seed;
        this.disturbances = disturbances;
    }

    /** Those that it sends to. */
    void meet(List<Program> programs) {
        others = programs;
    }

    /** Goes on until so many operations are done in all. */
    void run(long operations) {
        while (hand.operations < operations) {
            step();
        }
    }

    private void step() {
        Dice dice = hand.dice;
        dice.restart(seed, steps++);
        int kind = dice.below(100);
        if (held.isEmpty() || (kind < 10 && held.size() < MOST_HELD)) {
            held.add(allocate());
        } else if (kind < 17 || held.size() > MOST_HELD) {
            release(take(held));
        } else if (kind < 19) {
            send(take(held));
        } else if (kind == 19) {
            share(held.get(dice.below(held.size())));
        } else if (kind < 23) {
            receive();
        } else if (kind == 23 && disturbances.length > 0 && dice.oneIn(RARE / 100)) {
            disturbances[dice.below(disturbances.length)].run();
            hand.operations++;
        } else {
            work(held.get(dice.below(held.size())), held);
        }
    }

    private Piece allocate() {
        Dice dice = hand.dice;
        if (dice.oneIn(25)) {
            return composite();
        }
        int size = Sizes.any(dice);
        int max = Sizes.max(dice, size);
        hand.operations += 2;
        ByteBuf buf = switch (dice.below(5)) {
            case 0, 1 -> allocator.directBuffer(size, max);
            case 2, 3 -> allocator.heapBuffer(size, max);
            default -> dice.oneIn(2) ? allocator.ioBuffer(size, max) : allocator.buffer(size, max);
        };
        Piece piece = new Piece(buf, dice.next());
        if (buf.capacity() != size || buf.maxCapacity() != max || buf.refCnt() != 1) {
            throw new AssertionError("fresh: " + buf + " (expected: capacity " + size + " of " + max + ")");
        }
        piece.checkIndices();
        piece.fill(dice.below(size + 1));
        return piece;
    }

    private Piece composite() {
        Dice dice = hand.dice;
        CompositeByteBuf composite =
                dice.oneIn(2) ? allocator.compositeDirectBuffer(8) : allocator.compositeHeapBuffer(8);
        Piece whole = new Piece(composite, dice.next());
        for (int n = dice.below(5); n > 0; n--) {
            int size = 1 + dice.below(500);
            ByteBuf buf = dice.oneIn(2) ? allocator.directBuffer(size) : allocator.heapBuffer(size);
            Piece part = new Piece(buf, whole.seed, whole.writer, 0, 0);
            part.fill(1 + dice.below(size));
            composite.addComponent(true, buf);
            whole.writer += part.writer;
            hand.operations += 3;
        }
        hand.operations++;
        return whole;
    }

    private Piece take(List<Piece> from) {
        int i = hand.dice.below(from.size());
        Piece piece = from.get(i);
        Piece last = from.remove(from.size() - 1);
        if (i < from.size()) {
            from.set(i, last);
        }
        return piece;
    }

    private void release(Piece piece) {
        piece.release();
        hand.operations += 2;
    }

    private void send(Piece piece) {
        others.get(hand.dice.below(others.size())).inbox.add(piece);
    }

    /** Gives a reference away and goes on, so that a piece may be grown while somebody else is about to release it. */
    private void share(Piece piece) {
        piece.share();
        others.get(hand.dice.below(others.size())).references.add(piece.buf);
        hand.operations++;
    }

    /** Works on what others sent, and releases as much as came. */
    private void receive() {
        for (ByteBuf reference = references.poll(); reference != null; reference = references.poll()) {
            reference.release();
            hand.operations++;
        }
        for (Piece guest = inbox.poll(); guest != null; guest = inbox.poll()) {
            hand.dice.restart(guest.seed, guest.writer);
            guest.check();
            hand.operations++;
            for (int n = hand.dice.below(GUEST_STEPS); n > 0; n--) {
                work(guest, guests);
            }
            guests.add(guest);
            while (guests.size() > MOST_GUESTS) {
                release(take(guests));
            }
        }
    }

    private void work(Piece piece, List<Piece> home) {
        int kind = hand.dice.below(100);
        if (kind < 60) {
            Numbers.step(piece, hand);
        } else if (kind < 80) {
            Bulks.step(piece, hand);
        } else if (kind < 90 && !piece.frozen) {
            Shapes.step(piece, hand);
        } else if (kind < 96) {
            Piece more = Views.step(piece, hand);
            if (more != null) {
                home.add(more);
            }
        } else {
            piece.check();
            hand.operations++;
        }
    }

    /** How much it holds; nobody runs it meanwhile. */
    int pieces() {
        return held.size() + guests.size() + inbox.size() + references.size();
    }

    /** Releases everything; nobody runs it meanwhile. */
    void releaseAll() {
        held.addAll(guests);
        guests.clear();
        held.addAll(inbox);
        inbox.clear();
        held.forEach(this::release);
        held.clear();
        references.forEach(ByteBuf::release);
        references.clear();
    }
}
