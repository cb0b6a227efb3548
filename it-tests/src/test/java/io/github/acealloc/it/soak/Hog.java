/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.soak;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/** Somebody who takes all the memory that there is, large and small, and whatever becomes free meanwhile. */
final class Hog {
    private static final int[] SIZES = {4 << 20, (1 << 20) + 1, 512 << 10, 64 << 10, 4 << 10, 256};
    private static final int BETWEEN_MILLIS = 10;

    private final ByteBufAllocator alloc;
    private final List<ByteBuf> taken = new ArrayList<>();
    private long bytes;
    private int refusals;

    Hog(ByteBufAllocator alloc) {
        this.alloc = alloc;
    }

    /** Holds on to all of it for so long, then gives it back. */
    void hold(int millis) throws InterruptedException {
        long start = System.nanoTime();
        try {
            do {
                for (int size : SIZES) {
                    takeAll(size);
                }
                Thread.sleep(BETWEEN_MILLIS);
            } while (System.nanoTime() - start < millis * 1_000_000L);
        } finally {
            giveBack();
        }
    }

    private void takeAll(int size) {
        try {
            while (true) {
                ByteBuf buf = alloc.directBuffer(size, size);
                taken.add(buf.setLong(size - Long.BYTES, taken.size()));
                bytes += size;
            }
        } catch (OutOfMemoryError e) {
            Exhaustion.check(e);
            refusals++;
        }
    }

    private void giveBack() {
        for (int i = 0; i < taken.size(); i++) {
            ByteBuf buf = taken.get(i);
            long stamp = buf.getLong(buf.capacity() - Long.BYTES);
            buf.release();
            if (stamp != i) {
                throw new AssertionError("stamp of buffer " + i + ": " + stamp + " (expected: " + i + ")");
            }
        }
    }

    /** What it had at most. */
    long bytes() {
        return bytes;
    }

    /** How often it was told that there is no more. */
    int refusals() {
        return refusals;
    }
}
