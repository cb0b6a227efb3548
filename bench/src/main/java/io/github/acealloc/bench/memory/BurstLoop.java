/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.bench.micro.SizeMix;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** What one event loop has that fills a lot of memory with mixed buffers now and then. */
final class BurstLoop {
    private final ByteBufAllocator allocator;
    private final int[] sizes;
    private final ArrayDeque<ByteBuf> live = new ArrayDeque<>();
    private int next;

    /** Without buffers; loops of different numbers have the same sizes in another order. */
    BurstLoop(ByteBufAllocator allocator, int loop) {
        this.allocator = allocator;
        sizes = SizeMix.BURST.table(SizeMix.SEED + loop);
    }

    private int allocate() {
        int size = sizes[next];
        next = next + 1 == sizes.length ? 0 : next + 1;
        live.add(MemoryWorkload.touched(allocator, size));
        return size;
    }

    /** Allocates so many bytes; returns how many buffers that are. */
    int fill(long bytes) {
        for (long left = bytes; left > 0; ) {
            left -= allocate();
        }
        return live.size();
    }

    /** Releases all; returns how many that were. */
    int empty() {
        int n = live.size();
        List<ByteBuf> all = new ArrayList<>(live);
        live.clear();
        all.forEach(ByteBuf::release);
        return n;
    }

    /** Allocates a few, and releases as many of the oldest where enough are live. */
    int replace(int count, int mostLive) {
        for (int i = 0; i < count; i++) {
            allocate();
            if (live.size() > mostLive) {
                live.remove().release();
            }
        }
        return live.size();
    }
}
