/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.netty.AceByteBufAllocator;
import io.github.acealloc.slab.SizeClasses;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.SwappedByteBuf;

/** ACE with a log of its direct buffers; huge ones belong to no class, and are left out. */
final class RecordingAllocator extends AbstractByteBufAllocator implements ByteBufAllocatorMetricProvider {
    private final AceByteBufAllocator allocator;
    private final EventLog log;

    RecordingAllocator(AceByteBufAllocator allocator, EventLog log) {
        super(true);
        this.allocator = allocator;
        this.log = log;
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        ByteBuf buffer = allocator.directBuffer(initialCapacity, maxCapacity);
        return initialCapacity > SizeClasses.MAX_BLOCK ? buffer : new Recorded(buffer, log.allocated(initialCapacity));
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        return allocator.heapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public boolean isDirectBufferPooled() {
        return allocator.isDirectBufferPooled();
    }

    @Override
    public ByteBufAllocatorMetric metric() {
        return allocator.metric();
    }

    /** A buffer that tells of its release. The memory workloads write single bytes only: no order can be wrong. */
    @SuppressWarnings("deprecation") // Of Netty's wrappers it alone is public and lets itself be released as one likes.
    private static final class Recorded extends SwappedByteBuf {
        private final EventLog.Events events;

        Recorded(ByteBuf buffer, EventLog.Events events) {
            super(buffer);
            this.events = events;
        }

        @Override
        public boolean release() {
            boolean released = super.release();
            if (released) {
                events.released();
            }
            return released;
        }
    }
}
