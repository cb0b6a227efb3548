/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The one limit that all memory of one allocator counts against, whatever its source.
 *
 * <p>Law: {@code Σ committed ≤ limit}; each committed byte was taken by one {@link #tryTake} and is given back by one
 * {@link #give}. Safe for use by any thread.
 */
public final class MemoryBudget {

    /** Who is asked to give memory back when the limit is reached, and to tell its state if that did not help. */
    public interface Reclaimer {
        /**
         * Gives back what can be given back now, without waiting for other threads.
         *
         * @param requester the heap that asks; the caller owns it
         */
        void reclaim(Object requester);

        /**
         * Tells what it holds.
         *
         * @return text for the error's message, such as {@code direct: live 5 bytes}
         */
        String report();
    }

    /**
     * Set on a thread whose listeners are being told. One that allocates in vain is told nothing more: the thread may hold a stripe for
     * each time it asked.
     */
    private static final ThreadLocal<Boolean> TELLING = new ThreadLocal<>();

    /** How often at most one request has memory given back, each time for a bounded time, before it fails. */
    public static final int MOST_RECLAIMS = 64;

    private final long limit;
    private final AtomicLong committed = new AtomicLong();
    private volatile boolean systemRefused;
    private final List<Reclaimer> reclaimers = new CopyOnWriteArrayList<>();
    private final List<Consumer<OutOfMemoryError>> listeners = new CopyOnWriteArrayList<>();

    /**
     * A budget with nothing taken.
     *
     * @param limit bytes, greater than 0
     */
    public MemoryBudget(long limit) {
        if (limit <= 0) {
            throw new IllegalArgumentException("limit: " + limit + " (expected: > 0)");
        }
        this.limit = limit;
    }

    /**
     * Takes bytes if they fit under the limit.
     *
     * @param bytes how many
     * @return whether they were taken
     */
    public boolean tryTake(long bytes) {
        long current = committed.get();
        while (current <= limit - bytes) {
            if (committed.compareAndSet(current, current + bytes)) {
                return true;
            }
            current = committed.get();
        }
        return false;
    }

    /**
     * Gives bytes back.
     *
     * @param bytes as many as one {@link #tryTake} took
     */
    public void give(long bytes) {
        long left = committed.addAndGet(-bytes);
        assert left >= 0 : "committed: " + left + " (expected: >= 0)";
    }

    /** Remembers that the system has refused memory that the limit allows. */
    public void refusedBySystem() {
        systemRefused = true;
    }

    /**
     * Adds somebody who is asked when memory runs out.
     *
     * @param reclaimer asked by {@link #reclaim}
     */
    public void addReclaimer(Reclaimer reclaimer) {
        reclaimers.add(reclaimer);
    }

    /**
     * Asks every reclaimer to give back what it can. That one fails is not the error of whoever needs memory: what it keeps is
     * kept for another try, and the governor, which is the next to try, tells of it.
     *
     * @param requester the heap that asks; the calling thread owns it
     * @return whether less is committed than before, so that asking again may give more
     */
    public boolean reclaim(Object requester) {
        long before = committed.get();
        for (Reclaimer reclaimer : reclaimers) {
            try {
                reclaimer.reclaim(requester);
            } catch (RuntimeException ignored) {
                // Others may have given back enough; if not, the error says how much there is.
            }
        }
        return committed.get() < before;
    }

    /**
     * The error that says, after reclaiming did not help, that a request cannot be served.
     *
     * @param bytes what was asked for
     * @param needed what had to be taken for it
     * @return to be thrown by the caller
     */
    public OutOfMemoryError exhausted(long bytes, long needed) {
        StringBuilder text = new StringBuilder(256);
        text.append("cannot allocate ").append(bytes).append(" bytes: ");
        text.append(reason(needed))
                .append(" (needed: ")
                .append(needed)
                .append(", committed: ")
                .append(committed.get())
                .append(", limit: ")
                .append(limit);
        for (Reclaimer reclaimer : reclaimers) {
            text.append("; ").append(reclaimer.report());
        }
        OutOfMemoryError error = new OutOfMemoryError(text.append(")").toString());
        if (!listeners.isEmpty() && TELLING.get() == null) {
            TELLING.set(true);
            try {
                tell(error);
            } finally {
                TELLING.remove();
            }
        }
        return error;
    }

    /** Others give memory back meanwhile, so what is committed now does not tell alone what was in the way. */
    private String reason(long needed) {
        if (committed.get() > limit - needed) {
            return "the limit is reached";
        }
        return systemRefused
                ? "the system refused more memory"
                : "the limit was reached, and others have given back since";
    }

    @SuppressWarnings("ReferenceEquality") // identity is the question
    private void tell(OutOfMemoryError error) {
        for (Consumer<OutOfMemoryError> listener : listeners) {
            try {
                listener.accept(error);
            } catch (Throwable e) {
                if (e != error) {
                    error.addSuppressed(e);
                }
            }
        }
    }

    /**
     * Adds somebody who is told of each request that cannot be served, before the error is thrown, on the requesting thread.
     *
     * @param listener what it throws is added to the error as suppressed; what fails while it runs is not told again
     */
    public void onExhausted(Consumer<OutOfMemoryError> listener) {
        listeners.add(listener);
    }

    /**
     * What is taken now.
     *
     * @return bytes
     */
    public long committed() {
        return committed.get();
    }

    /**
     * The limit.
     *
     * @return bytes
     */
    public long limit() {
        return limit;
    }
}
