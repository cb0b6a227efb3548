/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.extension.ExtendWith;

/** Close in the midst of work: each thread is served or refused, and in the end all memory has gone back. */
@ExtendWith(NoLeakDetection.class)
class CloseStressTest {
    private static final int[] SIZES = {10, 100, 1_000, 70_000, 2 << 20};
    private static final int OPERATIONS_PER_TASK = 50;

    private final long seed = System.nanoTime();
    private final AceByteBufAllocator allocator = new AceByteBufAllocator();
    private final ConcurrentLinkedQueue<ByteBuf> handedOver = new ConcurrentLinkedQueue<>();
    private final CountDownLatch refused = new CountDownLatch(3);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Loop one = new Loop();
    private final Loop two = new Loop();
    private final ExecutorService plain = Executors.newSingleThreadExecutor();

    @AfterEach
    void endThreads() {
        plain.shutdownNow();
        one.close();
        two.close();
    }

    @RepeatedTest(30)
    void closeWhileInUse() throws InterruptedException {
        workOn(one.executor(), new Random(seed + 1));
        workOn(two.executor(), new Random(seed + 2));
        workOn(plain, new Random(seed + 3));
        Thread.sleep(new Random(seed).nextInt(6));
        try (LogCapture log = new LogCapture(AceByteBufAllocator.class)) {
            allocator.close();
            assertThat(log.lines()).hasSizeLessThanOrEqualTo(1);
        }
        assertThat(refused.await(30, TimeUnit.SECONDS))
                .as("all refused, seed %d", seed)
                .isTrue();
        assertThat(failure.get()).as("seed %d", seed).isNull();
        Laws.awaitTasks(one, two);
        for (ByteBuf buf = handedOver.poll(); buf != null; buf = handedOver.poll()) {
            buf.release();
        }
        Laws.assertConsistent(allocator);
        Laws.assertHasNothing(allocator);
    }

    /** Works in tasks, as loops do, until an allocation is refused. */
    private void workOn(Executor executor, Random random) {
        executor.execute(() -> {
            try {
                for (int i = 0; i < OPERATIONS_PER_TASK; i++) {
                    step(random);
                }
                workOn(executor, random);
            } catch (IllegalStateException e) {
                if (!"the allocator is closed".equals(e.getMessage())) {
                    failure.compareAndSet(null, e);
                }
                refused.countDown();
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
            }
        });
    }

    private void step(Random random) {
        Kind kind = random.nextBoolean() ? Kind.DIRECT : Kind.HEAP;
        handedOver.add(kind.allocate(allocator, SIZES[random.nextInt(SIZES.length)]));
        for (int releases = random.nextInt(3) + handedOver.size() / 50; releases > 0; releases--) {
            ByteBuf buf = handedOver.poll();
            if (buf != null) {
                buf.release();
            }
        }
    }
}
