/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.ThreadPerTaskExecutor;
import io.netty.util.internal.InternalThreadLocalMap;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An event loop owns a heap, whatever kind of thread runs it; a thread that runs none owns none and keeps nothing. */
@ExtendWith(NoLeakDetection.class)
class LoopThreadsTest {
    private static final int SECONDS = 30;

    private final AceByteBufAllocator allocator = new AceByteBufAllocator();

    @AfterEach
    void assertClosesClean() {
        Laws.assertClosesClean(allocator);
    }

    /** What kinds of threads there are. */
    enum ThreadKind {
        NETTYS {
            @Override
            ThreadFactory factory() {
                return FastThreadLocalThread::new;
            }
        },
        PLAIN {
            @Override
            ThreadFactory factory() {
                return Thread::new;
            }
        },
        VIRTUAL {
            @Override
            ThreadFactory factory() {
                assumeTrue(Runtime.version().feature() >= 21, "this JVM has virtual threads");
                try {
                    Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
                    Class<?> type = Class.forName("java.lang.Thread$Builder");
                    return (ThreadFactory) type.getMethod("factory").invoke(builder);
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(e);
                }
            }
        };

        abstract ThreadFactory factory();
    }

    private static void end(EventExecutor loop) {
        assertThat(loop.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly(SECONDS, TimeUnit.SECONDS))
                .isTrue();
    }

    private AceByteBuf allocate(EventExecutor loop) throws Exception {
        return loop.submit(() -> (AceByteBuf) allocator.directBuffer(100).writeInt(42))
                .get(SECONDS, TimeUnit.SECONDS);
    }

    private long adoptions() {
        return allocator.stats().counters().adoptions();
    }

    private void isServedByAHeapOfItsOwn(EventExecutor loop) throws Exception {
        loop.submit(() -> {
                    List<ByteBuf> live = new ArrayList<>();
                    for (int i = 0; i < 1000; i++) {
                        ByteBuf buf = allocator.directBuffer(100);
                        assertThat(((AceByteBuf) buf).heap().isOwner()).isTrue();
                        live.add(buf);
                    }
                    live.forEach(ByteBuf::release);
                    allocator.heapBuffer(100).release();
                })
                .get(SECONDS, TimeUnit.SECONDS);
        assertThat(allocator.stats().heapFigures())
                .filteredOn(heap -> !heap.owner().equals("shared"))
                .as("a heap of each kind that the loop owns")
                .hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(ThreadKind.class)
    void executorHasAHeapAsLongAsItLives(ThreadKind kind) throws Exception {
        AceByteBuf live;
        EventExecutor loop = new DefaultEventExecutor(new ThreadPerTaskExecutor(kind.factory()));
        isServedByAHeapOfItsOwn(loop);
        live = allocate(loop);
        allocator.trim(); // asks the loop, which does it as a task
        loop.submit(() -> {}).get(SECONDS, TimeUnit.SECONDS);
        assertThat(allocator.stats().cachedBytes()).as("trimmed by the loop").isZero();
        end(loop);
        EventExecutor next = new DefaultEventExecutor(new ThreadPerTaskExecutor(kind.factory()));
        AceByteBuf buf = allocate(next);
        assertThat(buf.heap()).as("the next loop adopts it").isSameAs(live.heap());
        assertThat(adoptions()).isPositive();
        assertThat(live.readInt()).isEqualTo(42);
        live.release();
        buf.release();
        end(next);
    }

    @ParameterizedTest
    @EnumSource(ThreadKind.class)
    void loopOfChannels(ThreadKind kind) throws Exception {
        MultiThreadIoEventLoopGroup group =
                new MultiThreadIoEventLoopGroup(1, kind.factory(), NioIoHandler.newFactory());
        isServedByAHeapOfItsOwn(group.next());
        assertThat(group.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly(SECONDS, TimeUnit.SECONDS))
                .isTrue();
        assertThat(allocator.stats().heapFigures())
                .allMatch(heap -> heap.owner().equals("shared"));
    }

    /** Netty takes nothing away from a thread that somebody else runs a loop on; its heap is taken from it when it has ended. */
    @ParameterizedTest
    @EnumSource(ThreadKind.class)
    void loopThatIsRunByHand(ThreadKind kind) throws Exception {
        AtomicReference<AceByteBuf> left = new AtomicReference<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = kind.factory().newThread(() -> {
            try {
                ManualIoEventLoop loop = new ManualIoEventLoop(Thread.currentThread(), NioIoHandler.newFactory());
                loop.execute(
                        () -> left.set((AceByteBuf) allocator.directBuffer(100).writeInt(42)));
                loop.runNow();
                assertThat(left.get().heap().isOwner()).isTrue();
                Future<?> end = loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
                while (!end.isDone()) {
                    loop.runNow();
                }
            } catch (Throwable e) {
                failure.set(e);
            }
        });
        thread.start();
        thread.join();
        assertThat(failure.get()).isNull();
        try (Loop next = new Loop()) {
            AceByteBuf buf = (AceByteBuf) next.call(() -> allocator.directBuffer(100));
            assertThat(buf.heap()).isSameAs(left.get().heap());
            assertThat(adoptions()).isEqualTo(1);
            assertThat(left.get().readInt()).isEqualTo(42);
            left.get().release();
            buf.release();
            Laws.assertNothingLive(allocator, next);
        }
    }

    private void onThread(ThreadKind kind, Runnable action) throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = kind.factory().newThread(() -> {
            try {
                action.run();
            } catch (Throwable e) {
                failure.set(e);
            }
        });
        thread.start();
        thread.join();
        if (failure.get() != null) {
            fail(failure.get());
        }
    }

    private void borrows() {
        AceByteBuf buf = (AceByteBuf) allocator.directBuffer(100);
        assertThat(buf.heap().isOwner()).isFalse();
        buf.capacity(1000).release();
    }

    @ParameterizedTest
    @EnumSource(ThreadKind.class)
    void aThreadWithoutALoopBorrows(ThreadKind kind) throws InterruptedException {
        onThread(kind, () -> {
            borrows();
            assertThat(InternalThreadLocalMap.getIfSet())
                    .as("what Netty keeps for a thread")
                    .isNull();
            new FastThreadLocal<Integer>().set(1);
            borrows();
        });
    }

    /** Netty's pooled allocator gives a loop on a plain thread a cache of its own, and a thread without a loop none. */
    @Test
    void whatNettysPooledAllocatorDoes() throws Exception {
        PooledByteBufAllocator pooled =
                new PooledByteBufAllocator(true, 2, 2, 8192, 9, 64, 32, false); // no caches for all threads
        onThread(ThreadKind.PLAIN, () -> pooled.directBuffer(100).release());
        int elsewhere = pooled.metric().numThreadLocalCaches();
        EventExecutor loop = new DefaultEventExecutor(new ThreadPerTaskExecutor(ThreadKind.PLAIN.factory()));
        int onLoop = loop.submit(() -> {
                    pooled.directBuffer(100).release();
                    return pooled.metric().numThreadLocalCaches();
                })
                .get(SECONDS, TimeUnit.SECONDS);
        end(loop);
        assertThat(onLoop).isEqualTo(elsewhere + 1);
    }
}
