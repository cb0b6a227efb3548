/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.os.HeapMemory;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.SuperslabStore;
import io.github.acealloc.testing.FaultyMemory;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.TestBlock;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** One heap with all that it stands on, owned by the test's thread, with limits that the test can move. */
final class HeapRig {
    static final int KIB = 1 << 10;

    final FaultyMemory memory;
    final MemoryBudget budget = new MemoryBudget(64L << 20);
    final SuperslabStore store;
    private final AtomicInteger heaps = new AtomicInteger();
    Knobs knobs = Knobs.defaults();
    Binder binder = TestBlock.BINDER;
    final ThreadHeap heap;

    /** On the Java heap. */
    HeapRig() {
        this(new HeapMemory());
    }

    private HeapRig(OsMemory source) {
        memory = new FaultyMemory(source);
        store = new SuperslabStore(memory, budget, () -> {}, false);
        heap = newHeap();
        assertThat(heap.tryBorrow()).isTrue();
    }

    /** In direct memory, where superslabs have a unit more and a record of each; to be given back by the test. */
    static HeapRig direct() {
        HeapRig rig = new HeapRig(OsMemory.direct());
        rig.store.keepRecords();
        return rig;
    }

    /** Another heap on the same store, without an owner. */
    ThreadHeap newHeap() {
        return new ThreadHeap(
                heaps.getAndIncrement(), store, (h, slab, slot) -> binder.bind(h, slab, slot), budget, () -> knobs);
    }

    HeapRig caches(int cap, int batch) {
        knobs = Knobs.defaults().withCaches(cap, batch);
        return this;
    }

    HeapRig prefill(int slabs) {
        knobs = knobs.withSlabs(knobs.warmSlabs(0), slabs);
        return this;
    }

    HotCache cache(int bytes) {
        return heap.cache(SizeClasses.of(bytes));
    }

    TestBlock allocate(int bytes) {
        return block(cache(bytes).pop());
    }

    List<TestBlock> allocate(int bytes, int n) {
        List<TestBlock> blocks = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            blocks.add(allocate(bytes));
        }
        return blocks;
    }

    TestBlock block(int id) {
        return (TestBlock) heap.block(id);
    }

    void release(TestBlock block) {
        heap.cache(block.slab().sizeClass()).push(block.blockId());
    }

    /** Releases on another thread; the block waits in the queue as long as the test's thread owns the heap. */
    void releaseElsewhere(List<TestBlock> blocks) {
        try (Loop loop = new Loop()) {
            loop.run(() -> blocks.forEach(block -> block.heap().releaseRemote(block)));
        }
    }

    /** Has the heap give back what it has not needed, as the governor does: of an idle heap, or of a busy one another round of pages. */
    void scavenge(boolean isIdle, boolean round, int... dueClassesBytes) {
        BitSet due = new BitSet();
        for (int bytes : dueClassesBytes) {
            due.set(SizeClasses.of(bytes));
        }
        heap.scavenge(due, isIdle ? heap.activity() : ThreadHeap.BUSY, round);
    }

    /** A random part of that. */
    void scavenge(Random random) {
        BitSet due = new BitSet();
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            due.set(c, random.nextBoolean());
        }
        heap.scavenge(due, random.nextInt(3) > 0 ? heap.activity() : ThreadHeap.BUSY, random.nextBoolean());
    }

    /** What lies in the cache of a class, the oldest first. */
    List<Integer> cached(int bytes) {
        HotCache cache = cache(bytes);
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < cache.size(); i++) {
            ids.add(cache.id(i));
        }
        return ids;
    }

    static boolean isFree(TestBlock block) {
        return block.slab().isFree(block.slot());
    }

    void expectLaws() {
        assertThat(HeapWalker.walk(heap)).isEmpty();
        assertThat(heap.committedBytes()).as("in service").isEqualTo(inService());
        assertThat(budget.committed()).isEqualTo(store.committedBytes());
        assertThat(memory.reservedBytes()).as("committed or not").isEqualTo(budget.committed() + store.purgedBytes());
    }

    /** What heaps have from the store. */
    long inService() {
        return store.committedBytes() - store.residentBytes();
    }

    /** All of it, however slow the machine: what one trim has no time for is left to the next. */
    void trim() {
        do {
            heap.trim();
        } while (heap.slabs().pages().isDue());
    }

    /** Trims, after which nothing may be left if nothing is live. */
    void expectAllGoesBack() {
        trim();
        expectLaws();
        assertThat(heap.committedBytes()).as("in the heap after trim").isZero();
        store.trim();
        expectLaws();
        assertThat(budget.committed()).as("committed after trim").isZero();
    }
}
