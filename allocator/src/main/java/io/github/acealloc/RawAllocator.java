/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import io.github.acealloc.heap.HotCache;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Slab;
import io.github.acealloc.slab.Superslab;
import java.util.List;

/**
 * Native memory by address: {@code malloc} and {@code free} over an engine of their own, for any thread.
 *
 * <p>{@link #free} finds slab, size class and owner from the address alone. An address that is foreign, misaligned, free
 * already, or whose slab's record was overwritten is an exception that says so; nothing is ever freed silently, and the
 * allocator goes on. (The paper's Front Gatekeeper and headerless objects.)
 */
public final class RawAllocator implements AutoCloseable {
    private final AceAllocator engine;

    /**
     * An allocator that has taken no memory yet.
     *
     * @param maxBytes the most it takes, greater than 0
     */
    public RawAllocator(long maxBytes) {
        this(OsMemory.direct(), maxBytes);
    }

    RawAllocator(OsMemory memory, long maxBytes) {
        engine = new AceAllocator(memory, new MemoryBudget(maxBytes), Knobs.defaults(), RawBlock::new);
        engine.store().keepRecords();
    }

    /**
     * Allocates memory. What is in it is unspecified.
     *
     * @param size bytes, at least 0
     * @return the address, a multiple of 16
     * @throws IllegalArgumentException if the size is negative
     * @throws OutOfMemoryError if the limit is reached and trimming did not help
     * @throws IllegalStateException if the allocator is closed
     */
    public long allocate(int size) {
        if (size < 0) {
            throw new IllegalArgumentException("size: " + size + " (expected: >= 0)");
        }
        RawBlock block = size <= SizeClasses.MAX_BLOCK ? fromStripe(size) : (RawBlock) engine.allocateHuge(size);
        if (block.slab().address() == 0) {
            block.heap().release(block.sendHome());
            throw new UnsupportedOperationException("this JVM does not tell the address of direct memory");
        }
        return block.handOut();
    }

    private RawBlock fromStripe(int size) {
        ThreadHeap heap = engine.borrowStripe();
        try {
            HotCache cache = heap.cache(SizeClasses.of(size));
            if (cache.isSampleDue()) {
                cache.restartSampling();
            }
            return (RawBlock) heap.block(cache.pop());
        } finally {
            heap.giveUp();
        }
    }

    /**
     * Frees memory.
     *
     * @param address from {@link #allocate}, not freed since
     * @throws IllegalArgumentException if the address is foreign or not the beginning of a block
     * @throws IllegalStateException if no block lies there now, it is free already, or the record of its slab was overwritten
     */
    public void free(long address) {
        RawBlock block = block(address);
        block.free();
        block.heap().release(block);
    }

    /**
     * How much may be written at an address.
     *
     * @param address from {@link #allocate}, not freed since
     * @return bytes, at least what was asked for
     * @throws IllegalArgumentException if the address is foreign or not the beginning of a block
     * @throws IllegalStateException if the memory is free
     */
    public long usableSize(long address) {
        RawBlock block = block(address);
        block.checkLive();
        return block.slab().blockBytes();
    }

    private RawBlock block(long address) {
        Superslab superslab = engine.store().table().find(address);
        if (superslab == null) {
            Slab huge = engine.huge().find(address);
            if (huge == null) {
                throw new IllegalArgumentException(hex(address) + " (expected: from allocate of this allocator;"
                        + " found: no superslab of it there, and no huge block that begins there)");
            }
            return orRefuse((RawBlock) huge.block(0), address, 0, huge);
        }
        int offset = (int) (address - superslab.address());
        Slab slab = superslab.slab(offset >>> Superslab.UNIT_SHIFT);
        if (slab == null) {
            throw new IllegalStateException(
                    hex(address) + " is not allocated (found: a part of a superslab that holds" + " no blocks)");
        }
        int inSlab = offset - slab.offset(0);
        int slot = inSlab / slab.blockBytes();
        if (inSlab % slab.blockBytes() != 0 || slot >= slab.capacity()) {
            throw new IllegalArgumentException(hex(address) + " (expected: the beginning of a block; found: byte "
                    + inSlab % slab.blockBytes() + " of block " + slot + " of " + slab + ")");
        }
        return orRefuse((RawBlock) slab.block(slot), address, slot, slab);
    }

    private static RawBlock orRefuse(RawBlock block, long address, int slot, Slab slab) {
        if (block == null) {
            throw new IllegalStateException(
                    hex(address) + " is not allocated (found: block " + slot + " of " + slab + ", which is free)");
        }
        return block;
    }

    static String hex(long address) {
        return "address: 0x" + Long.toHexString(address);
    }

    /**
     * Gives back what is free now, without waiting for other threads.
     */
    public void trim() {
        engine.trim();
    }

    /**
     * The figures now.
     *
     * @return a snapshot
     */
    public AceStats stats() {
        return engine.stats();
    }

    /**
     * Walks all memory and holds it against the laws. For tests and diagnosis: nobody may use the allocator meanwhile.
     *
     * @return what was found wrong, in words; empty if all is well
     */
    public List<String> violations() {
        return engine.violations();
    }

    /** Refuses further allocations; memory goes back to the system, what is still live as it is freed. */
    @Override
    public void close() {
        engine.close(() -> {});
    }
}
