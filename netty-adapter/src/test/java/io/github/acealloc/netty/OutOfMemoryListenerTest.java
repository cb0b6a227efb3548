/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Who is told of exhausted memory may take its time: the thread that waits for it holds nothing that others need. */
@ExtendWith(NoLeakDetection.class)
class OutOfMemoryListenerTest {
    private static final int THREADS = 40;
    private static final int LARGE = 1 << 20;
    private static final int SMALL = 64;
    private static final int SECONDS = 20;

    private final AceByteBufAllocator allocator = Laws.allocatorWithLimit(16 << 20);
    private final CountDownLatch listening = new CountDownLatch(THREADS);
    private final CountDownLatch enough = new CountDownLatch(1);

    private List<ByteBuf> fill(Kind kind) {
        List<ByteBuf> live = new ArrayList<>();
        live.add(kind.allocate(allocator, SMALL)); // so that this thread's stripe has more of the kind
        try {
            while (true) {
                live.add(kind.allocate(allocator, LARGE));
            }
        } catch (OutOfMemoryError e) {
            return live;
        }
    }

    private void listen(OutOfMemoryError error) {
        listening.countDown();
        try {
            if (!enough.await(SECONDS, TimeUnit.SECONDS)) {
                error.addSuppressed(new AssertionError("nobody allocates meanwhile"));
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Forty threads ask in vain, all of them stand in the listener, and another one is served as ever. */
    @ParameterizedTest
    @CsvSource({"DIRECT, false", "HEAP, false", "DIRECT, true", "HEAP, true"})
    void othersAreServedMeanwhile(Kind kind, boolean byGrowth) throws InterruptedException {
        List<ByteBuf> live = fill(kind);
        List<ByteBuf> growing = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            growing.add(kind.allocate(allocator, SMALL));
        }
        allocator.onOutOfMemory(this::listen);
        List<Thread> threads = new ArrayList<>();
        List<Throwable> wrong = new ArrayList<>();
        for (ByteBuf buf : growing) {
            Thread thread = new Thread(() -> {
                try {
                    if (byGrowth) {
                        buf.capacity(LARGE);
                    } else {
                        kind.allocate(allocator, LARGE);
                    }
                    fail("served");
                } catch (OutOfMemoryError e) {
                    wrong.addAll(List.of(e.getSuppressed()));
                }
            });
            thread.start();
            threads.add(thread);
        }
        try {
            assertThat(listening.await(SECONDS, TimeUnit.SECONDS))
                    .as("all are told at the same time; still to come: " + listening.getCount())
                    .isTrue();
            long start = System.nanoTime();
            kind.allocate(allocator, SMALL).release();
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(2));
        } finally {
            enough.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
        }
        assertThat(wrong).isEmpty();
        live.forEach(ByteBuf::release);
        growing.forEach(ByteBuf::release);
        Laws.assertClosesClean(allocator);
    }

    /** On a loop nothing is under way either: the listener may release what the loop holds, and the next request is served. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void aListenerOnALoopMayRelease(Kind kind) {
        try (Loop loop = new Loop()) {
            loop.run(() -> {
                List<ByteBuf> live = fill(kind);
                allocator.onOutOfMemory(error -> {
                    live.forEach(ByteBuf::release);
                    live.clear();
                });
                try {
                    live.add(kind.allocate(allocator, LARGE));
                    fail("served");
                } catch (OutOfMemoryError e) {
                    assertThat(live).isEmpty();
                    kind.allocate(allocator, LARGE).release();
                }
            });
            Laws.assertClosesClean(allocator, loop);
        }
    }
}
