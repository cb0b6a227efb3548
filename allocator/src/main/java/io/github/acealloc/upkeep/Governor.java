/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.upkeep;

import java.lang.System.Logger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.LongSupplier;

/**
 * The one background thread of all allocators: it runs while at least one of them holds memory.
 *
 * <p>A daemon, started when memory is first taken and ended when none is left, so that it keeps no JVM alive, and a class loader only
 * while one of its allocators has memory. It holds an open allocator for as long as that has something to give back: one that its
 * user has dropped becomes idle, gives all back as any idle one does, and is forgotten then. What fails in one allocator's turn is
 * logged once and does not reach the others.
 */
public final class Governor implements Runnable {
    private static final Logger LOGGER = System.getLogger(Governor.class.getName());
    private static final long TICK_MILLIS = 250;

    /** After so many turns in which a class was missing, nobody tries again: some seconds. */
    private static final int MOST_UNLINKED = 20;

    private static final Governor INSTANCE = new Governor();

    /** Guarded by the instance's lock. */
    private final Set<Governed> governed = Collections.newSetFromMap(new WeakHashMap<>());

    /** Those of them that would lose memory if they were forgotten. Guarded by the instance's lock. */
    private final Set<Governed> held = Collections.newSetFromMap(new IdentityHashMap<>());

    private final Set<Governed> failed = Collections.newSetFromMap(new WeakHashMap<>());
    /** How often classes were missing in their turns; for the governor's thread. */
    private final Map<Governed, Integer> unlinked = new WeakHashMap<>();

    private Thread thread;
    private volatile LongSupplier clock = System::nanoTime;

    /** What the governor looks after. Compared by identity. */
    public interface Governed {
        /**
         * Does a part of what is due, of some milliseconds.
         *
         * @param now the time, as {@code System.nanoTime()} tells it
         * @return after how many milliseconds it wants the next, greater than 0
         */
        long tick(long now);

        /**
         * Whether it still needs to be looked after.
         *
         * @return {@code false} when it holds no memory; it must {@link Governor#watch} again when it takes some
         */
        boolean isActive();

        /**
         * Whether nobody else would give its memory back if it were forgotten.
         *
         * @return {@code false} if what it has goes back by itself, or not at all
         */
        boolean isHeld();
    }

    /** Tests make their own. */
    Governor() {}

    /**
     * Looks after an allocator until it is no longer active.
     *
     * @param allocator held for as long as it {@linkplain Governed#isHeld wants to be}
     */
    public static void watch(Governed allocator) {
        INSTANCE.add(allocator);
    }

    /** Only for tests, whose clocks jump: what all allocators are told about the time. */
    static void clock(LongSupplier clock) {
        INSTANCE.clock = clock;
    }

    synchronized void add(Governed allocator) {
        governed.add(allocator);
        held.add(allocator);
        if (thread == null || !thread.isAlive()) {
            Thread started = new Thread(null, this, "acealloc-governor", 0, false);
            started.setDaemon(true);
            started.setContextClassLoader(null);
            try {
                started.start();
                thread = started;
            } catch (OutOfMemoryError ignored) {
                // No thread is to be had. An allocation does not fail for that: who takes memory next tries again.
            }
        }
    }

    @Override
    public void run() {
        for (long millis = tryTurn(); millis > 0; millis = tryTurn()) {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException ignored) {
                // Nobody has a reason to; whoever did it is not obeyed.
            }
        }
    }

    private long tryTurn() {
        try {
            return turn();
        } catch (Throwable e) {
            return TICK_MILLIS; // not even the failure could be told: the Java heap is exhausted, most likely
        }
    }

    /** Looks after each allocator once; returns how long to sleep, 0 if there is none left. */
    private long turn() {
        List<Governed> active = active();
        long millis = Long.MAX_VALUE;
        for (Governed allocator : active) {
            millis = Math.min(millis, tick(allocator));
        }
        return active.isEmpty() ? 0 : Math.max(millis, 1);
    }

    /** The allocators to look after now; with none left, the thread is as good as ended. */
    private synchronized List<Governed> active() {
        governed.removeIf(allocator -> !isActive(allocator));
        // The copy decides: what the garbage collector has just cleared may still count in the set.
        List<Governed> active = new ArrayList<>(governed);
        // Not cleared and filled anew: where the Java heap is full that might end in between.
        for (Governed allocator : active) {
            if (allocator.isHeld()) {
                held.add(allocator);
            } else {
                held.remove(allocator);
            }
        }
        held.removeIf(allocator -> !governed.contains(allocator));
        if (active.isEmpty()) {
            thread = null;
        }
        return active;
    }

    private boolean isActive(Governed allocator) {
        try {
            return allocator.isActive();
        } catch (Throwable e) {
            report(allocator, e);
            return true;
        }
    }

    private long tick(Governed allocator) {
        try {
            return allocator.tick(clock.getAsLong());
        } catch (LinkageError e) {
            report(allocator, e);
            if (unlinked.merge(allocator, 1, Integer::sum) >= MOST_UNLINKED) {
                forget(allocator);
            }
            return TICK_MILLIS;
        } catch (Throwable e) {
            report(allocator, e);
            return TICK_MILLIS;
        }
    }

    /** An application is gone, and its class loader closed: to go on trying would keep that in memory. */
    private synchronized void forget(Governed allocator) {
        governed.remove(allocator);
        held.remove(allocator);
    }

    private void report(Governed allocator, Throwable e) {
        if (failed.add(allocator)) {
            LOGGER.log(Logger.Level.ERROR, "the governor failed for " + allocator + "; it tries again", e);
        }
    }
}
