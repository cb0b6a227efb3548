/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Gives event loops their tasks on a thread of its own, because {@code Executor.execute} may block: a handler of rejected tasks that
 * waits for room would stop whoever asks, and with the governor all allocators.
 *
 * <p>A thread that has been in one {@code execute} for too long is left there, and a fresh one goes on with the rest. No second
 * one enters that executor meanwhile. So each executor that hangs costs one thread at most; after {@link #MOST_HUNG} of them nobody is
 * asked until one comes back. Without tasks the thread ends, so that it keeps no class loader.
 */
final class Asker implements Runnable {
    static final Asker INSTANCE = new Asker();

    /** So long one {@code execute} may take. */
    static final long HUNG_NANOS = 1_000_000_000;

    static final int MOST_HUNG = 4;

    private static final long AWAIT_MILLIS = 100;
    private static final long IDLE_MILLIS = 2000;

    // All guarded by the instance's lock, which is never held while foreign code runs.
    private final Queue<OwnerTask> waiting = new ArrayDeque<>();
    private final Set<Executor> hung = new HashSet<>();
    private Thread thread;

    /** What the thread is handing over, and since when. */
    private OwnerTask current;

    private long since;
    private long asked;
    private long done;
    private long workNanos;

    /** Tests make their own. */
    Asker() {}

    /** Whether it is of no use to ask an executor now. */
    boolean isHung(Executor executor) {
        OwnerTask late = null;
        boolean isHung;
        synchronized (this) {
            isHung = isLate();
            if (isHung && hung.size() < MOST_HUNG) {
                late = current;
                hung.add(late.executor());
                start();
                isHung = false;
            }
            isHung |= !hung.isEmpty() && hung.contains(executor);
        }
        if (late != null) {
            late.owner().tellHung(late.executor());
        }
        return isHung;
    }

    /** Has a task handed over after the next {@link #go}; false if no thread is to be had. */
    synchronized boolean ask(OwnerTask task) {
        if ((thread == null || !thread.isAlive()) && !start()) {
            return false;
        }
        waiting.add(task);
        asked++;
        return true;
    }

    /** Wakes the thread, once for all that it was asked for; gives how long it has been at work so far, in nanoseconds. */
    synchronized long go() {
        if (!waiting.isEmpty()) {
            notifyAll();
        }
        return workNanos;
    }

    /** Waits until all that was asked so far is handed over, but not for an executor that hangs. */
    synchronized void await() {
        go();
        long all = asked;
        try {
            while (done - all < 0 && thread != null && thread.isAlive() && !isLate()) {
                wait(AWAIT_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it is handed over a moment later
        }
    }

    private boolean isLate() {
        return current != null && System.nanoTime() - since > HUNG_NANOS;
    }

    /** Starts a fresh thread in the place of one that hangs or has died. */
    private boolean start() {
        if (current != null) {
            end();
        }
        Thread started = new Thread(null, this, "acealloc-asker", 0, false);
        started.setDaemon(true);
        started.setContextClassLoader(null);
        try {
            started.start();
            thread = started;
        } catch (OutOfMemoryError noThread) {
            thread = null;
        }
        return thread != null;
    }

    @Override
    public void run() {
        for (OwnerTask task = next(null); task != null; task = next(task)) {
            task.handOver();
        }
    }

    /** The next task to hand over; null if the calling thread has no more to do. */
    private synchronized OwnerTask next(OwnerTask last) {
        if (thread != Thread.currentThread()) {
            if (last != null) {
                hung.remove(last.executor());
            }
            return null;
        }
        if (last != null) {
            workNanos += System.nanoTime() - since;
            end();
        }
        for (; ; ) {
            if (waiting.isEmpty()) {
                pause();
            }
            OwnerTask task = waiting.poll();
            if (task == null) {
                thread = null;
                return null;
            }
            current = task;
            since = System.nanoTime();
            if (hung.isEmpty() || !hung.contains(task.executor())) {
                return task;
            }
            task.drop();
            end();
        }
    }

    private void end() {
        current = null;
        done++;
        notifyAll();
    }

    @SuppressWarnings("WaitNotInLoop") // who wakes up for no reason ends, as after the pause
    private void pause() {
        try {
            wait(IDLE_MILLIS);
        } catch (InterruptedException ignored) {
            // Nobody has a reason to; the thread ends, and who asks next starts another.
        }
    }
}
