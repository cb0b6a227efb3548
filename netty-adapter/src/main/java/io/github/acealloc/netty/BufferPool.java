/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.AceAllocator;
import io.github.acealloc.AceConfig;
import io.github.acealloc.heap.Binder;
import io.github.acealloc.heap.Home;
import io.github.acealloc.heap.HotCache;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.StackRoom;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.os.ExhaustedError;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.slab.Block;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Slab;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.internal.InternalThreadLocalMap;
import io.netty.util.internal.ThreadExecutorMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * The buffers of one kind, direct or heap: finds the calling thread's heap in the engine and hands out its blocks'
 * buffers.
 *
 * <p>Safe for use by any thread. A thread that runs an event loop (one whose executor Netty knows) owns a heap from its
 * first allocation to its end, or until it has not used it for some seconds and all of it is free; every other thread borrows
 * a stripe for each allocation.
 */
final class BufferPool implements Binder {
    private final Face face;
    private final AceAllocator engine;
    private final LeakSampling leaks;
    private final MemoryBudget budget;
    private final boolean isDirect;
    private final Runnable evict = this::evict;
    private final FastThreadLocal<ThreadHeap> heaps = new FastThreadLocal<>() {
        @Override
        protected void onRemoval(ThreadHeap heap) {
            if (heap.isOwner()) {
                engine.detach(heap);
            }
        }
    };

    BufferPool(Face face, OsMemory memory, MemoryBudget budget, AceConfig config, Knobs knobs, LeakSampling leaks) {
        this.face = face;
        this.leaks = leaks;
        this.budget = budget;
        isDirect = memory.isDirect();
        engine = new AceAllocator(ToldMemory.over(memory), budget, knobs, config.mode(), config.profile(), this);
    }

    @Override
    public Block bind(Home heap, Slab slab, int slot) {
        if (TakeOver.ON) {
            return Asked.bind(isDirect, heap, slab, slot);
        }
        return isDirect ? new AceDirectByteBuf(heap, slab, slot) : new AceHeapByteBuf(heap, slab, slot);
    }

    AceByteBufAllocator allocator() {
        return face.allocator();
    }

    @Override
    public boolean isDropped() {
        face.look(); // the governor asks this at each of its turns
        return face.isDropped();
    }

    AceAllocator engine() {
        return engine;
    }

    /**
     * The fast path: all of it is inlined, and nothing else runs where the hot cache has a block. No {@code catch} is on it: one here
     * cost a tenth of an allocation and its release.
     */
    ByteBuf allocate(int size, int maxCapacity) {
        if (Thread.currentThread() instanceof FastThreadLocalThread) {
            ThreadHeap heap = heaps.getIfExists();
            if (heap != null && size <= SizeClasses.MAX_BLOCK) {
                return allocate(heap, size, maxCapacity);
            }
        }
        return allocateSlow(size, maxCapacity);
    }

    private ByteBuf allocate(ThreadHeap heap, int size, int maxCapacity) {
        HotCache cache = heap.cache(SizeClasses.of(size));
        boolean isSample = cache.isSampleDue() || LeakSampling.isEachAllocationTracked();
        int id = isSample ? HotCache.NO_BLOCK : cache.tryPop();
        if (id < 0) {
            return allocate(heap, cache, isSample, size, maxCapacity);
        }
        AceByteBuf buf = (AceByteBuf) heap.block(id);
        buf.reuse(size, maxCapacity);
        return buf;
    }

    /** The next road: a sample, or a refill. Whatever may fail before a block is taken does so: who picks a sample also drains. */
    private ByteBuf allocate(ThreadHeap heap, HotCache cache, boolean isSample, int size, int maxCapacity) {
        StackRoom.look();
        try {
            int picked = isSample ? leaks.picks(heap, cache) : 0;
            return LeakSampling.handOut((AceByteBuf) heap.block(cache.pop()), picked, size, maxCapacity);
        } catch (ExhaustedError e) {
            throw refused(e);
        } catch (StackOverflowError e) {
            StackRoom.met();
            throw e;
        }
    }

    /**
     * The road of threads without a heap, of huge buffers, and of loops on threads that are not Netty's own. A report of a leak
     * may run anybody's code, which may allocate in turn, so nothing is handed out while a stripe is held.
     */
    private ByteBuf allocateSlow(int size, int maxCapacity) {
        StackRoom.look();
        try {
            return allocateOffPath(size, maxCapacity);
        } catch (ExhaustedError e) {
            throw refused(e);
        } catch (StackOverflowError e) {
            StackRoom.met();
            throw e;
        }
    }

