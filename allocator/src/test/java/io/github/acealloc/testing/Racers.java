/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs tasks at the same moment, each on a loop or on a thread of its own, and throws what any of them throws. */
public final class Racers {
    private static final long PATIENCE_SECONDS = 60;

    private final List<FutureTask<Void>> tasks = new ArrayList<>();
    private final List<Runnable> starts = new ArrayList<>();
    private final AtomicInteger missing = new AtomicInteger();
    private final CountDownLatch ready = new CountDownLatch(1);

    /** Adds a task that runs on a loop. */
    public Racers on(Loop loop, Runnable task) {
        FutureTask<Void> future = new FutureTask<>(() -> race(task), null);
        tasks.add(future);
        starts.add(() -> loop.execute(future));
        return this;
    }

    /** Adds a task that runs on a new thread. */
    public Racers on(Runnable task) {
        FutureTask<Void> future = new FutureTask<>(() -> race(task), null);
        tasks.add(future);
        starts.add(() -> new Thread(future, "racer").start());
        return this;
    }

    private void race(Runnable task) {
        if (missing.decrementAndGet() == 0) {
            ready.countDown();
        }
        try {
            ready.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        task.run();
    }

    /** Runs them all to their ends. */
    public void go() {
        missing.set(tasks.size());
        starts.forEach(Runnable::run);
        for (FutureTask<Void> task : tasks) {
            try {
                task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                throw Sneaky.rethrow(e.getCause());
            } catch (Exception e) {
                throw new AssertionError("a racer did not arrive", e);
            }
        }
    }
}
