/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.AbstractByteBufAllocatorTest;
import io.netty.buffer.ByteBuf;
import io.netty.util.internal.PlatformDependent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Netty's published contract of a {@code ByteBufAllocator}, for one way of using it. */
abstract class AllocatorContract extends AbstractByteBufAllocatorTest<AceByteBufAllocator> {
    private static Loop loop;

    private final List<AceByteBufAllocator> allocators = new ArrayList<>();

    @RegisterExtension
    final OnLoop onLoop;

    AllocatorContract(boolean onLoop) {
        this.onLoop = new OnLoop(() -> onLoop ? loop : null);
    }

    @BeforeAll
    static void startLoop() {
        loop = new Loop();
    }

    @AfterAll
    static void endLoop() {
        loop.close();
    }

    @AfterEach
    void assertClosesClean() {
        allocators.forEach(allocator -> Laws.assertClosesClean(allocator, loop));
    }

    /** There is one preference, Netty's own; {@link AllocatorTest} shows the other one. */
    @Override
    protected AceByteBufAllocator newAllocator(boolean preferDirect) {
        AceByteBufAllocator allocator = new AceByteBufAllocator();
        allocators.add(allocator);
        return allocator;
    }

    @Override
    protected AceByteBufAllocator newUnpooledAllocator() {
        return newAllocator(true); // nothing here is unpooled
    }

    @Override
    protected boolean isDirectExpected(boolean preferDirect) {
        return PlatformDependent.directBufferPreferred();
    }

    /** Netty's own expects its unpooled buffers; here every buffer is pooled. */
    @Override
    @Test
    public void testUnsafeHeapBufferAndUnsafeDirectBuffer() {
        AceByteBufAllocator allocator = newUnpooledAllocator();
        ByteBuf direct = allocator.directBuffer();
        assertInstanceOf(direct, AceDirectByteBuf.class);
        assertThat(direct.hasMemoryAddress()).isTrue();
        direct.release();
        ByteBuf heap = allocator.heapBuffer();
        assertInstanceOf(heap, AceHeapByteBuf.class);
        assertThat(heap.hasArray()).isTrue();
        heap.release();
    }

    @Override
    protected long expectedUsedMemory(AceByteBufAllocator allocator, int capacity) {
        return usedBytes(allocator, capacity);
    }

    @Override
    protected long expectedUsedMemoryAfterRelease(AceByteBufAllocator allocator, int capacity) {
        return usedBytes(allocator, capacity);
    }

    /**
     * Each test that asks uses one kind of memory only, a buffer of 1 KiB, and doubles it until it has that capacity: each
     * size has a slab of its own, and where memory is lazy a unit for it.
     */
    private static long usedBytes(AceByteBufAllocator allocator, int capacity) {
        boolean heap = allocator.metric().usedHeapMemory() > 0;
        assertThat(heap && allocator.metric().usedDirectMemory() > 0).isFalse();
        Kind kind = heap ? Kind.HEAP : Kind.DIRECT;
        int slabs = kind.firstBytes() == kind.superslabBytes() ? 1 : Integer.numberOfTrailingZeros(capacity >> 10) + 1;
        return slabs * kind.firstBytes();
    }

    @Override
    protected void trimCaches(AceByteBufAllocator allocator) {
        allocator.trim();
    }
}
