/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.bench.Measurement;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.time.Duration;

/** Work of a fixed size: the same buffers in the same order for every allocator, all of them released in the end. */
interface MemoryWorkload {
    double MIB = 1 << 20;

    int PAGE = 4096;

    /** About how long it takes, with its warm-up. */
    Duration expected();

    /**
     * The same in another size.
     *
     * @param size event loops, or MiB
     * @throws UnsupportedOperationException if it has one size only
     */
    default MemoryWorkload sized(int size) {
        throw new UnsupportedOperationException("--size: " + size + " (expected: none, the workload has one size)");
    }

    /**
     * Does the same in small, often enough to be compiled and with too little memory to matter, with an allocator that
     * is thrown away afterwards.
     */
    void warmUp(ByteBufAllocator throwaway) throws Exception;

    /** Does the work with an allocator that has not been used yet. */
    Measurement measure(ByteBufAllocator allocator) throws Exception;

    /** Returns a new direct buffer each of whose pages has been written to, so that it is resident as a whole. */
    static ByteBuf touched(ByteBufAllocator allocator, int size) {
        ByteBuf buffer = allocator.directBuffer(size);
        for (int i = 0; i < size; i += PAGE) {
            buffer.setByte(i, 1);
        }
        return buffer.setByte(size - 1, 1);
    }

    /** Returns what an allocator says it has from the system for direct buffers, in bytes. */
    static long committed(ByteBufAllocator allocator) {
        return ((ByteBufAllocatorMetricProvider) allocator).metric().usedDirectMemory();
    }
}
