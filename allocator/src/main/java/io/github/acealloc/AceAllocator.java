/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import io.github.acealloc.heap.Binder;
import io.github.acealloc.heap.HeapCounters;
import io.github.acealloc.heap.HeapRegistry;
import io.github.acealloc.heap.HeapWalker;
import io.github.acealloc.heap.HugeBlocks;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.slab.Block;
import io.github.acealloc.slab.Slab;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.slab.SuperslabStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * The engine for one kind of memory: heaps for event loops, stripes for all other threads, huge blocks beside them.
 *
 * <p>Safe for use by any thread. What a heap hands out goes back to it by {@link ThreadHeap#cache} if the releasing
 * thread owns the heap, and by {@link #release} otherwise.
 */
public final class AceAllocator {
    private static final int KEPT_SUPERSLABS = 1;

    private final OsMemory memory;
    private final MemoryBudget budget;
    private final SuperslabStore store;
    private final HeapRegistry registry;
    private final HugeBlocks huge;
    private volatile Knobs knobs;

    /**
     * An engine that has taken no memory yet.
     *
     * @param memory where memory comes from
     * @param budget what it counts against; may be shared with other engines
     * @param knobs the limits of its caches
     * @param binder makes the objects bound to slots
     */
    public AceAllocator(OsMemory memory, MemoryBudget budget, Knobs knobs, Binder binder) {
        this.memory = memory;
        this.budget = budget;
        this.knobs = knobs;
        store = new SuperslabStore(memory, budget, KEPT_SUPERSLABS);
        registry = new HeapRegistry(
                () -> new ThreadHeap(store, binder, budget, this::knobs),
                Runtime.getRuntime().availableProcessors());
        huge = new HugeBlocks(new ThreadHeap(store, binder, budget, this::knobs), memory, budget, binder);
        budget.addReclaimer(new MemoryBudget.Reclaimer() {
            @Override
            public void reclaim(Object requester) {
                trim(requester);
            }

            @Override
            public String report() {
                return kind() + ": " + stats();
            }
        });
    }

    private String kind() {
        return memory.isDirect() ? "direct" : "heap";
    }

    /**
     * Gives the calling thread, which runs an event loop, a heap of its own.
     *
     * @param executor where the thread runs tasks
     * @return the heap; {@link #detach} gives it back
     * @throws IllegalStateException if the allocator is closed
     */
    public ThreadHeap attach(Executor executor) {
        return registry.attach(executor);
    }

    /**
     * Takes back the calling thread's heap.
     *
     * @param heap from {@link #attach}, owned by the calling thread
     */
    public void detach(ThreadHeap heap) {
        registry.detach(heap);
    }

    /**
     * Lends a heap to the calling thread for one operation; never waits for a lock.
     *
     * @return the heap, to be given up with {@link ThreadHeap#giveUp} at once
     * @throws IllegalStateException if the allocator is closed
     */
    public ThreadHeap borrowStripe() {
        return registry.borrowStripe();
    }

    /**
     * Allocates a block above {@link io.github.acealloc.slab.SizeClasses#MAX_BLOCK}, with memory of its own.
     *
     * @param size bytes
     * @return the object bound to it
     * @throws OutOfMemoryError if the limit is reached and trimming did not help
     * @throws IllegalStateException if the allocator is closed
     */
    public Block allocateHuge(int size) {
        registry.checkOpen();
        return huge.allocate(size);
    }

    /**
     * Takes back a block that was released by a thread that does not own its heap, or a huge one.
     *
     * @param heap the block's heap
     * @param slab the block's slab
     * @param block the block
     */
    public void release(ThreadHeap heap, Slab slab, Block block) {
        if (slab.isHuge()) {
            huge.release(slab);
        } else {
            heap.releaseRemote(block, slab.sizeClass());
        }
    }

    /**
     * The limits that heaps keep to.
     *
     * @return the current ones
     */
    public Knobs knobs() {
        return knobs;
    }

    /**
     * Moves the limits; heaps follow at their caches' next refill or spill.
     *
     * @param knobs the new ones
     */
    public void knobs(Knobs knobs) {
        this.knobs = knobs;
    }

    /** Gives back what the calling thread can give back now, without waiting for others. */
    public void trim() {
        trim(null);
    }

    private void trim(Object requester) {
        registry.trim(requester);
        huge.trim();
        store.trim();
    }

    /**
     * Refuses further allocations and gives all memory back: what is free at once, the rest as its blocks are released.
     *
     * @param evict run on each event loop that owns a heap: makes it {@link #detach}
     */
    public void close(Runnable evict) {
        store.close();
        registry.close(evict);
        huge.close();
    }

    /**
     * The figures now.
     *
     * @return a snapshot
     */
    public AceStats stats() {
        List<ThreadHeap> heaps = registry.heaps();
        HeapCounters counters = heaps.stream().map(ThreadHeap::counters).reduce(new HeapCounters(), HeapCounters::sum);
        long cached = huge.keptBytes();
        long taken = huge.liveBytes();
        long remoteQueued = 0;
        long allocations = 0;
        for (ThreadHeap heap : heaps) {
            long inCaches = heap.cachedBytes();
            cached += inCaches;
            taken += Math.max(heap.takenBytes() - inCaches, 0); // racy: a spill may have come between
            remoteQueued += heap.remoteCount();
            allocations += heap.allocations();
        }
        long committed = committedBytes();
        return new AceStats(
                taken,
                cached,
                Math.max(committed - taken - cached, 0),
                committed,
                budget.limit(),
                heaps.size(),
                remoteQueued,
                allocations,
                counters);
    }

    /**
     * Memory that this engine has from the system.
     *
     * @return bytes
     */
    public long committedBytes() {
        return store.committedBytes() + huge.liveBytes() + huge.keptBytes();
    }

    /**
     * Walks all heaps and holds them against the laws. For tests and diagnosis: nobody may use the allocator meanwhile.
     *
     * @return what was found wrong, in words; empty if all laws hold
     */
    public List<String> violations() {
        List<String> violations = new ArrayList<>();
        long inSuperslabs = (long) store.emptyCount() * Superslab.BYTES;
        for (ThreadHeap heap : registry.heaps()) {
            violations.addAll(HeapWalker.walk(heap));
            inSuperslabs += heap.committedBytes();
        }
        if (inSuperslabs != store.committedBytes()) {
            violations.add("superslabs hold " + inSuperslabs + " bytes, the store counts " + store.committedBytes());
        }
        return violations;
    }
}
