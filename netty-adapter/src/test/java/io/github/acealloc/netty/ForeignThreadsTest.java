/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Threads that run no event loop share a few striped heaps, however many there are: none gets a heap of its own. */
class ForeignThreadsTest {
    private static final int OPERATIONS = 20;

    private final AceByteBufAllocator allocator = new AceByteBufAllocator();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final ConcurrentLinkedQueue<ByteBuf> handedOver = new ConcurrentLinkedQueue<>();

    @AfterEach
    void assertFewHeaps() {
        assertThat(failure.get()).isNull();
        handedOver.forEach(ByteBuf::release);
        int stripes = Integer.highestOneBit(4 * Runtime.getRuntime().availableProcessors() - 1);
        assertThat(allocator.stats().heaps()).isBetween(1, 2 * stripes);
        assertThat(allocator.stats().counters().adoptions()).isZero();
        Laws.assertClosesClean(allocator);
    }

    private void work() {
        try {
            for (int i = 0; i < OPERATIONS; i++) {
                Kind kind = i % 2 == 0 ? Kind.DIRECT : Kind.HEAP;
                ByteBuf buf = kind.allocate(allocator, 10 + i * i * i).writeInt(i);
                if (i % 3 == 0) {
                    handedOver.add(buf);
                    buf = handedOver.poll();
                }
                if (buf != null) {
                    buf.capacity(buf.capacity() + 100).release();
                }
                if (i % 5 == 0) {
                    Thread.yield();
                }
            }
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    private void workOn(int threads, Function<Runnable, Thread> start) throws InterruptedException {
        List<Thread> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            all.add(start.apply(this::work));
        }
        for (Thread thread : all) {
            thread.join();
        }
    }

    @Test
    void plainThreads() throws InterruptedException {
        workOn(300, task -> {
            Thread thread = new Thread(task);
            thread.start();
            return thread;
        });
    }

    @Test
    void nettysThreadsWithoutAnExecutor() throws InterruptedException {
        workOn(300, task -> {
            Thread thread = new FastThreadLocalThread(task);
            thread.start();
            return thread;
        });
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void virtualThreads() throws Exception {
        Method startVirtualThread = Thread.class.getMethod("startVirtualThread", Runnable.class);
        workOn(3000, task -> {
            try {
                return (Thread) startVirtualThread.invoke(null, task);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        });
    }
}
