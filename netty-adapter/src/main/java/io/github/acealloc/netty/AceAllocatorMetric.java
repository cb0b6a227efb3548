/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.AceStats;
import io.netty.buffer.ByteBufAllocatorMetric;

/**
 * An allocator's memory in the terms of Netty's metrics. "Used" is what the allocator has from the system, "pinned"
 * what buffers hold, as with Netty's pooled allocator. All in bytes.
 */
public final class AceAllocatorMetric implements ByteBufAllocatorMetric {
    private final BufferPool direct;
    private final BufferPool heap;

    AceAllocatorMetric(BufferPool direct, BufferPool heap) {
        this.direct = direct;
        this.heap = heap;
    }

    @Override
    public long usedHeapMemory() {
        return heap.engine().committedBytes();
    }

    @Override
    public long usedDirectMemory() {
        return direct.engine().committedBytes();
    }

    /**
     * Direct memory held by buffers.
     *
     * @return bytes, in whole blocks
     */
    public long pinnedDirectMemory() {
        return direct.engine().stats().liveBytes();
    }

    /**
     * Heap memory held by buffers.
     *
     * @return bytes, in whole blocks
     */
    public long pinnedHeapMemory() {
        return heap.engine().stats().liveBytes();
    }

    /**
     * Figures of the direct memory.
     *
     * @return a snapshot
     */
    public AceStats directStats() {
        return direct.engine().stats();
    }

    /**
     * Figures of the memory on the Java heap.
     *
     * @return a snapshot
     */
    public AceStats heapStats() {
        return heap.engine().stats();
    }

    /**
     * What the control loop has decided so far.
     *
     * @return a count
     */
    public long decisions() {
        return direct.engine().loop().log().count() + heap.engine().loop().log().count();
    }

    @Override
    public String toString() {
        return "usedHeapMemory: " + usedHeapMemory() + "; usedDirectMemory: " + usedDirectMemory()
                + "; pinnedHeapMemory: " + pinnedHeapMemory() + "; pinnedDirectMemory: " + pinnedDirectMemory();
    }
}
