/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.AceAllocator;
import io.github.acealloc.AceStats;
import io.github.acealloc.heap.Binder;
import io.github.acealloc.heap.HotCache;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.os.HeapMemory;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.slab.SizeClasses;
import java.util.concurrent.TimeUnit;

/**
 * A small user of an allocator: routes allocations by size, releases by owner.
 *
 * <p>The governor runs beside it as beside any other, and finds nothing idle: figures change only by what a test does.
 */
public final class Engine {
    /** The default limits, but idle memory stays where it is for longer than any test takes. */
    public static final Knobs KNOBS = Knobs.defaults().withPurgeDelay(TimeUnit.HOURS.toNanos(1));

    private final FaultyMemory memory;
    private final MemoryBudget budget;
    private final AceAllocator allocator;

    public Engine(OsMemory source, MemoryBudget budget, Binder binder) {
        this.budget = budget;
        memory = new FaultyMemory(source);
        allocator = new AceAllocator(memory, budget, KNOBS, binder);
    }

    /** An engine with a budget of its own. */
    public static Engine of(boolean direct, long limit) {
        return new Engine(direct ? OsMemory.direct() : new HeapMemory(), new MemoryBudget(limit), TestBlock.BINDER);
    }

    public AceAllocator allocator() {
        return allocator;
    }

    public FaultyMemory memory() {
        return memory;
    }

    public MemoryBudget budget() {
        return budget;
    }

    /** Allocates from a heap that the calling thread owns, or a huge block; memory must not run out. */
    public TestBlock allocate(ThreadHeap heap, int size) {
        try {
            return allocateOrFail(heap, size);
        } catch (OutOfMemoryError e) {
            throw new AssertionError("ran out of memory", e); // JUnit would let the error itself end the JVM
        }
    }

    /** Allocates as a thread does that owns no heap; memory must not run out. */
    public TestBlock allocate(int size) {
        try {
            return allocateOrFail(size);
        } catch (OutOfMemoryError e) {
            throw new AssertionError("ran out of memory", e);
        }
    }

    /** As {@link #allocate(ThreadHeap, int)}, for who expects the limit. */
    public TestBlock allocateOrFail(ThreadHeap heap, int size) {
        if (size > SizeClasses.MAX_BLOCK) {
            return (TestBlock) allocator.allocateHuge(size);
        }
        HotCache cache = heap.cache(SizeClasses.of(size));
        if (cache.isSampleDue()) {
            cache.restartSampling();
        }
        return (TestBlock) heap.block(cache.pop());
    }

    /** As {@link #allocate(int)}, for who expects the limit. */
    public TestBlock allocateOrFail(int size) {
        if (size > SizeClasses.MAX_BLOCK) {
            return (TestBlock) allocator.allocateHuge(size);
        }
        ThreadHeap stripe = allocator.borrowStripe();
        try {
            return allocateOrFail(stripe, size);
        } finally {
            stripe.giveUp();
        }
    }

    /** Releases on the calling thread, whether it owns the block's heap or not. */
    public void release(TestBlock block) {
        if (block.heap().isOwner()) {
            block.heap().cache(block.slab().sizeClass()).push(block.blockId());
        } else {
            block.heap().release(block);
        }
    }

    /** Holds the engine against its laws; nobody may use it meanwhile. */
    public AceStats expectConsistent() {
        assertThat(allocator.violations()).isEmpty();
        AceStats stats = allocator.stats();
        assertThat(stats.committedBytes() + stats.purgedBytes())
                .as("committed or not, by the engine")
                .isEqualTo(memory.reservedBytes());
        assertThat(stats.committedBytes()).isLessThanOrEqualTo(budget.limit());
        assertThat(stats.liveBytes() + stats.cachedBytes() + stats.freeBytes())
                .as("live + cached + free of " + stats)
                .isEqualTo(stats.committedBytes());
        return stats;
    }

    /** Checks that all memory went back to the system, and that the budget knows. */
    public void expectNothingCommitted() {
        assertThat(allocator.violations()).isEmpty();
        assertThat(memory.reservedBytes()).as("bytes still out").isZero();
        assertThat(allocator.committedBytes()).as("committed, by the engine").isZero();
        assertThat(budget.committed()).as("committed, by the budget").isZero();
    }
}
