/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.order;

import io.github.acealloc.heap.HeapRegistry;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.os.HeapMemory;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.slab.SuperslabStore;
import java.util.ArrayDeque;
import java.util.function.Supplier;

/** Real heaps without memory, so light that each try has its own. */
public final class Heaps {
    /** The limits that all heaps begin with. */
    public static final Knobs KNOBS = Knobs.defaults();

    private static final int ORPHANS_AT_A_TIME = 256;

    private static final MemoryBudget BUDGET = new MemoryBudget(1 << 20);
    private static final SuperslabStore STORE = new SuperslabStore(new HeapMemory(), BUDGET, () -> {}, false);
    private static final ArrayDeque<Orphan> ORPHANS = new ArrayDeque<>();

    /** A heap whose owner has ended, in a registry of its own. */
    public static final class Orphan {
        public final HeapRegistry registry = registry();
        public final ThreadHeap heap = registry.attach(Runnable::run);
    }

    private Heaps() {}

    /** A heap without an owner. */
    public static ThreadHeap heap() {
        return heap(() -> KNOBS);
    }

    /** A heap that asks for its limits: once for each class whenever it is emptied. */
    static ThreadHeap heap(Supplier<Knobs> knobs) {
        return new ThreadHeap(
                0,
                STORE,
                (heap, slab, slot) -> {
                    throw new AssertionError("no block of memory is wanted here");
                },
                BUDGET,
                knobs);
    }

    /** A registry without heaps. */
    public static HeapRegistry registry() {
        return new HeapRegistry(Heaps::heap, 1);
    }

    /** Each one once; a thread leaves many when it ends, as threads are dear. */
    public static Orphan orphan() {
        synchronized (ORPHANS) {
            if (ORPHANS.isEmpty()) {
                Thread parent = new Thread(() -> {
                    for (int i = 0; i < ORPHANS_AT_A_TIME; i++) {
                        ORPHANS.add(new Orphan());
                    }
                });
                parent.start();
                join(parent);
            }
            return ORPHANS.remove();
        }
    }

    /** A thread that has ended. */
    public static Thread deadThread() {
        Thread thread = new Thread(() -> {});
        thread.start();
        join(thread);
        return thread;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
