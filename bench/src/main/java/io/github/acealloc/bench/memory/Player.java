/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;

/** Does what a trace says ({@link DriftTrace#WIDTH} numbers for each operation), on one event loop. */
final class Player {
    private final ByteBufAllocator allocator;
    private ByteBuf[] buffers = new ByteBuf[1 << 10];

    Player(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    void makeRoom(int slots) {
        if (slots > buffers.length) {
            buffers = Arrays.copyOf(buffers, 2 * slots);
        }
    }

    /** Does the operations at these places; returns the time it took in nanoseconds. */
    long play(int[] operations, int from, int to) {
        ByteBuf[] buffers = this.buffers;
        long start = System.nanoTime();
        for (int i = from; i < to; i += DriftTrace.WIDTH) {
            int slot = operations[i];
            int size = operations[i + 1];
            if (size == DriftTrace.RELEASE) {
                buffers[slot].release();
                buffers[slot] = null;
            } else {
                buffers[slot] = MemoryWorkload.touched(allocator, size);
            }
        }
        return System.nanoTime() - start;
    }

    /** Releases what is live; returns how many buffers that were. */
    int releaseAll() {
        int released = 0;
        for (int slot = 0; slot < buffers.length; slot++) {
            if (buffers[slot] != null) {
                buffers[slot].release();
                buffers[slot] = null;
                released++;
            }
        }
        return released;
    }
}
