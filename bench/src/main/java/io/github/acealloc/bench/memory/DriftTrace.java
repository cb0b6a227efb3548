/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.bench.micro.SizeMix;
import java.util.Arrays;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * What an event loop allocates and releases while the traffic's mix slowly changes: a list of operations, written ahead
 * of time so that nobody measures how it is made.
 *
 * <p>A step allocates one buffer, of a log-normal size whose median drifts from {@link #SMALL} to {@link #LARGE} and
 * back, {@link #TURNS} times. Lifetimes are exponential; one buffer in ten lives ten times as long, whatever its size, so
 * that half of the bytes are of an earlier mix. Before each allocation as many buffers are released, those first that
 * are due first, as keep the live bytes within the limit: {@code limit - MAX_SIZE < live <= limit} once it was reached.
 */
final class DriftTrace {
    static final int TURNS = 6;
    static final int SMALL = 512;
    static final int LARGE = 16 << 10;
    static final int MIN_SIZE = 16;
    static final int MAX_SIZE = 1 << 20;

    /** Numbers that stand for one operation: a slot, and the size to allocate or {@link #RELEASE}. */
    static final int WIDTH = 2;

    static final int RELEASE = 0;

    private static final int ONE_IN_TEN = 10;
    private static final double LONGER = 10;

    /** A live buffer: when it should be released, in bytes allocated until then. */
    private record Life(long due, int slot, int size) implements Comparable<Life> {
        @Override
        public int compareTo(Life other) {
            return due != other.due ? Long.compare(due, other.due) : Integer.compare(slot, other.slot);
        }
    }

    private final Random random = new Random(SizeMix.SEED);
    private final PriorityQueue<Life> lives = new PriorityQueue<>();
    private final int steps;
    private final long limit;
    private int[] operations = new int[1 << 10];
    private int length;
    private int[] freeSlots = new int[1 << 10];
    private int free;
    private int slots;
    private int step;
    private long allocated;
    private long live;

    /**
     * Begins a trace.
     *
     * @param steps its length, over which the drift makes its turns
     * @param limit most live bytes; at least {@link #MAX_SIZE}
     */
    DriftTrace(int steps, long limit) {
        this.steps = steps;
        this.limit = limit;
    }

    /** Returns the operations of the next steps, {@link #WIDTH} numbers each. */
    int[] next(int count) {
        length = 0;
        for (int i = 0; i < count; i++) {
            int size = size();
            while (live + size > limit) {
                release();
            }
            allocate(size);
            step++;
        }
        return Arrays.copyOf(operations, length);
    }

    /** Bytes asked for and not released yet. */
    long live() {
        return live;
    }

    /** Slots used so far. */
    int slots() {
        return slots;
    }

    private int size() {
        double turn = (double) step / steps * TURNS;
        double towardsLarge = (1 - Math.cos(2 * Math.PI * turn)) / 2;
        double median = Math.log(SMALL) + towardsLarge * (Math.log(LARGE) - Math.log(SMALL));
        return (int) Math.max(MIN_SIZE, Math.min(MAX_SIZE, Math.exp(median + random.nextGaussian())));
    }

    /** Such that what is alive comes to about the limit if everybody is released when due. */
    private long lifetime() {
        double mean = limit * ONE_IN_TEN / (ONE_IN_TEN - 1 + LONGER);
        boolean isLong = random.nextInt(ONE_IN_TEN) == 0;
        return (long) (-mean * (isLong ? LONGER : 1) * Math.log(1 - random.nextDouble()));
    }

    private void allocate(int size) {
        int slot = free > 0 ? freeSlots[--free] : slots++;
        lives.add(new Life(allocated + lifetime(), slot, size));
        allocated += size;
        live += size;
        write(slot, size);
    }

    private void release() {
        Life first = lives.remove();
        live -= first.size;
        if (free == freeSlots.length) {
            freeSlots = Arrays.copyOf(freeSlots, 2 * free);
        }
        freeSlots[free++] = first.slot;
        write(first.slot, RELEASE);
    }

    private void write(int slot, int size) {
        if (length + WIDTH > operations.length) {
            operations = Arrays.copyOf(operations, 2 * operations.length);
        }
        operations[length++] = slot;
        operations[length++] = size;
    }
}
