/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.testing.Engine;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.Racers;
import io.github.acealloc.testing.TestBlock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loops and other threads allocate, pass on and release at the same time; nobody finds another's bytes in a block. */
class ConcurrentShadowTest {
    private static final int LOOPS = 3;
    private static final int STEPS = 40_000;
    private static final int MOST_HELD = 200;
    private static final int MOST_WAITING = 300;

    private final ConcurrentLinkedQueue<TestBlock> passedOn = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();

    @ParameterizedTest(name = "direct {0}")
    @ValueSource(booleans = {true, false})
    void blocksStayWhatTheyAre(boolean direct) {
        Engine engine = Engine.of(direct, 256L << 20);
        run(engine, Engine.KNOBS);
        engine.allocator().trim();
        AceStats stats = engine.expectConsistent();
        assertThat(stats.liveBytes()).isZero();
        assertThat(stats.committedBytes()).isZero();
        assertThat(stats.remoteShare())
                .as(stats.toString() + stats.counters().remoteFrees())
                .isPositive();
        engine.allocator().close(() -> {});
        engine.expectNothingCommitted();
    }

    /** The governor takes whatever lies idle for a millisecond, from under everybody's hands; at the end it has all. */
    @ParameterizedTest(name = "direct {0}")
    @ValueSource(booleans = {true, false})
    void blocksStayWhatTheyAreWhileIdleMemoryIsGivenBack(boolean direct) {
        Engine engine = Engine.of(direct, 256L << 20);
        Knobs hasty = Engine.KNOBS.withPurgeDelay(TimeUnit.MILLISECONDS.toNanos(1));
        engine.allocator().knobs(hasty);
        run(engine, hasty);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> assertThat(engine.allocator().committedBytes()).isZero());
        engine.allocator().close(() -> {});
        await().untilAsserted(() -> assertThat(engine.memory().reservedBytes()).isZero());
        engine.expectNothingCommitted();
    }

    private void run(Engine engine, Knobs knobs) {
        List<Loop> loops = new ArrayList<>();
        Racers racers = new Racers();
        long seed = System.nanoTime();
        for (int i = 0; i < LOOPS; i++) {
            Loop loop = new Loop();
            loops.add(loop);
            long own = seed + i;
            racers.on(loop, () -> work(engine, knobs, loop, new Random(own)));
        }
        racers.on(() -> work(engine, knobs, null, new Random(seed - 1)));
        try {
            racers.go();
        } catch (Throwable e) {
            throw new AssertionError("seed: " + seed, e);
        }
        passedOn.forEach(engine::release);
        loops.forEach(Loop::end);
    }

    private void work(Engine engine, Knobs knobs, Loop loop, Random random) {
        AceAllocator allocator = engine.allocator();
        ThreadHeap heap = loop == null ? null : allocator.attach(loop);
        List<TestBlock> held = new ArrayList<>();
        for (int i = 0; i < STEPS; i++) {
            int choice = random.nextInt(1000);
            if (choice < 480 && held.size() < MOST_HELD) {
                int size = size(random);
                TestBlock block = heap == null ? engine.allocate(size) : engine.allocate(heap, size);
                assertThat(block.bytes()).isGreaterThanOrEqualTo(size);
                block.open(random.nextLong());
                held.add(block);
            } else if (choice < 700 && !held.isEmpty()) {
                release(engine, held.remove(random.nextInt(held.size())));
            } else if (choice < 980) {
                passOn(engine, held, random);
            } else if (choice < 985) {
                allocator.trim();
            } else if (choice < 990) {
                allocator.knobs(knobs.withCaches(random.nextInt(50), 1 + random.nextInt(20)));
            } else if (choice < 992 && heap != null) {
                allocator.detach(heap);
                heap = allocator.attach(loop);
            }
        }
        held.forEach(block -> release(engine, block));
    }

    private static int size(Random random) {
        int shift = 4 + random.nextInt(random.nextInt(100) == 0 ? 17 : 10);
        return shift == 20 ? SizeClasses.MAX_BLOCK + 1 : 1 + random.nextInt(1 << shift);
    }

    private void passOn(Engine engine, List<TestBlock> held, Random random) {
        for (int i = 0; i < 3 && !held.isEmpty(); i++) {
            passedOn.add(held.remove(random.nextInt(held.size())));
            waiting.incrementAndGet();
        }
        while (waiting.get() > MOST_WAITING) {
            TestBlock block = passedOn.poll();
            if (block != null) {
                waiting.decrementAndGet();
                if (held.size() > 1
                        && !block.slab().isHuge()
                        && !held.get(0).slab().isHuge()) {
                    block.swapBindings(held.get(0));
                }
                release(engine, block);
            }
        }
    }

    private static void release(Engine engine, TestBlock block) {
        block.shut();
        engine.release(block);
    }
}
