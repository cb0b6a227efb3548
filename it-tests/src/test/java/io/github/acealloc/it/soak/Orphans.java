/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.soak;

import io.github.acealloc.it.Payload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.Deque;

/** Buffers that outlive the thread that has made them, each with known contents. */
final class Orphans {
    private static final int[] SIZES = {1, 60, 256, 2000, 8192, 100_000, 1 << 20, (1 << 20) + 4096};
    private static final int COUNT = 48;

    /** A buffer and what must be in it. */
    private record Orphan(ByteBuf buf, Payload payload) {}

    private final Deque<Orphan> orphans = new ArrayDeque<>();

    /** Makes some more, direct and heap buffers in turn; to be called by the thread that will end. */
    synchronized void make(ByteBufAllocator alloc, int seed) {
        for (int i = 0; i < COUNT; i++) {
            Payload payload = new Payload(seed + i, SIZES[i % SIZES.length]);
            ByteBuf buf =
                    i / SIZES.length % 2 == 0 ? alloc.directBuffer(payload.size()) : alloc.heapBuffer(payload.size());
            orphans.add(new Orphan(payload.writeTo(buf), payload));
        }
    }

    synchronized int count() {
        return orphans.size();
    }

    /** One of them, to look at. */
    synchronized ByteBuf first() {
        return orphans.getFirst().buf;
    }

    /** Checks some and releases them; to be called by various threads. */
    synchronized void release(int count) {
        for (int i = Math.min(count, orphans.size()); i > 0; i--) {
            Orphan orphan = orphans.removeFirst();
            try {
                orphan.payload.checkWhole(orphan.buf);
            } finally {
                orphan.buf.release();
            }
        }
    }
}
