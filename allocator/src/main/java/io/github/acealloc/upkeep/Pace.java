/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.upkeep;

/**
 * When the control loop of one allocator makes its next turn: soon while there is something to learn, and never so often that its
 * turns take more than a small share of a core. For the governor's thread.
 */
public final class Pace {
    /** Between two turns while something is allocated, while nothing is, and at most. */
    static final long LEARNING_MILLIS = 100;

    static final long TICK_MILLIS = 250;
    static final long LONGEST_MILLIS = 1000;

    /** Between two turns, and two looks at all heaps, where these are long because there are very many heaps. */
    static final long LONGEST_REST_MILLIS = 10_000;

    static final long LONGEST_LOOK_MILLIS = 2000;

    /** So many times as long as a turn takes is rested after it: a quarter of a percent of a core. */
    static final long REST = 400;

    /** The same for a look at all heaps. */
    static final long LOOK_REST = 200;

    /** After so many purge delays without an allocation all that is idle has gone back. */
    private static final int SETTLED_DELAYS = 4;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private long millis = TICK_MILLIS;
    private long restMillis = LEARNING_MILLIS;
    private long lastTurn;
    private long lastActive;
    private long lastTook;
    private long lastLook;
    private long lastLookTook;
    private long lookRestMillis;

    /**
     * Begins.
     *
     * @param now the time, as {@code System.nanoTime()} tells it
     */
    public Pace(long now) {
        lastTurn = now;
        lastActive = now;
        lastLook = now;
    }

    /**
     * After how long the governor should come again, for a turn or only to look after idle memory.
     *
     * @return milliseconds, greater than 0
     */
    public long millis() {
        return millis;
    }

    /**
     * Whether it is time for a turn: not where the governor only goes on with work that was too long for one, or comes for another
     * allocator.
     *
     * @param now the time
     * @return whether most of the rest has passed, or the clock has jumped back
     */
    public boolean isDue(long now) {
        long rested = now - lastTurn;
        return rested < 0 || rested >= restMillis * NANOS_PER_MILLI / 5 * 4;
    }

    /**
     * Whether it is time for a look at all heaps: each time but where there are so many that a look takes long.
     *
     * @param now the time
     * @return whether most of the rest has passed, or the clock has jumped back
     */
    public boolean isLookDue(long now) {
        long rested = now - lastLook;
        return rested < 0 || rested >= lookRestMillis * NANOS_PER_MILLI / 5 * 4;
    }

    /**
     * Counts a look at all heaps.
     *
     * @param now when it began
     * @param took how long it was under way, in nanoseconds; of two in a row the shorter counts
     */
    public void looked(long now, long took) {
        lastLook = now;
        double rest = (double) LOOK_REST * Math.min(took, lastLookTook) / NANOS_PER_MILLI;
        lookRestMillis = rest <= TICK_MILLIS ? 0 : (long) Math.min(rest, LONGEST_LOOK_MILLIS);
        lastLookTook = took;
    }

    /**
     * Counts a turn.
     *
     * @param now when it began
     * @param took how long it was under way, in nanoseconds; of two in a row the shorter counts, because a thread may be interrupted
     * @param isActive whether anything was allocated
     * @param learns whether anything is learned from it
     * @param purgeDelayNanos after which idle memory goes
     */
    public void turned(long now, long took, boolean isActive, boolean learns, long purgeDelayNanos) {
        lastTurn = now;
        if (isActive) {
            lastActive = now;
        }
        // What became idle goes back step by step, and each step waits for a tick.
        boolean isSettled = learns && (now - lastActive) / SETTLED_DELAYS > purgeDelayNanos;
        double rest = (double) REST * Math.min(took, lastTook) / NANOS_PER_MILLI;
        restMillis = (long) Math.min(Math.max(rest, LEARNING_MILLIS), LONGEST_REST_MILLIS);
        lastTook = took;
        long idle = Math.min(2 * millis, isSettled ? LONGEST_MILLIS : TICK_MILLIS);
        // Looking after idle memory does not wait for a long rest, but divides it evenly.
        millis = isActive ? restMillis / Math.max(restMillis / TICK_MILLIS, 1) : idle;
    }
}
