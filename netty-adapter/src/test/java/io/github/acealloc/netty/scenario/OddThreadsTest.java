/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import static io.github.acealloc.netty.scenario.Lab.all;
import static io.github.acealloc.netty.scenario.Lab.hex;
import static io.github.acealloc.netty.scenario.Lab.state;
import static io.github.acealloc.netty.scenario.Lab.thrown;

import io.github.acealloc.netty.Loop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import java.lang.ref.Cleaner;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Buffers in the hands of threads that run no event loop, that end at once, are interrupted, or are about to end. */
class OddThreadsTest extends ScenarioTest {
    private static final int SECONDS = 30;

    /** Runs a task on a thread of some sort and waits for its value. */
    private static <T> T on(Consumer<Runnable> starter, Callable<T> task) throws Exception {
        FutureTask<T> future = new FutureTask<>(task);
        starter.accept(future);
        return future.get(SECONDS, TimeUnit.SECONDS);
    }

    private static void plain(Runnable task) {
        new Thread(task).start();
    }

    /** A virtual thread, where this JVM has any. */
    private static void virtual(Runnable task) {
        try {
            Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
            start.invoke(null, task);
        } catch (NoSuchMethodException e) {
            plain(task);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What another thread sees of a buffer, which it then writes to and releases; and what is seen of that. */
    private static String handOver(Lab lab, Consumer<Runnable> starter) throws Exception {
        ByteBuf buf = lab.counted(100);
        ByteBuf kept = buf.retainedSlice(96, 4);
        String there = on(starter, () -> {
            String seen = all(hex(buf, 50, 2), buf.capacity(4_000).getByte(99));
            buf.setByte(98, 0x77);
            return all(seen, buf.release());
        });
        return all(there, hex(kept), kept.release(), kept.refCnt());
    }

    private static final String HANDED_OVER = "3233 99 false 60617763 true 0";

    @Override
    void fill(Table table) {
        release(table);
        allocate(table);
        ending(table);
    }

    private static void release(Table table) {
        table.row("handed to a thread that ends at once", lab -> handOver(lab, OddThreadsTest::plain))
                .gives(HANDED_OVER);
        table.row("handed to a ForkJoinPool", lab -> handOver(lab, ForkJoinPool.commonPool()::execute))
                .gives(HANDED_OVER);
        table.row("handed to a virtual thread", lab -> handOver(lab, OddThreadsTest::virtual))
                .gives(HANDED_OVER);
        table.row(
                        "handed to a FastThreadLocalThread without an executor",
                        lab -> handOver(lab, task -> new FastThreadLocalThread(task).start()))
                .gives(HANDED_OVER);
        table.row(
                        "handed to a completion",
                        lab -> handOver(lab, task -> {
                            CompletableFuture<Void> first = new CompletableFuture<>();
                            CompletableFuture<Void> second = first.thenRunAsync(task);
                            first.complete(null);
                            second.join();
                        }))
                .gives(HANDED_OVER);
        table.row("handed to a timer", lab -> {
                    Timer timer = new Timer(true);
                    try {
                        return handOver(
                                lab,
                                task -> timer.schedule(
                                        new TimerTask() {
                                            @Override
                                            public void run() {
                                                task.run();
                                            }
                                        },
                                        1));
                    } finally {
                        timer.cancel();
                    }
                })
                .gives(HANDED_OVER);
        table.row("handed to a cleaner's thread", lab -> {
                    Cleaner cleaner = Cleaner.create();
                    return handOver(
                            lab, task -> cleaner.register(new Object(), task).clean());
                })
                .gives(HANDED_OVER);
        table.row("released by the cleaner itself", lab -> {
                    ByteBuf buf = lab.counted(10);
                    CountDownLatch released = new CountDownLatch(1);
                    Cleaner.create().register(new Object(), () -> {
                        buf.release();
                        released.countDown();
                    });
                    boolean done = false;
                    for (int i = 0; i < 200 && !done; i++) {
                        System.gc();
                        done = released.await(50, TimeUnit.MILLISECONDS);
                    }
                    return all(done, buf.refCnt());
                })
                .gives("true 0");
        table.row("released in parallel, each once", lab -> {
                    List<ByteBuf> bufs = new ArrayList<>();
                    for (int i = 0; i < 400; i++) {
                        bufs.add(lab.buffer(16 + i * 3).setInt(0, i));
                    }
                    int wrong = IntStream.range(0, 400)
                            .parallel()
                            .map(i -> bufs.get(i).getInt(0) == i && bufs.get(i).release() ? 0 : 1)
                            .sum();
                    return all(
                            wrong, bufs.stream().mapToInt(ByteBuf::refCnt).max().getAsInt());
                })
                .gives("0 0");
        table.row("one buffer, a reference for each of many threads", lab -> {
                    ByteBuf buf = lab.counted(64);
                    buf.retain(100);
                    long last = IntStream.range(0, 101)
                            .parallel()
                            .filter(i -> buf.getByte(i % 64) == i % 64 && buf.release())
                            .count();
                    return all(last, buf.refCnt());
                })
                .gives("1 0");
    }

    private static void allocate(Table table) {
        table.row("allocated by short threads, released here", lab -> {
                    int wrong = 0;
                    for (int i = 0; i < 20; i++) {
                        int n = i;
                        ByteBuf buf = on(
                                n % 2 == 0 ? OddThreadsTest::plain : OddThreadsTest::virtual,
                                () -> lab.memory()
                                        .buffer(lab.allocator(), 100 + n * 50, 9_000)
                                        .writeInt(n));
                        buf.writeZero(4_000);
                        wrong += buf.getInt(0) == n && buf.release() ? 0 : 1;
                    }
                    return wrong;
                })
                .gives(0);
        table.row(
                        "allocated by a thread that is interrupted",
                        lab -> on(OddThreadsTest::plain, () -> {
                            Thread.currentThread().interrupt();
                            ByteBuf buf = lab.memory()
                                    .buffer(lab.allocator(), 100, 1 << 20)
                                    .writeInt(7);
                            buf.writeZero(70_000);
                            return all(
                                    buf.getInt(0),
                                    buf.release(),
                                    Thread.currentThread().isInterrupted());
                        }))
                .gives("7 true true");
        table.row("allocated in an event loop that shuts down", lab -> {
                    DefaultEventExecutor executor = new DefaultEventExecutor();
                    FutureTask<String> task = new FutureTask<>(() -> {
                        Future<?> end = executor.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS);
                        ByteBuf buf =
                                lab.memory().buffer(lab.allocator(), 100, 5_000).writeInt(7);
                        buf.writeZero(4_000);
                        return all(executor.isShuttingDown(), end.isDone(), buf.getInt(0), buf.release());
                    });
                    executor.execute(task);
                    String seen = task.get(SECONDS, TimeUnit.SECONDS);
                    return all(seen, executor.awaitTermination(SECONDS, TimeUnit.SECONDS));
                })
                .gives("true false 7 true true");
        table.row("allocated while another allocation's thread waits", lab -> {
                    CountDownLatch hold = new CountDownLatch(1);
                    ByteBuf[] held = new ByteBuf[1];
                    FutureTask<Boolean> waiting = new FutureTask<>(() -> {
                        held[0] = lab.memory().buffer(lab.allocator(), 100, 100).writeInt(1);
                        return hold.await(SECONDS, TimeUnit.SECONDS) && held[0].release();
                    });
                    plain(waiting);
                    String seen = hex(lab.counted(4));
                    hold.countDown();
                    return all(seen, waiting.get(SECONDS, TimeUnit.SECONDS));
                })
                .gives("00010203 true");
    }

    private static void ending(Table table) {
        table.row("an event loop ends, its buffers live on", lab -> {
                    ByteBuf buf;
                    try (Loop other = new Loop()) {
                        buf = other.call(() ->
                                lab.memory().buffer(lab.allocator(), 100, 9_000).writeInt(7));
                    }
                    buf.writeZero(5_000);
                    return all(buf.getInt(0), buf.release(), buf.refCnt());
                })
                .gives("7 true 0");
        table.row("released while thread locals are removed", lab -> {
                    ByteBuf buf = lab.counted(100);
                    CountDownLatch removed = new CountDownLatch(1);
                    String[] seen = new String[1];
                    Thread thread = new FastThreadLocalThread(() -> {
                        FastThreadLocal<ByteBuf> local = new FastThreadLocal<>() {
                            @Override
                            protected void onRemoval(ByteBuf value) {
                                ByteBufAllocator allocator = lab.allocator();
                                ByteBuf late =
                                        lab.memory().buffer(allocator, 50, 50).writeInt(9);
                                seen[0] = all(late.getInt(0), late.release(), value.getByte(99), value.release());
                                removed.countDown();
                            }
                        };
                        local.set(buf);
                        FastThreadLocal.removeAll();
                    });
                    thread.start();
                    return all(removed.await(SECONDS, TimeUnit.SECONDS), seen[0]);
                })
                .gives("true 9 true 99 true");
        table.row("a chain of loops, each of which ends before the next has the buffer", lab -> {
                    ByteBuf buf = lab.counted(16);
                    for (int i = 0; i < 5; i++) {
                        int size = 100 << i;
                        try (Loop other = new Loop()) {
                            other.run(() -> buf.writeZero(size));
                        }
                    }
                    return all(hex(buf, 12, 6), buf.writerIndex(), buf.release());
                })
                .gives("0c0d0e0f0000 3116 true");
        table.row("the last holder is the thread that made it, after others", lab -> {
                    ByteBuf buf = lab.counted(16);
                    buf.retain(3);
                    boolean first = on(OddThreadsTest::plain, buf::release);
                    boolean second = on(OddThreadsTest::virtual, () -> buf.release(2));
                    return all(first, second, state(buf), buf.release(), thrown(buf::release));
                })
                .gives("false false 0/16/16 x1 true IllegalReferenceCountException");
    }
}
