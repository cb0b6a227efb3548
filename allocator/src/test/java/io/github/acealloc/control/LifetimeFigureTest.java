/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.heap.HeapRegistry;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.os.HeapMemory;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.PageCost;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.SuperslabStore;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.TestBlock;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The mean lifetime of a class that statistics show: over all heaps, by how much each has measured. */
class LifetimeFigureTest {
    private static final int CLASS = SizeClasses.of(1 << 10);

    /** What a lifetime of 5 µs counts as: the middle of 4,096 to 8,192 ns; and one ten times as long. */
    private static final long SHORT = 6 << 10;

    private static final long LONG = 48 << 10;

    private final MemoryBudget budget = new MemoryBudget(64 << 20);
    private final SuperslabStore store = new SuperslabStore(new HeapMemory(), budget, () -> {}, false);
    private final AtomicInteger numbers = new AtomicInteger();
    private final HeapRegistry registry = new HeapRegistry(
            () -> new ThreadHeap(numbers.getAndIncrement(), store, TestBlock.BINDER, budget, Knobs::defaults), 1);
    private final AceLoop loop = new AceLoop(
            "heap",
            registry,
            Knobs::defaults,
            Mode.OBSERVE,
            Profile.BALANCED,
            budget.limit(),
            () -> PageCost.UNMEASURED);

    private void observe(Loop thread, long nanos, int times) {
        thread.run(() -> {
            ThreadHeap heap = registry.attach(thread);
            heap.ring().open();
            for (int i = 0; i < times; i++) {
                heap.observe(CLASS, nanos);
            }
        });
    }

    @Test
    void isTheMeanOverAllHeaps() {
        assertThat(loop.lifetimeNanos(CLASS)).isZero();
        try (Loop one = new Loop();
                Loop other = new Loop()) {
            observe(one, 5_000, 30);
            loop.turn(1);
            assertThat(loop.lifetimeNanos(CLASS)).isEqualTo(SHORT);
            assertThat(loop.lifetimeNanos(CLASS + 1)).isZero();
            observe(other, 50_000, 90);
            loop.turn(1);
            assertThat(loop.lifetimeNanos(CLASS)).isEqualTo((30 * SHORT + 90 * LONG) / 120);
        }
    }
}
