/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.bench.micro.SizeMix;
import io.github.acealloc.bench.micro.Slots;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** Live buffers that are replaced in random order, one event loop at a time, and may go on to another. */
final class SlotArray {
    private static final int VISITS = 1 << 16;

    private final int[] sizes;
    private final char[] order;
    private final ByteBuf[] buffers;
    private int nextSize;
    private int nextSlot;

    /** All slots before this one are empty; only while nothing is put into any. */
    private int firstLeft;

    /** Empty slots, whose sizes and order depend on the seed only. */
    SlotArray(int slots, SizeMix mix, long seed) {
        this(slots, mix.table(seed), Slots.random(slots, VISITS, seed));
    }

    /** Empty slots, to be visited in an order whose length should have no divisor in common with that of the sizes. */
    SlotArray(int slots, int[] sizes, char[] order) {
        this.sizes = sizes;
        this.order = order;
        buffers = new ByteBuf[slots];
    }

    /** Releases what is in the next slots, and puts new buffers there; returns the time it took in nanoseconds. */
    long replace(int count, ByteBufAllocator allocator) {
        firstLeft = 0;
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            swap(MemoryWorkload.touched(allocator, size()));
        }
        return System.nanoTime() - start;
    }

    private void swap(ByteBuf buffer) {
        int slot = order[nextSlot];
        nextSlot = nextSlot + 1 == order.length ? 0 : nextSlot + 1;
        ByteBuf old = buffers[slot];
        buffers[slot] = buffer;
        if (old != null) {
            old.release();
        }
    }

    private int size() {
        int size = sizes[nextSize];
        nextSize = nextSize + 1 == sizes.length ? 0 : nextSize + 1;
        return size;
    }

    /** Releases everything; returns how many buffers that were. */
    int clear() {
        return clear(buffers.length);
    }

    /** Releases the first ones that are left, at most so many; returns how many that were. */
    int clear(int most) {
        int released = 0;
        for (; firstLeft < buffers.length && released < most; firstLeft++) {
            if (buffers[firstLeft] != null) {
                buffers[firstLeft].release();
                buffers[firstLeft] = null;
                released++;
            }
        }
        return released;
    }

    /** Bytes that are live. */
    long live() {
        long live = 0;
        for (ByteBuf buffer : buffers) {
            live += buffer == null ? 0 : buffer.capacity();
        }
        return live;
    }
}
