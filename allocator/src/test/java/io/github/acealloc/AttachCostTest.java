/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.acealloc.control.Mode;
import io.github.acealloc.control.Profile;
import io.github.acealloc.heap.HotCache;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.testing.TestBlock;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How much Java heap it costs to have an engine, to give an event loop a heap, and to use that once. */
class AttachCostTest {
    /** The first ones load classes; of the others none may cost more. */
    private static final int WARM_UP = 5;

    private static final int HEAPS = 40;
    private static final int KIB = 1 << 10;
    private static final int ATTACHED = 10 * KIB;
    private static final int USED = 18 * KIB;
    private static final int ENGINE = 16 * KIB;

    private static final OsMemory MEMORY = OsMemory.direct();

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final MemoryBudget budget = new MemoryBudget(1L << 30);
    private final List<Object> kept = new ArrayList<>();
    private final AceAllocator engine = newEngine();
    private final List<ThreadHeap> heaps = new ArrayList<>();

    private AceAllocator newEngine() {
        return new AceAllocator(MEMORY, budget, Knobs.toBeLearned(), Mode.OFF, Profile.BALANCED, TestBlock.BINDER);
    }

    @AfterEach
    void allGoesBack() {
        heaps.forEach(engine::detach);
        engine.close(() -> {});
        assertThat(engine.violations()).isEmpty();
        assertThat(budget.committed()).isZero();
    }

    private long bytesOf(Supplier<Object> made) {
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        Object object = made.get();
        long bytes = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
        kept.add(object);
        return bytes;
    }

    private long meanBytesOf(Supplier<Object> made) {
        for (int i = 0; i < WARM_UP; i++) {
            bytesOf(made);
        }
        long bytes = 0;
        for (int i = 0; i < HEAPS; i++) {
            bytes += bytesOf(made);
        }
        return bytes / HEAPS;
    }

    private ThreadHeap attach() {
        ThreadHeap heap = engine.attach(Runnable::run);
        heaps.add(heap);
        return heap;
    }

    @Test
    void anAttachedHeapIsSmall() {
        assertThat(meanBytesOf(this::attach)).isLessThan(ATTACHED);
    }

    /** With a superslab, a slab, and the objects of the blocks of one refill. */
    @Test
    void aHeapThatWasUsedOnceIsSmall() {
        assertThat(meanBytesOf(() -> {
                    ThreadHeap heap = attach();
                    HotCache cache = heap.cache(SizeClasses.of(KIB));
                    assertThat(cache.isSampleDue()).isTrue();
                    cache.restartSampling();
                    cache.push(cache.pop());
                    return heap;
                }))
                .isLessThan(USED);
    }

    @Test
    void anEngineIsSmall() {
        assertThat(meanBytesOf(this::newEngine)).isLessThan(ENGINE);
    }
}
