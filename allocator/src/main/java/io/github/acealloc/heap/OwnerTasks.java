/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import java.lang.System.Logger;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What others ask a heap's owner, a live event loop, to do as one of its tasks. For any thread; of each kind one request is under way
 * at a time.
 */
final class OwnerTasks {
    private static final Logger LOGGER = System.getLogger(OwnerTasks.class.getName());

    /** Linked now: at the limit the Java heap may be full, too, and what cannot be linked then never can be. */
    static final Consumer<ThreadHeap> TRIM = ThreadHeap::trim;

    private final ThreadHeap heap;
    private final LongSupplier clock;
    private final OwnerRequest any = new OwnerRequest();
    private final OwnerRequest trim = new OwnerRequest();
    private final OwnerRequest leaving = new OwnerRequest();
    private volatile Executor executor;

    /** Whether the executor did not take the last task; seen by who asks next. */
    private volatile boolean refused;

    private volatile boolean told;

    /** What makes the owner give the heap up, run by the executor; null if it keeps it. */
    private volatile Runnable leave;

    OwnerTasks(ThreadHeap heap, LongSupplier clock) {
        this.heap = heap;
        this.clock = clock;
    }

    /** Tells where a new owner runs tasks, or by null that there is none who does; nothing is under way then. */
    void owner(Executor executor, Runnable leave) {
        this.executor = executor;
        this.leave = leave;
        refused = false;
        any.end();
        trim.end();
        leaving.end();
    }

    Executor executor() {
        return executor;
    }

    /** Whether an event loop has the heap that would give it up if it did not use it. */
    boolean isHeldByLoop() {
        return leave != null;
    }

    /**
     * Asks the owner to do something when it next runs tasks; dropped while it has not yet, for a while.
     *
     * @return whether it will do it; if not, it has not run its tasks since the last time, or takes none
     */
    boolean request(Consumer<ThreadHeap> task) {
        return request(task, any);
    }

    /** Asks the owner for a trim, whatever else it was asked for. */
    void requestTrim() {
        request(TRIM, trim);
    }

    /** Asks the owner to give the heap up, if it is empty and has not been used meanwhile. */
    void requestLeave(long activity) {
        request(
                owned -> {
                    Runnable leave = this.leave;
                    if (leave != null && owned.isEmpty() && owned.activity() == activity) {
                        leave.run();
                    }
                },
                leaving);
    }

    private boolean request(Consumer<ThreadHeap> task, OwnerRequest request) {
        Executor executor = this.executor;
        if (executor == null || Asker.INSTANCE.isHung(executor) || !request.begin(clock.getAsLong())) {
            return false;
        }
        boolean wasRefused = refused;
        boolean asked = Asker.INSTANCE.ask(new OwnerTask(this, executor, request, task));
        if (!asked) {
            request.end();
        }
        return asked && !wasRefused;
    }

    /** Notes whether the executor took the last task. */
    void refused(boolean refused) {
        this.refused = refused;
    }

    /** Does a task, if the calling thread is still the owner. */
    void run(Consumer<ThreadHeap> task) {
        if (heap.isOwner()) {
            task.accept(heap);
        }
    }

    /** Says once that the executor takes a task, but does not return. */
    void tellHung(Executor executor) {
        if (!told) {
            told = true;
            LOGGER.log(
                    Logger.Level.WARNING,
                    "an event loop blocks whoever gives it a task; it is not asked to give memory back meanwhile: "
                            + executor + ", thread " + heap.ownerName());
        }
    }
}
