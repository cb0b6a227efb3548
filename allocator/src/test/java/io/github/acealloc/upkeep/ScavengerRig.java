/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.heap.HeapRegistry;
import io.github.acealloc.heap.HeapWalker;
import io.github.acealloc.heap.HotCache;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.os.HeapMemory;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.SuperslabStore;
import io.github.acealloc.testing.FaultyMemory;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.TestBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;

/** Heaps of loops and stripes, and a scavenger by a clock that the test turns. */
abstract class ScavengerRig {
    static final int KIB = 1 << 10;
    static final long DELAY = 1000;
    static final long LEAVE = 5000;
    static final long PAGES = 4 * DELAY;
    static final int NONE = -1;

    private final FaultyMemory memory = new FaultyMemory(new HeapMemory());
    private final MemoryBudget budget = new MemoryBudget(256L << 20);
    final SuperslabStore store = new SuperslabStore(memory, budget, () -> {}, false);
    private final AtomicInteger numbers = new AtomicInteger();
    final HeapRegistry registry = new HeapRegistry(this::newHeap, 1);
    final Scavenger scavenger = new Scavenger(registry);
    final List<Loop> loops = new ArrayList<>();
    long now = 12345;
    volatile int failing = NONE;

    private ThreadHeap newHeap() {
        int number = numbers.getAndIncrement();
        return new ThreadHeap(number, store, TestBlock.BINDER, budget, () -> {
            if (number == failing) {
                throw new IllegalStateException("for the test");
            }
            return Knobs.defaults();
        });
    }

    @AfterEach
    void holdsTheLaws() {
        loops.forEach(Loop::settle);
        loops.forEach(Loop::close);
        long inHeaps = 0;
        for (ThreadHeap heap : registry.heaps()) {
            assertThat(HeapWalker.walk(heap)).isEmpty();
            inHeaps += heap.committedBytes();
        }
        assertThat(store.committedBytes()).isEqualTo(inHeaps + store.residentBytes());
    }

    Loop loop() {
        Loop loop = new Loop();
        loops.add(loop);
        return loop;
    }

    static TestBlock allocate(ThreadHeap heap, int bytes) {
        HotCache cache = heap.cache(SizeClasses.of(bytes));
        if (cache.isSampleDue()) {
            cache.restartSampling();
        }
        return (TestBlock) heap.block(cache.pop());
    }

    static void use(ThreadHeap heap, int bytes) {
        TestBlock block = allocate(heap, bytes);
        heap.cache(block.slab().sizeClass()).push(block.blockId());
    }

    /** Finds the cache empty once at least. */
    static void refill(ThreadHeap heap, int bytes) {
        for (long before = heap.counters().refills(); heap.counters().refills() == before; ) {
            allocate(heap, bytes);
        }
    }

    /** A heap of a loop, with free blocks of a class in its cache. */
    ThreadHeap attach(Loop loop, Executor executor, int bytes) {
        return loop.call(() -> {
            ThreadHeap heap = registry.attach(executor);
            use(heap, bytes);
            return heap;
        });
    }

    void look() {
        scavenger.look(now, DELAY, PAGES, LEAVE);
        settle();
    }

    void settle() {
        registry.awaitAsked();
        loops.forEach(Loop::settle);
    }

    /** Looks as often as it takes until all goes that nobody has needed: at the turn after the next. */
    void lookThroughSilence() {
        for (int i = 0; i < 4; i++) {
            lookAfter(DELAY / 2);
        }
    }

    void lookAfter(long nanos) {
        now += nanos;
        look();
    }
}
