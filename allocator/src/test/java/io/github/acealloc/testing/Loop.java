/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.testing;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An event loop: one thread that runs what others give it, until it ends. */
public final class Loop implements Executor, AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final ThreadPoolExecutor executor;
    private final AtomicInteger given = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private volatile Thread thread;

    public Loop() {
        executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), this::newThread);
        executor.prestartCoreThread();
    }

    private Thread newThread(Runnable work) {
        thread = new Thread(work, "loop");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void execute(Runnable task) {
        given.incrementAndGet();
        try {
            executor.execute(() -> {
                try {
                    task.run();
                } finally {
                    done.incrementAndGet();
                }
            });
        } catch (RejectedExecutionException e) {
            done.incrementAndGet();
            throw e;
        }
    }

    /** Waits until it has run what it was given. */
    public void settle() {
        while (given.get() != done.get()) {
            run(() -> {});
        }
    }

    /** Runs a task on the loop, waits for it, and throws what it throws. */
    public <T> T call(Callable<T> task) {
        try {
            return executor.submit(task).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw Sneaky.rethrow(e.getCause());
        } catch (Exception e) {
            throw new AssertionError("the loop did not answer", e);
        }
    }

    /** As {@link #call}, without a result. */
    public void run(Runnable task) {
        call(() -> {
            task.run();
            return null;
        });
    }

    /** Whether the calling thread is this loop's. */
    public boolean isCurrent() {
        return thread == Thread.currentThread();
    }

    /** Ends the thread as a crash would: whatever it owns, it keeps. */
    public void end() {
        executor.shutdown();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        if (thread.isAlive()) {
            throw new AssertionError("the loop does not end");
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
