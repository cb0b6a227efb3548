/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.control.Mode;
import io.github.acealloc.control.Profile;
import io.github.acealloc.heap.HotCache;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.os.HeapMemory;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.TestBlock;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A control loop that fails is not run again, and its heaps go on without it. */
class FrozenByFailureTest {
    private static final int BURST = 2000;

    private final AceAllocator allocator = new AceAllocator(
            new HeapMemory(),
            new MemoryBudget(64L << 20),
            Knobs.defaults().withPagesByTime(true),
            Mode.LEARN,
            Profile.BALANCED,
            TestBlock.BINDER);

    private static void burst(ThreadHeap heap) {
        HotCache cache = heap.cache(SizeClasses.of(1 << 10));
        int[] ids = new int[BURST];
        for (int i = 0; i < BURST; i++) {
            ids[i] = cache.pop();
            if (cache.isSampleDue()) {
                cache.restartSampling();
            }
        }
        for (int id : ids) {
            cache.push(id);
        }
    }

    @Test
    void heapsLookAfterTheirPagesThemselvesAgain() {
        allocator.loop().log().listen(decision -> {
            throw new IllegalStateException("for the test");
        });
        try (Loop loop = new Loop()) {
            ThreadHeap heap = loop.call(() -> allocator.attach(loop));
            assertThat(heap.knobs().pagesByTime()).isTrue();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (allocator.loop().mode() != Mode.FROZEN && System.nanoTime() < end) {
                loop.run(() -> burst(heap));
            }
            assertThat(allocator.loop().mode()).isEqualTo(Mode.FROZEN);
            while (heap.knobs().pagesByTime() && System.nanoTime() < end) {
                Thread.onSpinWait(); // the mode is the first that changes
            }
            assertThat(heap.knobs().pagesByTime()).isFalse();
            assertThat(allocator.knobs().pagesByTime())
                    .as("of heaps that are to come")
                    .isFalse();
            loop.run(() -> burst(heap));
            assertThat(allocator.stats().liveBytes()).isZero();
        }
    }
}
