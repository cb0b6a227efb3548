/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.AbstractEventExecutor;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import io.netty.util.internal.ThreadExecutorMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * An event loop that outlives a full Java heap: whatever it needs was made before. It allocates buffers and releases them, or sends
 * them to another loop, which does. What a full heap makes fail is tried again later, if it was a release.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // of each field one thread is the only writer
final class FullHeapLoop extends AbstractEventExecutor implements Runnable {
    // What loops do now; the numbers only rise.
    static final int WAIT = 0;
    static final int PLAY = 1;
    static final int RELEASE_ALL = 2;
    static final int TAKE_IN_ALL = 3;
    static final int TRY_AGAIN = 4;
    static final int END = 5;

    private static final int[] BYTES = {256, 16 << 10, FullJavaHeap.HUGE, 256, 16 << 10};
    private static final int[] MOST = {2000, 400, 25, 200, 50};
    private static final int FIRST_ON_HEAP = 3;
    private static final int TURN = 1 << 11;
    private static final int INBOX = 1 << 10;
    private static final int MOST_FAILED = 1 << 20;
    private static final Pattern JDK_CLASS = Pattern.compile("initialize class (java|jdk|sun)[.]");
    private static final int LAST_STAMP = 256 - Long.BYTES;

    private final ByteBufAllocator allocator;
    private final ByteBuf[][] live = new ByteBuf[BYTES.length][];
    private final int[] counts = new int[BYTES.length];
    private final ByteBuf[] inbox = new ByteBuf[INBOX];
    private final ByteBuf[] failed = new ByteBuf[MOST_FAILED];
    private final Runnable[] tasks = new Runnable[64];
    private final FastThreadLocalThread thread;
    private FullHeapLoop other;
    private int taskCount;
    private long random;

    /** Written by the other loop; the tail by this one. */
    private volatile long inboxHead;

    private volatile long inboxTail;

    /** What it has done so far. */
    volatile long steps;

    volatile int order;
    volatile int done = WAIT;

    long allocated;
    long refused;
    int failures;
    int repeated;
    long corrupted;
    Throwable unexpected;

    FullHeapLoop(ByteBufAllocator allocator, long seed) {
        this.allocator = allocator;
        random = seed;
        for (int kind = 0; kind < live.length; kind++) {
            live[kind] = new ByteBuf[MOST[kind] + 1];
        }
        thread = new FastThreadLocalThread(ThreadExecutorMap.apply((Runnable) this, this));
    }

    void start(FullHeapLoop other) {
        this.other = other;
        thread.start();
    }

    void join() throws InterruptedException {
        thread.join();
    }

    @Override
    public void run() {
        while (order < END) {
            try {
                runTasks();
                int now = order;
                if (now == PLAY) {
                    done = PLAY;
                    play();
                } else if (done != now) {
                    tidy(now);
                    done = now;
                } else {
                    LockSupport.parkNanos(100_000);
                }
            } catch (OutOfMemoryError e) {
                refused++;
            } catch (Throwable e) {
                note(e);
            }
        }
    }

    /** A class of the JDK's own that first came upon a full heap is broken for good; that is nobody's fault here. */
    private void note(Throwable e) {
        String text = String.valueOf(e.getMessage());
        if (e instanceof NoClassDefFoundError && JDK_CLASS.matcher(text).find()) {
            refused++;
        } else if (unexpected == null) {
            unexpected = e;
        }
    }

    private void tidy(int now) {
        if (now == RELEASE_ALL) {
            for (int kind = 0; kind < live.length; kind++) {
                while (counts[kind] > 0) {
                    release(live[kind][--counts[kind]]);
                }
            }
        } else if (now == TAKE_IN_ALL) {
            while (takeIn()) {
                // until it is empty
            }
        } else {
            for (; repeated < failures; repeated++) {
                if (failed[repeated].refCnt() > 0) {
                    failed[repeated].release();
                }
            }
        }
    }

    private void play() {
        long turn = (steps / TURN) % 4;
        for (int i = 0; i < TURN && order == PLAY; i++) {
            steps = steps + 1;
            takeIn();
            int kind = next(BYTES.length);
            int wanted = turn == 0 ? next(8) : MOST[kind];
            if (counts[kind] < wanted) {
                allocate(kind);
            } else if (counts[kind] > 0) {
                part(kind);
            }
        }
    }

    private void allocate(int kind) {
        int i = counts[kind];
        try {
            live[kind][i] =
                    kind < FIRST_ON_HEAP ? allocator.directBuffer(BYTES[kind]) : allocator.heapBuffer(BYTES[kind]);
            counts[kind]++;
            allocated++;
            stamp(live[kind][i]);
            if (next(16) == 0 && kind == 0) {
                live[kind][i].capacity(1 << (8 + next(8)));
            }
        } catch (OutOfMemoryError e) {
            refused++;
        }
    }

    private static void stamp(ByteBuf buf) {
        long stamp = System.identityHashCode(buf);
        buf.setLong(0, stamp).setLong(LAST_STAMP, stamp);
    }

    /** Releases one, or has the other loop do it. */
    private void part(int kind) {
        int i = next(counts[kind]);
        ByteBuf buf = live[kind][i];
        live[kind][i] = live[kind][--counts[kind]];
        if (next(2) == 0 && other.inboxHead - other.inboxTail < INBOX) {
            other.inbox[(int) (other.inboxHead % INBOX)] = buf;
            other.inboxHead = other.inboxHead + 1;
        } else {
            release(buf);
        }
    }

    private boolean takeIn() {
        if (inboxTail == inboxHead) {
            return false;
        }
        ByteBuf buf = inbox[(int) (inboxTail % INBOX)];
        inboxTail = inboxTail + 1;
        release(buf);
        return true;
    }

    private void release(ByteBuf buf) {
        try {
            corrupted += buf.getLong(0) != buf.getLong(LAST_STAMP) ? 1 : 0;
        } catch (OutOfMemoryError e) {
            refused++;
        }
        try {
            buf.release();
        } catch (OutOfMemoryError e) {
            failed[failures++] = buf;
        } catch (Throwable e) {
            note(e);
        }
    }

    private int next(int bound) {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return (int) ((random >>> 1) % bound);
    }

    // ---- what an executor is asked for

    @Override
    public synchronized void execute(Runnable task) {
        if (taskCount == tasks.length) {
            throw new RejectedExecutionException();
        }
        tasks[taskCount++] = task;
    }

    private void runTasks() {
        for (Runnable task; (task = poll()) != null; ) {
            task.run();
        }
    }

    private synchronized Runnable poll() {
        return taskCount == 0 ? null : tasks[--taskCount];
    }

    @Override
    public boolean inEventLoop(Thread asked) {
        return asked == thread;
    }

    @Override
    public boolean isShuttingDown() {
        return false;
    }

    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<?> terminationFuture() {
        throw new UnsupportedOperationException();
    }

    @Override
    @Deprecated
    public void shutdown() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return false;
    }
}
