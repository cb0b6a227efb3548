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

    /** Set on a thread whose listeners are being told. One that allocates in vain is told nothing more, and so not for ever. */
    private static final ThreadLocal<Boolean> TELLING = new ThreadLocal<>();

    /** How often at most one request has memory given back, each time for a bounded time, before it fails. */
    public static final int MOST_RECLAIMS = 64;

    private final long limit;
    private final String origin;
    private final AtomicLong committed = new AtomicLong();
    private volatile boolean systemRefused;

    /** What the system has last said to that. */
    private volatile String refusal;

    private final List<Reclaimer> reclaimers = new CopyOnWriteArrayList<>();
    private final List<Consumer<OutOfMemoryError>> listeners = new CopyOnWriteArrayList<>();

    /**
     * A budget with nothing taken.
     *
     * @param limit bytes, greater than 0
     */
    public MemoryBudget(long limit) {
        this(limit, "");
    }

    /**
     * A budget with nothing taken, whose limit was set somewhere.
     *
     * @param limit bytes, greater than 0
     * @param origin for the error: which setting the limit comes from and how it is raised; may be empty
     */
    public MemoryBudget(long limit, String origin) {
        if (limit <= 0) {
            throw new IllegalArgumentException("limit: " + limit + " (expected: > 0)");
        }
        this.limit = limit;
        this.origin = origin;
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
     * Whether bytes would fit under the limit now.
     *
     * @param bytes how many
     * @return what {@link #tryTake} would say
     */
    public boolean hasRoom(long bytes) {
        return committed.get() <= limit - bytes;
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

    /**
     * Remembers that the system has refused memory that the limit allows.
     *
     * @param error with what words
     */
    public void refusedBySystem(OutOfMemoryError error) {
        refusal = error.getMessage();
        systemRefused = true;
    }

    /** Notes that the system has given memory: that it refused some before is no reason any more. */
    public void servedBySystem() {
        if (systemRefused) {
            systemRefused = false;
        }
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
     * The error that says, after reclaiming did not help, that a request cannot be served. Nobody is told yet: the calling thread
     * owns or has borrowed a heap, which it gives up first ({@link #tell}).
     *
     * @param bytes what was asked for
     * @param needed what had to be taken for it
     * @return to be thrown by the caller
     */
    public ExhaustedError exhausted(long bytes, long needed) {
        return exhausted(bytes, needed, reason(needed));
    }

    /**
     * The same where something else than memory is used up.
     *
     * @param bytes what was asked for
     * @param needed what had to be taken for it
     * @param reason what there is no more of, in words
     * @return to be thrown by the caller
     */
    public ExhaustedError exhausted(long bytes, long needed, String reason) {
        StringBuilder text = new StringBuilder(256);
        text.append("cannot allocate ").append(bytes).append(" bytes: ");
        text.append(reason)
                .append(" (needed: ")
                .append(needed)
                .append(", committed: ")
                .append(committed.get())
                .append(", limit: ")
                .append(limit)
                .append(origin.isEmpty() ? "" : " by ")
                .append(origin);
        for (Reclaimer reclaimer : reclaimers) {
            report(reclaimer, text.append("; "));
        }
        return new ExhaustedError(text.append(")").toString());
    }

    /** Whoever is refused hears of that, and not of what its report needs of a JDK that a full Java heap has broken. */
    private static void report(Reclaimer reclaimer, StringBuilder text) {
        try {
            text.append(reclaimer.report());
        } catch (LinkageError | InternalError e) { // what cannot be linked now
            text.append("no figures: ").append(e);
        }
    }

    /**
     * Tells everybody who wants to know that a request could not be served. To be called by a thread that holds no heap: what is
     * told may take its time.
     *
     * @param error about to be thrown
     */
    public void tell(OutOfMemoryError error) {
        if (!listeners.isEmpty() && TELLING.get() == null) {
            TELLING.set(true);
            try {
                for (Consumer<OutOfMemoryError> listener : listeners) {
                    tell(listener, error);
                }
            } finally {
                TELLING.remove();
            }
        }
    }

    @SuppressWarnings("ReferenceEquality") // identity is the question
    private static void tell(Consumer<OutOfMemoryError> listener, OutOfMemoryError error) {
        try {
            listener.accept(error);
        } catch (Throwable e) {
            if (e != error) {
                error.addSuppressed(e);
            }
        }
    }

    /** Others give memory back meanwhile, so what is committed now does not tell alone what was in the way. */
    private String reason(long needed) {
        if (committed.get() > limit - needed) {
            return "the limit is reached";
        }
        return systemRefused
                ? "the system refused more memory" + (refusal == null ? "" : ": " + refusal)
                : "the limit was reached, and others have given back since";
    }

    /**
     * Adds somebody who is told of each request that cannot be served ({@link #tell}), on the requesting thread.
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
     * Where the limit comes from.
     *
     * @return the setting and how it is raised, in words; empty if nobody said
     */
    public String origin() {
        return origin;
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
