/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.heap.HeapRegistry;
import io.github.acealloc.heap.HotCache;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.os.HeapMemory;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.SuperslabStore;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.TestBlock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** One heap that allocates, beside others that do not, has nobody to play against. */
class SingleActiveHeapTest {
    private static final int KIB = 1 << 10;
    private static final int TURNS = 100;

    private final MemoryBudget budget = new MemoryBudget(64L << 20);
    private final SuperslabStore store = new SuperslabStore(new HeapMemory(), budget, () -> {}, false);
    private final AtomicInteger numbers = new AtomicInteger();
    private final HeapRegistry registry = new HeapRegistry(
            () -> new ThreadHeap(numbers.getAndIncrement(), store, TestBlock.BINDER, budget, Knobs::defaults), 1);

    private static void use(ThreadHeap heap, int n) {
        HotCache cache = heap.cache(SizeClasses.of(KIB));
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            ids.add(cache.pop());
            if (cache.isSampleDue()) {
                cache.restartSampling();
            }
        }
        ids.forEach(cache::push);
    }

    /** Which policies the changes of a heap's limits were decided by, with so many heaps that did something once. */
    private Set<Policy> policies(int idleHeaps) {
        AceLoop loop =
                new AceLoop("heap", registry, Knobs::defaults, Mode.LEARN, Profile.BALANCED, 64L << 20, () -> 1500);
        Set<Policy> policies = new HashSet<>();
        List<Loop> threads = new ArrayList<>();
        try {
            List<ThreadHeap> heaps = new ArrayList<>();
            for (int i = 0; i <= idleHeaps; i++) {
                Loop thread = new Loop();
                threads.add(thread);
                heaps.add(thread.call(() -> registry.attach(thread)));
                thread.run(() -> use(heaps.get(heaps.size() - 1), 10));
            }
            for (int turn = 1; turn <= TURNS; turn++) {
                int n = turn / 10 % 2 == 0 ? 6000 : 10;
                if (turn == TURNS / 10) { // the others have come to rest
                    loop.log().listen(decision -> policies.add(decision.policy()));
                }
                threads.get(0).run(() -> use(heaps.get(0), n));
                loop.turn(System.nanoTime() + turn * 100_000_000L);
                threads.forEach(Loop::settle);
            }
        } finally {
            threads.forEach(Loop::close);
        }
        return policies;
    }

    @Test
    void aloneItTriesNothing() {
        assertThat(policies(0)).containsExactly(Policy.MARKS);
    }

    @Test
    void besideIdleHeapsItTriesNothing() {
        assertThat(policies(2)).containsExactly(Policy.MARKS);
    }
}
