/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.upkeep;

import static io.github.acealloc.upkeep.ScavengerRig.KIB;
import static io.github.acealloc.upkeep.ScavengerRig.allocate;
import static io.github.acealloc.upkeep.ScavengerRig.refill;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.heap.HeapRegistry;
import io.github.acealloc.heap.HeapWalker;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.SuperslabStore;
import io.github.acealloc.testing.FaultyMemory;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.TestBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When free pages of a loop's heap go that it does not need, by a clock that the test turns. */
class BusyHeapPagesTest {
    private static final long DELAY = 1000;
    private static final long PAGES = 4 * DELAY;
    private static final long LEAVE = 50_000;

    private final FaultyMemory memory = new FaultyMemory(OsMemory.direct());
    private final MemoryBudget budget = new MemoryBudget(256L << 20);
    private final SuperslabStore store = new SuperslabStore(memory, budget, () -> {}, false);
    private final HeapRegistry registry =
            new HeapRegistry(() -> new ThreadHeap(0, store, TestBlock.BINDER, budget, Knobs::defaults), 1);
    private final Scavenger scavenger = new Scavenger(registry);
    private final Loop loop = new Loop();
    private long now = 12345;

    @AfterEach
    void holdsTheLaws() {
        loop.settle();
        loop.close();
        registry.heaps().forEach(heap -> assertThat(HeapWalker.walk(heap)).isEmpty());
        memory.releaseAll();
    }

    private boolean lookAfter(long nanos) {
        now += nanos;
        boolean more = scavenger.look(now, DELAY, PAGES, LEAVE);
        registry.awaitAsked();
        loop.settle();
        return more;
    }

    /** Some blocks of many stay, so that no superslab becomes empty. */
    private ThreadHeap pinned(int blocksOfKib) {
        return loop.call(() -> {
            ThreadHeap heap = registry.attach(loop);
            List<TestBlock> blocks = new ArrayList<>();
            for (int i = 0; i < blocksOfKib; i++) {
                blocks.add(allocate(heap, KIB));
            }
            for (int i = 0; i < blocks.size(); i++) {
                if (i % 100 > 0) {
                    heap.cache(SizeClasses.of(KIB)).push(blocks.get(i).blockId());
                }
            }
            return heap;
        });
    }

    @Test
    void freePagesOfALoopThatGoesOnAllocatingGoAfterTheirTimeAndNotBefore() {
        ThreadHeap heap = pinned(3500);
        lookAfter(0);
        for (long passed = DELAY / 2; passed < PAGES; passed += DELAY / 2) {
            loop.run(() -> refill(heap, 16 * KIB));
            lookAfter(DELAY / 2);
            assertThat(memory.partPurges()).as("after %s", passed).isZero();
        }
        long before = heap.committedBytes();
        loop.run(() -> refill(heap, 16 * KIB));
        lookAfter(DELAY / 2);
        assertThat(memory.partPurges()).isPositive();
        for (int looks = 0; heap.isUnfinished(); looks++) { // a call to the system takes as long as it takes
            assertThat(looks).isLessThan(1000);
            lookAfter(0);
        }
        assertThat(heap.committedBytes()).isLessThan(before - (2 << 20));
    }

    @Test
    void freePagesOfALoopThatDoesNothingDoNotWaitForThat() {
        pinned(3500);
        lookAfter(0);
        lookAfter(DELAY);
        assertThat(memory.partPurges()).isPositive();
    }

    @Test
    void aRoundThatTakesLongGoesOnAtTheNextLooks() {
        ThreadHeap heap = pinned(60_000);
        long before = heap.committedBytes();
        memory.whilePurging(() -> LockSupport.parkNanos(2_000_000));
        lookAfter(0);
        boolean more = false;
        // On a busy machine the round that only marks what is free takes several looks, too.
        for (long passed = 0; !more || memory.partPurges() == 0; passed += DELAY / 2) {
            assertThat(passed).as("until a round gives back").isLessThan(10 * PAGES);
            loop.run(() -> refill(heap, 16 * KIB));
            more = lookAfter(DELAY / 2);
        }
        for (int looks = 0; looks < 3; looks++) {
            int purges = memory.partPurges();
            loop.run(() -> refill(heap, 16 * KIB));
            more = lookAfter(1);
            assertThat(more).as("look %s", looks).isTrue();
            assertThat(memory.partPurges()).isGreaterThan(purges);
        }
        memory.whilePurging(() -> {});
        for (int looks = 0; more; looks++) {
            assertThat(looks).as("looks").isLessThan(1000);
            more = lookAfter(1);
        }
        assertThat(heap.committedBytes()).isLessThan(before / 2);
    }
}
