/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A loop that has no room for tasks, and whose handler of rejected ones waits for room, stops nobody else's memory. */
@ExtendWith(NoLeakDetection.class)
class BlockingLoopTest {
    private static final String DELAY = "acealloc.purgeDelayMillis";
    private static final int MOST_TASKS = 16;
    private static final int BYTES = 16 << 20;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final AceByteBufAllocator allocator = new AceByteBufAllocator();
    private final AceByteBufAllocator other = new AceByteBufAllocator();
    private final CountDownLatch room = new CountDownLatch(1);
    private final AtomicInteger blocked = new AtomicInteger();
    private final Thread test = Thread.currentThread();
    private final DefaultEventExecutor full =
            new DefaultEventExecutor(null, new DefaultThreadFactory("full"), MOST_TASKS, (task, loop) -> {
                if (Thread.currentThread() == test) {
                    throw new RejectedExecutionException("full");
                }
                blocked.incrementAndGet();
                await(room);
                throw new RejectedExecutionException("full, and waited");
            });
    private final Loop loop = new Loop();

    @BeforeAll
    static void hurry() {
        System.setProperty(DELAY, "200");
    }

    @AfterAll
    static void asBefore() {
        System.clearProperty(DELAY);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void burst(AceByteBufAllocator allocator) {
        List<ByteBuf> live = new ArrayList<>();
        for (int done = 0; done < BYTES; done += 2048) {
            live.add(allocator.directBuffer(2048));
            live.add(allocator.heapBuffer(2048));
        }
        live.forEach(ByteBuf::release);
    }

    /** The loop has memory of the first allocator in its caches, waits in a task, and its queue is full. */
    @BeforeEach
    void fill() {
        CountDownLatch waits = new CountDownLatch(1);
        full.execute(() -> {
            burst(allocator);
            waits.countDown();
            await(room);
        });
        await(waits);
        try {
            while (true) {
                full.execute(() -> {});
            }
        } catch (RejectedExecutionException ignored) {
            // full: everybody else waits in the handler from now on
        }
    }

    @AfterEach
    void ends() {
        room.countDown();
        full.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly();
        Laws.assertClosesClean(allocator, loop);
        Laws.assertClosesClean(other, loop);
        loop.close();
    }

    private static long committed(AceByteBufAllocator allocator) {
        return allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
    }

    private static void awaitCommitted(AceByteBufAllocator allocator, long atMost) throws InterruptedException {
        long start = System.nanoTime();
        while (committed(allocator) > atMost) {
            assertThat(System.nanoTime() - start)
                    .as("nanos, with %d bytes left", committed(allocator))
                    .isLessThan(PATIENCE_NANOS);
            Thread.sleep(20);
        }
    }

    /** Threads that wait in the handler for a task of the allocator; a loop that just runs such a task is none. */
    private static long blockedThreads() {
        return Thread.getAllStackTraces().values().stream()
                .filter(stack ->
                        hasFrame(stack, "OwnerTask", "handOver") && hasFrame(stack, "BlockingLoopTest", "await"))
                .count();
    }

    private static boolean hasFrame(StackTraceElement[] stack, String type, String method) {
        return Arrays.stream(stack)
                .anyMatch(frame -> frame.getClassName().endsWith("." + type)
                        && frame.getMethodName().equals(method));
    }

    @Test
    void idleMemoryOfOthersGoesBack() throws InterruptedException {
        while (blocked.get() == 0) { // until the full loop has been asked
            Thread.sleep(20);
        }
        long ofFull = committed(allocator);
        assertThat(ofFull).isPositive();
        for (int i = 0; i < 2; i++) {
            loop.run(() -> burst(allocator));
            loop.run(() -> burst(other));
            awaitCommitted(other, 0);
            awaitCommitted(allocator, ofFull);
        }
        assertThat(blockedThreads()).isEqualTo(1);
        room.countDown();
        awaitCommitted(allocator, 0);
    }

    @Test
    void whoNeedsOrTrimsMemoryIsNotHeldUp() {
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            allocator.trim();
            allocator.trim();
        });
        assertThat(blocked).as("asked").hasPositiveValue();
    }
}
