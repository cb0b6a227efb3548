/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongUnaryOperator;

/** An unpooled allocator that says it has as much memory as the test wants, and remembers who came. */
final class FakeAllocator extends AbstractByteBufAllocator
        implements ByteBufAllocatorMetricProvider, ByteBufAllocatorMetric {
    final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    final AtomicInteger allocations = new AtomicInteger();
    final AtomicLong bytes = new AtomicLong();
    private final UnpooledByteBufAllocator unpooled = new UnpooledByteBufAllocator(true);
    private final LongUnaryOperator committed;
    private final int keeps;
    private ByteBuf kept;

    /** Says it has what the function makes of the bytes that are live. */
    FakeAllocator(LongUnaryOperator committed) {
        this(committed, 0);
    }

    /** Also takes so many bytes more with the first allocation, and keeps them. */
    FakeAllocator(LongUnaryOperator committed, int keeps) {
        super(true);
        this.committed = committed;
        this.keeps = keeps;
    }

    void releaseKept() {
        kept.release();
    }

    /** What is not released yet. */
    long live() {
        return unpooled.metric().usedDirectMemory();
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        if (allocations.getAndIncrement() == 0 && keeps > 0) {
            kept = MemoryWorkload.touched(unpooled, keeps);
        }
        threads.add(Thread.currentThread());
        bytes.addAndGet(initialCapacity);
        return unpooled.directBuffer(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        throw new UnsupportedOperationException("heapBuffer (expected: direct buffers only)");
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }

    @Override
    public ByteBufAllocatorMetric metric() {
        return this;
    }

    @Override
    public long usedHeapMemory() {
        return 0;
    }

    @Override
    public long usedDirectMemory() {
        return committed.applyAsLong(live());
    }
}
