/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.testing.Engine;
import io.github.acealloc.testing.TestBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Threads come and go by the thousand; what they leave behind does not grow with them. */
class StripesTest {
    private static final int THREADS = 10_000;
    private static final int VIRTUAL_THREADS = 100_000;
    private static final int KIB = 1 << 10;

    private final Engine engine = Engine.of(false, 64L << 20);
    private final int stripes =
            2 * Integer.highestOneBit(2 * Runtime.getRuntime().availableProcessors() - 1);
    private final ConcurrentLinkedQueue<TestBlock> handedOver = new ConcurrentLinkedQueue<>();

    /** Each task allocates, writes, checks and releases a block, and hands another to the next task. */
    private void task(int i) {
        TestBlock mine = engine.allocate(1 + i % (8 * KIB));
        mine.open(i);
        TestBlock forNext = engine.allocate(KIB);
        forNext.open(i);
        TestBlock fromLast = handedOver.poll();
        handedOver.add(forNext);
        if (fromLast != null) {
            fromLast.shut();
            engine.release(fromLast);
        }
        mine.shut();
        engine.release(mine);
    }

    @AfterEach
    void nothingGrew() {
        assertThat(engine.allocator().stats().heaps()).isBetween(1, stripes);
        handedOver.forEach(engine::release);
        engine.allocator().trim();
        AceStats stats = engine.expectConsistent();
        assertThat(stats.liveBytes()).isZero();
        engine.allocator().close(() -> {});
        engine.expectNothingCommitted();
    }

    @Test
    void shortLivedThreadsShareTheStripes() throws InterruptedException {
        for (int i = 0; i < THREADS; i += 2) {
            int first = i;
            Thread one = new Thread(() -> task(first));
            Thread two = new Thread(() -> task(first + 1));
            one.start();
            two.start();
            one.join();
            two.join();
        }
        assertThat(handedOver).hasSizeBetween(1, 2);
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void virtualThreadsShareTheStripes() throws ReflectiveOperationException, InterruptedException {
        ExecutorService executor = (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        List<Future<?>> tasks = new ArrayList<>();
        for (int i = 0; i < VIRTUAL_THREADS; i++) {
            int number = i;
            tasks.add(executor.submit(() -> task(number)));
        }
        try {
            for (Future<?> task : tasks) {
                task.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } finally {
            executor.shutdown();
        }
    }
}
