/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Programs in which an event loop allocates, others release what it allocated, and the loop is away: it waits in a task, or has ended
 * while its thread lives on. Each serves what it needs afterwards with any of Netty's allocators. In a JVM of its own, whose limit is
 * small; arguments: the program, the allocator.
 */
final class AwayOwner {
    private static final int MIB = 1 << 20;

    /** More than the governor needs to see silence and to give back: two purge delays, and what a busy machine takes. */
    private static final long SILENCE_MILLIS = 4_000;

    private AwayOwner() {}

    /** The programs. */
    enum Program {
        /** A loop waits in a task; somebody else needs more than the rest of the limit. */
        WAITS(false),
        /** The same with buffers on the Java heap, which the application needs for itself, a little later. */
        WAITS_ON_HEAP(true),
        /** Executors whose tasks wait for a database, again and again. */
        GROUP(false),
        /** A loop has ended, but its thread goes on with something else. */
        ENDED(false);

        /** Whether the governor has to see silence; the others are served at once, however long silence has to be. */
        final boolean needsSilence;

        Program(boolean needsSilence) {
            this.needsSilence = needsSilence;
        }
    }

    public static void main(String[] args) throws Exception {
        ByteBufAllocator allocator = Contestant.valueOf(args[1]).make();
        switch (Program.valueOf(args[0])) {
            case WAITS -> waits(allocator);
            case WAITS_ON_HEAP -> waitsOnHeap(allocator);
            case GROUP -> group(allocator);
            case ENDED -> ended(allocator);
        }
        System.out.println("served");
        System.exit(0); // loops wait for ever
    }

    /** Allocates on an executor, which then waits for ever; everything is released here. */
    private static void allocateAndWait(EventExecutor loop, Callable<List<ByteBuf>> task, CountDownLatch until)
            throws Exception {
        List<ByteBuf> bufs = loop.submit(task).get(30, TimeUnit.SECONDS);
        loop.execute(() -> await(until));
        bufs.forEach(ByteBuf::release);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<ByteBuf> direct(ByteBufAllocator allocator, int bytes, int each) {
        List<ByteBuf> bufs = new ArrayList<>();
        for (int done = 0; done < bytes; done += each) {
            bufs.add(allocator.directBuffer(each).setZero(0, each));
        }
        return bufs;
    }

    private static List<ByteBuf> heap(ByteBufAllocator allocator, int bytes, int each) {
        List<ByteBuf> bufs = new ArrayList<>();
        for (int done = 0; done < bytes; done += each) {
            bufs.add(allocator.heapBuffer(each));
        }
        return bufs;
    }

    private static void waits(ByteBufAllocator allocator) throws Exception {
        DefaultEventExecutor loop = new DefaultEventExecutor();
        for (int each : new int[] {1024, 16 << 10}) {
            allocateAndWait(new DefaultEventExecutor(), () -> direct(allocator, 45 * MIB, each), new CountDownLatch(1));
        }
        loop.submit(() -> direct(allocator, 64 * MIB, 48 << 10).forEach(ByteBuf::release))
                .get(30, TimeUnit.SECONDS);
    }

    private static void waitsOnHeap(ByteBufAllocator allocator) throws Exception {
        allocateAndWait(new DefaultEventExecutor(), () -> heap(allocator, 80 * MIB, 4096), new CountDownLatch(1));
        Thread.sleep(SILENCE_MILLIS); // nobody tells an allocator that the application needs its own memory
        List<byte[]> own = new ArrayList<>();
        while (own.size() < 100) { // more than is left beside the buffers
            own.add(new byte[MIB]);
        }
    }

    private static void group(ByteBufAllocator allocator) throws Exception {
        EventExecutorGroup group = new DefaultEventExecutorGroup(4);
        for (int round = 0; round < 8; round++) {
            CountDownLatch until = new CountDownLatch(1);
            for (int i = 0; i < 3; i++) {
                allocateAndWait(group.next(), () -> direct(allocator, 30 * MIB, 8 << 10), until);
            }
            direct(allocator, 60 * MIB, 8 << 10).forEach(ByteBuf::release);
            until.countDown();
        }
    }

    private static void ended(ByteBufAllocator allocator) throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        DefaultEventExecutor loop = new DefaultEventExecutor(task -> {
            Thread thread = new FastThreadLocalThread(() -> {
                task.run();
                await(never);
            });
            thread.start();
        });
        List<ByteBuf> bufs =
                loop.submit(() -> direct(allocator, 80 * MIB, 2048)).get(30, TimeUnit.SECONDS);
        loop.shutdownGracefully(0, 0, TimeUnit.SECONDS).await(30, TimeUnit.SECONDS);
        bufs.forEach(ByteBuf::release);
        new DefaultEventExecutor()
                .submit(() -> direct(allocator, 100 * MIB, 64 << 10).forEach(ByteBuf::release))
                .get(30, TimeUnit.SECONDS);
    }
}
