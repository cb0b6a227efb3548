/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * What one event loop does at its own pace, tick by tick: written ahead of time as the numbers that {@link Player} reads.
 *
 * <p>In a tick, first those buffers are released that are due, in the order of their allocation, then others are allocated.
 */
final class PacedTrace {
    /** A live buffer. */
    private record Life(int due, int number, int slot, int size) implements Comparable<Life> {
        @Override
        public int compareTo(Life other) {
            return due != other.due ? Integer.compare(due, other.due) : Integer.compare(number, other.number);
        }
    }

    private final PriorityQueue<Life> lives = new PriorityQueue<>();
    private int[] operations = new int[1 << 16];
    private int length;
    private int[] freeSlots = new int[1 << 10];
    private int free;
    private int slots;
    private int allocations;
    private long live;
    private int tick;

    // For each tick: where its operations end, and what has been allocated and is live by then.
    private final int[] ends;
    private final int[] allocated;
    private final long[] liveBytes;

    PacedTrace(int ticks) {
        ends = new int[ticks];
        allocated = new int[ticks];
        liveBytes = new long[ticks];
    }

    /** Allocates a buffer in this tick that is released some ticks later, at least one. */
    void allocate(int size, int ticks) {
        int slot = free > 0 ? freeSlots[--free] : slots++;
        lives.add(new Life(tick + ticks, allocations++, slot, size));
        live += size;
        write(slot, size);
    }

    /** Ends the tick, and begins the next one. */
    void nextTick() {
        ends[tick] = length;
        allocated[tick] = allocations;
        liveBytes[tick] = live;
        tick++;
        while (tick < ends.length && !lives.isEmpty() && lives.peek().due <= tick) {
            release(lives.remove());
        }
    }

    /** The ticks there are. */
    int ticks() {
        return ends.length;
    }

    /** Slots in use at any time. */
    int slots() {
        return slots;
    }

    /** All operations, those of the first tick first. */
    int[] operations() {
        return operations;
    }

    /** Where the operations of the ticks before this one end. */
    int start(int tick) {
        return tick == 0 ? 0 : ends[tick - 1];
    }

    /** Buffers allocated before a tick. */
    int allocatedBefore(int tick) {
        return tick == 0 ? 0 : allocated[tick - 1];
    }

    /** Bytes that are live between a tick and the one before. */
    long liveBefore(int tick) {
        return tick == 0 ? 0 : liveBytes[tick - 1];
    }

    private void release(Life life) {
        live -= life.size;
        if (free == freeSlots.length) {
            freeSlots = Arrays.copyOf(freeSlots, 2 * free);
        }
        freeSlots[free++] = life.slot;
        write(life.slot, DriftTrace.RELEASE);
    }

    private void write(int slot, int size) {
        if (length + DriftTrace.WIDTH > operations.length) {
            operations = Arrays.copyOf(operations, 2 * operations.length);
        }
        operations[length++] = slot;
        operations[length++] = size;
    }
}
