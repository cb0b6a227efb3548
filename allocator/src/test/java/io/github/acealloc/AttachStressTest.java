/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.testing.Engine;
import io.github.acealloc.testing.Racers;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Heaps that change hands while others trim: each has one owner at a time. */
class AttachStressTest {
    private static final int ROUNDS = 100;
    private static final int ATTACHES = 40;
    private static final int HAND_OVERS = 3000;

    private final Engine engine = Engine.of(false, 64L << 20);
    private final AceAllocator allocator = engine.allocator();

    /** With few heaps, trim passes by often enough to meet a new one before its loop has it. */
    @Test
    void aNewHeapBelongsToItsLoopWhoeverTrimsMeanwhile() {
        for (int round = 0; round < ROUNDS; round++) {
            AceAllocator fresh = Engine.of(false, 64L << 20).allocator();
            AtomicInteger left = new AtomicInteger(ATTACHES);
            Set<ThreadHeap> attached = new HashSet<>();
            new Racers()
                    .on(() -> {
                        try {
                            while (left.getAndDecrement() > 0) {
                                ThreadHeap heap = fresh.attach(Runnable::run);
                                assertThat(heap.isOwner()).isTrue();
                                attached.add(heap);
                            }
                        } finally {
                            left.set(0);
                        }
                    })
                    .on(() -> {
                        while (left.get() > 0) {
                            fresh.trim();
                        }
                    })
                    .go();
            assertThat(attached).hasSize(ATTACHES);
        }
    }

    @Test
    void heapsGoFromLoopToLoopWhileOthersTrimAndRelease() {
        AtomicInteger running = new AtomicInteger(2);
        Runnable comeAndGo = () -> {
            try {
                for (int i = 0; i < HAND_OVERS; i++) {
                    ThreadHeap heap = allocator.attach(Runnable::run);
                    assertThat(heap.isOwner()).isTrue();
                    engine.release(engine.allocate(heap, 1 << (i % 12)));
                    allocator.detach(heap);
                }
            } finally {
                running.decrementAndGet();
            }
        };
        new Racers()
                .on(comeAndGo)
                .on(comeAndGo)
                .on(() -> {
                    while (running.get() > 0) {
                        allocator.trim();
                        engine.release(engine.allocate(100));
                    }
                })
                .go();
        AceStats stats = engine.expectConsistent();
        assertThat(stats.liveBytes()).isZero();
        assertThat(stats.counters().adoptions()).isPositive();
        allocator.close(() -> {});
        engine.expectNothingCommitted();
    }
}