    private ByteBuf allocateOffPath(int size, int maxCapacity) {
        if (size > SizeClasses.MAX_BLOCK) {
            AceByteBuf buf = (AceByteBuf) engine.allocateHuge(size);
            return LeakSampling.handOut(buf, leaks.picksHuge(), size, maxCapacity);
        }
        ThreadHeap own = ownHeap();
        if (own != null) {
            return allocate(own, size, maxCapacity);
        }
        AceByteBuf buf;
        int picked = 0;
        ThreadHeap heap = engine.borrowStripe();
        try {
            HotCache cache = heap.cache(SizeClasses.of(size));
            if (cache.isSampleDue() || LeakSampling.isEachAllocationTracked()) {
                picked = leaks.picks(heap, cache);
            }
            buf = (AceByteBuf) heap.block(cache.pop());
        } finally {
            heap.giveUp();
        }
        return LeakSampling.handOut(buf, picked, size, maxCapacity);
    }

    /**
     * The calling thread's own heap, given to it now if it runs an event loop and has none.
     *
     * <p>Any kind of thread may run one: Netty's own, a plain or a virtual one. Netty knows the executor of each, and its loops
     * take all {@code FastThreadLocal}s away from their thread at its end; the heap of a thread that ends otherwise is taken from
     * it by the governor, or by the next loop. A thread that has never had a {@code FastThreadLocal} runs no loop, and keeps none.
     */
    private ThreadHeap ownHeap() {
        ThreadHeap heap = heaps.getIfExists();
        if (heap == null && InternalThreadLocalMap.getIfSet() != null) {
            EventExecutor executor = ThreadExecutorMap.currentExecutor();
            if (executor != null) {
                heap = engine.attach(new LoopTasks(executor), evict);
                try {
                    heaps.set(heap);
                } catch (Throwable e) {
                    engine.detach(heap); // nobody would find it again
                    throw e;
                }
            }
        }
        return heap;
    }

    /**
     * Where an event loop runs tasks; all that belong to one loop are equal. A class and no lambda: one that could not be linked, on a
     * full Java heap, never can be.
     */
    private record LoopTasks(EventExecutor loop) implements Executor {
        /** Gives it a task, unless it shuts down: that would prolong its quiet period, and its heap is emptied at its end. */
        @Override
        public void execute(Runnable task) {
            if (loop.isShuttingDown()) {
                throw new RejectedExecutionException(loop + " is shutting down");
            }
            loop.execute(task);
        }

        @Override
        public String toString() {
            return ((Object) loop).getClass().getName();
        }
    }

    /** Moves a live buffer to a block that fits a new capacity; its object stays, its old block goes home. */
    void move(AceByteBuf buf, int newCapacity) {
        StackRoom.look();
        AceByteBuf fresh = takeOrRefuse(newCapacity);
        try {
            buf.copyTo(fresh, Math.min(buf.capacity(), newCapacity));
        } catch (Throwable e) {
            fresh.goHomeUnused();
            throw e;
        }
        if (buf.isBound()) {
            buf.exchangeBinding(fresh);
            fresh.goHomeUnused();
        } else {
            AceByteBuf old = (AceByteBuf) buf.slab().block(buf.slot());
            buf.bindTo(fresh.heap(), fresh.slab(), fresh.slot());
            old.goHomeUnused();
        }
    }

    private AceByteBuf takeOrRefuse(int size) {
        try {
            return take(size);
        } catch (ExhaustedError e) {
            throw refused(e);
        }
    }

    /**
     * The error to throw for a request that could not be served. Whoever wants to know is told first; that runs anybody's code, so
     * the calling thread holds no stripe any more.
     */
    OutOfMemoryError refused(ExhaustedError exhausted) {
        OutOfMemoryError error = OutOfMemory.of(exhausted, isDirect);
        budget.tell(error);
        return error;
    }

    /** A block to move to. */
    private AceByteBuf take(int size) {
        if (size > SizeClasses.MAX_BLOCK) {
            return (AceByteBuf) engine.allocateHuge(size);
        }
        ThreadHeap own = ownHeap();
        ThreadHeap heap = own != null ? own : engine.borrowStripe();
        try {
            HotCache cache = heap.cache(SizeClasses.of(size));
            cache.countMove();
            return (AceByteBuf) heap.block(cache.pop());
        } finally {
            if (own == null) {
                heap.giveUp();
            }
        }
    }

    /** Gives the calling thread's heap back. */
    void evict() {
        heaps.remove();
    }

    /** The same; says whether it had one. */
    boolean evictIfOwned() {
        boolean owned = heaps.getIfExists() != null;
        evict();
        return owned;
    }

    void close() {
        engine.close(evict);
    }
}
