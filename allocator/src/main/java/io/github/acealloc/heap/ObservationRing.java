/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Lifetimes of sampled buffers on their way to the control loop: any thread that releases one offers, the governor drains.
 *
 * <p>Nobody waits: what finds the ring full is dropped and counted. A cell is zero while it is free. A producer gets the
 * right to a cell by advancing {@code tail} and fills it with a release store; the governor takes it with the acquire load
 * that pairs with that, zeroes it, and only then lets {@code head} pass, which is what gives the cell to producers again.
 *
 * <p>There are no cells until the owner of the heap has {@linkplain #open opened} the ring, which it does before the first buffer whose
 * lifetime is measured is handed out. So a heap in which none is has none, and an offer makes no object.
 */
public final class ObservationRing {
    /** How many samples wait at most. */
    static final int CAPACITY = 512;

    private static final int MASK = CAPACITY - 1;
    private static final int CLASS_BITS = 8;
    private static final long REMOTE = 1L << CLASS_BITS;
    private static final int NANOS_SHIFT = CLASS_BITS + 1;
    private static final long LONGEST_NANOS = (1L << (Long.SIZE - 1 - NANOS_SHIFT)) - 2;

    static {
        // Linked now: an offer that ended half-way, on a full Java heap, would hold up all that follow.
        ObservationRing ring = new ObservationRing();
        ring.open();
        ring.offer(0, false, 0);
        ring.drain((sizeClass, remote, nanos) -> {});
    }

    /** Null until the ring is opened; then for ever the same. */
    private volatile AtomicLongArray cells;

    private final AtomicInteger tail = new AtomicInteger();
    private final AtomicLong dropped = new AtomicLong();
    private volatile int head;

    ObservationRing() {}

    /** Takes a sample out of the ring. */
    public interface Consumer {
        /**
         * One buffer that was sampled and has been released.
         *
         * @param sizeClass of its block
         * @param remote whether a thread released it that does not own the heap
         * @param nanos how long it lived
         */
        void accept(int sizeClass, boolean remote, long nanos);
    }

    /**
     * Makes room for samples, if there is Java heap for it. Owner only.
     *
     * @return whether there is room
     */
    public boolean open() {
        if (cells == null) {
            try {
                cells = new AtomicLongArray(CAPACITY);
            } catch (OutOfMemoryError e) {
                return false; // there are other lifetimes
            }
        }
        return true;
    }

    /** Adds a sample; for any thread. */
    void offer(int sizeClass, boolean remote, long nanos) {
        AtomicLongArray cells = this.cells;
        if (cells == null) {
            dropped.incrementAndGet();
            return;
        }
        int t;
        do {
            t = tail.get();
            if (t - head >= CAPACITY) {
                dropped.incrementAndGet();
                return;
            }
        } while (!tail.compareAndSet(t, t + 1));
        long time = Math.min(Math.max(nanos, 0), LONGEST_NANOS) + 1; // never zero
        cells.setRelease(t & MASK, time << NANOS_SHIFT | (remote ? REMOTE : 0) | sizeClass);
    }

    /**
     * Takes out what is there. For one thread at a time.
     *
     * @param consumer gets each sample
     * @return how many there were
     */
    public int drain(Consumer consumer) {
        AtomicLongArray cells = this.cells;
        if (cells == null) {
            return 0;
        }
        int n = 0;
        for (int h = head; n < CAPACITY; n++, h++) {
            long cell = cells.getAcquire(h & MASK);
            if (cell == 0) {
                break;
            }
            cells.setPlain(h & MASK, 0);
            head = h + 1;
            consumer.accept((int) (cell & (REMOTE - 1)), (cell & REMOTE) != 0, (cell >>> NANOS_SHIFT) - 1);
        }
        return n;
    }

    /**
     * How many samples found the ring full.
     *
     * @return a count
     */
    public long dropped() {
        return dropped.get();
    }
}
