/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.testing.Engine;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.Racers;
import io.github.acealloc.testing.TestBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Closing races against everything else; whoever comes last, nothing stays committed. */
class CloseStressTest {
    private static final int ROUNDS = 250;
    private static final int KIB = 1 << 10;

    private final Loop a = new Loop();
    private final Loop b = new Loop();
    private Engine engine;
    private AceAllocator allocator;
    private final AtomicReference<ThreadHeap> heapOfA = new AtomicReference<>();

    @AfterEach
    void endLoops() {
        a.close();
        b.close();
    }

    private void newEngine() {
        engine = Engine.of(false, 64L << 20);
        allocator = engine.allocator();
        heapOfA.set(null);
    }

    private void attachA() {
        heapOfA.set(a.call(() -> allocator.attach(a)));
    }

    private void detachA() {
        ThreadHeap heap = heapOfA.getAndSet(null);
        if (heap != null) {
            allocator.detach(heap);
        }
    }

    private void close() {
        allocator.close(this::detachA);
    }

    private void expectNothingCommitted() {
        a.run(() -> {});
        engine.expectNothingCommitted();
    }

    /** One block is all that is live, so that a release which leaves something behind has no later one to mend it. */
    @Test
    void againstAReleaseIntoAStripe() {
        for (int round = 0; round < ROUNDS; round++) {
            newEngine();
            TestBlock block = engine.allocate(KIB);
            new Racers().on(a, this::close).on(b, () -> engine.release(block)).go();
            expectNothingCommitted();
        }
    }

    @Test
    void againstReleasesIntoALoopsHeap() {
        for (int round = 0; round < ROUNDS; round++) {
            newEngine();
            attachA();
            List<TestBlock> blocks =
                    a.call(() -> List.of(engine.allocate(heapOfA.get(), KIB), engine.allocate(heapOfA.get(), 8 * KIB)));
            new Racers()
                    .on(this::close)
                    .on(a, () -> engine.release(blocks.get(0)))
                    .on(b, () -> engine.release(blocks.get(1)))
                    .go();
            expectNothingCommitted();
        }
    }

    @Test
    void againstALoopThatDetaches() {
        for (int round = 0; round < ROUNDS; round++) {
            newEngine();
            attachA();
            a.run(() -> engine.release(engine.allocate(heapOfA.get(), KIB)));
            new Racers().on(b, this::close).on(a, this::detachA).go();
            expectNothingCommitted();
        }
    }

    @Test
    void againstALoopThatAttaches() {
        for (int round = 0; round < ROUNDS; round++) {
            newEngine();
            new Racers()
                    .on(b, this::close)
                    .on(a, () -> {
                        try {
                            heapOfA.set(allocator.attach(a));
                            engine.release(engine.allocate(heapOfA.get(), KIB));
                        } catch (IllegalStateException closed) {
                            heapOfA.set(null);
                        }
                    })
                    .go();
            expectNothingCommitted();
        }
    }

    @Test
    void againstAllocationsFromStripesAndHugeOnes() {
        for (int round = 0; round < ROUNDS; round++) {
            newEngine();
            engine.release(engine.allocate(64 * KIB));
            List<TestBlock> blocks = new ArrayList<>();
            Runnable allocate = () -> {
                try {
                    while (true) {
                        keep(blocks, engine.allocate(KIB));
                        keep(blocks, engine.allocate(1100 * KIB));
                        engine.release(engine.allocate(8 * KIB));
                    }
                } catch (IllegalStateException closed) {
                    return;
                } catch (AssertionError limit) {
                    if (!(limit.getCause() instanceof OutOfMemoryError)) {
                        throw limit;
                    }
                }
            };
            new Racers().on(a, allocate).on(b, this::close).go();
            blocks.forEach(engine::release);
            expectNothingCommitted();
        }
    }

    private static void keep(List<TestBlock> blocks, TestBlock block) {
        synchronized (blocks) {
            blocks.add(block);
        }
    }

    /** Several blocks of two heaps, released by three threads while a fourth closes. */
    @RepeatedTest(3)
    void againstEverythingAtOnce() {
        for (int round = 0; round < ROUNDS / 5; round++) {
            newEngine();
            attachA();
            List<TestBlock> blocks = new ArrayList<>();
            a.run(() -> {
                for (int i = 0; i < 30; i++) {
                    blocks.add(engine.allocate(heapOfA.get(), KIB * (i + 1)));
                }
            });
            for (int i = 0; i < 30; i++) {
                blocks.add(engine.allocate(KIB * (i + 1)));
            }
            new Racers()
                    .on(this::close)
                    .on(a, () -> blocks.subList(0, 20).forEach(engine::release))
                    .on(b, () -> blocks.subList(20, 40).forEach(engine::release))
                    .on(() -> blocks.subList(40, 60).forEach(engine::release))
                    .go();
            expectNothingCommitted();
        }
    }
}
