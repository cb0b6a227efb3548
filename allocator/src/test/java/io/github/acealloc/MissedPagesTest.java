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
import io.github.acealloc.testing.TestBlock;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Memory that went and was needed again in time is kept for as long as that pays, whether the loop learns or not. */
class MissedPagesTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** The break-even interval of a page is 25 s where a core is worth 64 GiB. */
    @ParameterizedTest
    @EnumSource(names = {"OFF", "OBSERVE", "FROZEN"})
    void isKeptForAsLongAsPays(Mode mode) {
        Knobs knobs = Knobs.defaults().withPurgeDelay(10 * SECOND);
        MemoryBudget budget = new MemoryBudget(64L << 20);
        AceAllocator allocator =
                new AceAllocator(new HeapMemory(), budget, knobs, mode, Profile.THROUGHPUT, TestBlock.BINDER);
        ThreadHeap heap = allocator.attach(Runnable::run);

        use(heap);
        allocator.tick(System.nanoTime() + 9 * SECOND);
        assertThat(allocator.store().releases()).as("before the delay").isZero();
        allocator.tick(System.nanoTime() + 15 * SECOND);
        assertThat(allocator.store().releases()).isEqualTo(1);

        use(heap);
        allocator.tick(System.nanoTime() + 15 * SECOND);
        assertThat(allocator.store().releases()).as("it was missed").isEqualTo(1);
        allocator.tick(System.nanoTime() + 27 * SECOND);
        assertThat(allocator.store().releases()).isEqualTo(2);

        allocator.close(() -> allocator.detach(heap));
        assertThat(budget.committed()).isZero();
    }

    /** Takes a superslab, and gives it back. */
    private static void use(ThreadHeap heap) {
        HotCache cache = heap.cache(0);
        cache.isSampleDue();
        cache.push(cache.pop());
        heap.trim();
        assertThat(heap.committedBytes()).isZero();
    }
}
