/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.slab.Superslab;
import io.github.acealloc.slab.SuperslabSet;
import io.github.acealloc.slab.SuperslabStore;

/**
 * Gives back the free pages of superslabs that a few long-lived blocks hold on to, and the objects of their slots. Owner only.
 *
 * <p>While the heap allocates, its clock is what it allocates: for each {@link #STEP_BLOCKS} that come from slabs, the next
 * superslab of a ring is visited, and those of its pages go that have been free since its last visit. That happens only while
 * more lies free than a heap needs to live on, and less often where visits find nothing. When the heap is idle, one pass
 * gives all free pages back. A heap that goes on allocating is visited in rounds ({@link #age}) by time, too; where the limits
 * say so, time is its only clock, up to a bound.
 *
 * <p><b>Patience.</b> Where time is the clock, time and bound are the break-even ones, because nothing is known of what a page is
 * kept for. When most of what went is soon used again, something is known: to wait would have cost less. So both are doubled
 * from then on, up to {@link #MOST_PATIENCE}, and halved again when what goes is not missed.
 */
final class PagePurge {
    /** How many blocks are taken from slabs between two visits. */
    static final int STEP_BLOCKS = 32;

    private static final int MAX_STEP_BLOCKS = 8 * STEP_BLOCKS;

    /** A heap may keep this much, and a sixteenth of what it uses, before it looks for pages to give back. */
    static final long SPARED_BYTES = 4 << 20;

    private static final int SPARED_SHIFT = 4;

    /** Where free pages go by time, it may keep this much and a quarter of what it uses until then. */
    static final long MOST_SPARED_BYTES = 16 << 20;

    private static final int MOST_SPARED_SHIFT = 2;

    /** How many times longer than the break-even time free pages lie at most, and how many times more of them. */
    static final int MOST_PATIENCE = 2;

    /** What became of fewer bytes says nothing. */
    private static final int JUDGED_BYTES = 1 << 20;

    /** A superslab with less than that is not worth a visit. */
    private static final int MIN_IDLE_BYTES = 64 << 10;

    /** What one visit may take. A call to the system takes a microsecond or, on some virtual machines, a third of a millisecond. */
    static final long VISIT_NANOS = 100_000;

    /** So many superslabs at most are looked at for one that is worth a visit. */
    private static final int MOST_LOOKS = 64;

    /** A pass goes by so many where nothing has changed before it looks at the time. */
    private static final int UNTIMED = 256;

    /** Only tests change it. */
    long visitNanos = VISIT_NANOS;

    private final SuperslabStore store;
    private final SuperslabSet superslabs;
    private int next;
    private int taken;
    private int step = STEP_BLOCKS;

    /** What made pages free so far, and the same when the last complete pass began; other threads read them. */
    private long changes;

    private long changesAtPass;

    /** The same when the pass that is under way began. */
    private long changesAtStart;

    private int passed;

    /** The superslab that {@link #age} visits next, and how many it has still to visit in its round. */
    private int toVisit;

    private int toAge;

    /** How many superslabs were visited by allocation since a round was last asked for. */
    private int visits;

    private int patience = 1;

    /** Rounds of {@link #age} that were let pass since the last one. */
    private int passedOver;

    /** Bytes that have gone, and bytes that had gone and were used again; half as much with each {@link #judge}. */
    private long gone;

    private long missed;

    /**
     * Nothing to give back yet.
     *
     * @param store which counts pages
     * @param superslabs those of the heap, now and later
     */
    PagePurge(SuperslabStore store, SuperslabSet superslabs) {
        this.store = store;
        this.superslabs = superslabs;
    }

    /** Counts a slab that was cut, of which not every page need ever be used. */
    void cut() {
        changes += store.purgesParts() ? 1 : 0;
    }

    /** Counts a superslab that is to go: where a pass has been, another one may take its place. */
    void leaves(Superslab superslab) {
        changes += superslabs.position(superslab) < passed ? 1 : 0;
    }

    /** Counts a block that has left its slab. */
    void taken() {
        taken++;
    }

    /** Counts pages that had been given back and are used again. */
    void neededAgain(int bytes) {
        missed += bytes;
    }

    /** Counts a block that is back in its slab. */
    void given() {
        changes++;
    }

    /**
     * Visits a superslab if it is time to; called when blocks have been taken.
     *
     * @param byTime whether {@link #age} is called, so that only a heap that holds very much looks for more
     */
    void step(boolean byTime) {
        if (taken < step) {
            return;
        }
        taken = 0;
        if (store.purgesParts() && holdsTooMuch(byTime)) {
            visitNext();
        }
    }

    private boolean holdsTooMuch(boolean byTime) {
        long used = superslabs.usedBytes();
        long idle = superslabs.idleBytes();
        return byTime
                ? idle > patience * (MOST_SPARED_BYTES + (used >> MOST_SPARED_SHIFT))
                : idle > SPARED_BYTES + (used >> SPARED_SHIFT);
    }

    private void visitNext() {
        for (int i = Math.min(superslabs.size(), MOST_LOOKS); i > 0; i--) {
            next = next + 1 < superslabs.size() ? next + 1 : 0;
            if (next == 0) {
                judge();
            }
            Superslab superslab = superslabs.get(next);
            if (superslab.idleBytes() >= MIN_IDLE_BYTES) {
                visits++;
                int before = superslab.purgedBytes();
                next -= purgeSettled(superslab) ? 1 : 0; // what is left of it is for the next visit
                boolean found = superslab.purgedBytes() > before;
                step = found ? STEP_BLOCKS : Math.min(2 * step, MAX_STEP_BLOCKS);
                return;
            }
        }
    }

    /** Returns whether there is more. */
    private boolean purgeSettled(Superslab superslab) {
        int before = superslab.purgedBytes();
        boolean more = purge(superslab, true);
        gone += superslab.purgedBytes() - before;
        return more;
    }

    /** Returns whether there is more. */
    private boolean purge(Superslab superslab, boolean settled) {
        try {
            return store.purgeUnused(superslab, settled, visitNanos);
        } finally {
            superslabs.update(superslab);
        }
    }

    /** Looks at what became of what went in the last rounds, before more goes. */
    private void judge() {
        if (gone < JUDGED_BYTES) {
            return;
        }
        if (missed >= gone / 2) {
            patience = Math.min(2 * patience, MOST_PATIENCE);
        } else if (missed < gone / 4) {
            patience = Math.max(patience / 2, 1);
        }
        gone >>= 1;
        missed >>= 1;
    }

    /** How many times longer than the break-even time free pages lie now. */
    int patience() {
        return patience;
    }

    /**
     * Begins a round: what has been free since the last one is to go. Not while one is under way, nor where all were visited by
     * allocation twice meanwhile, which does the same.
     */
    void beginRound() {
        boolean allVisited = visits > 0 && visits >= 2 * superslabs.size();
        visits = 0;
        if (toAge == 0 && !allVisited && store.purgesParts() && ++passedOver >= patience) {
            passedOver = 0;
            judge();
            toAge = superslabs.size();
        }
    }

    /** Whether the last round is not at its end. */
    boolean isInRound() {
        return toAge > 0;
    }

    /**
     * Goes on with the round that is under way: gives back what a heap that goes on allocating has not needed since the last one.
     *
     * @param nanos how long that may take; what is left is for the next call
     */
    void age(long nanos) {
        long start = System.nanoTime();
        toAge = Math.min(toAge, superslabs.size());
        while (toAge > 0) {
            toVisit = toVisit < superslabs.size() ? toVisit : 0;
            Superslab superslab = superslabs.get(toVisit);
            if (superslab.idleBytes() < MIN_IDLE_BYTES || !purgeSettled(superslab)) {
                toAge--;
                toVisit++;
            }
            if (System.nanoTime() - start >= nanos) {
                return;
            }
        }
    }

    /** Whether slots may have become free since the last pass began, so that one may find some. */
    boolean isDue() {
        return changes != changesAtPass;
    }

    /**
     * Gives back all free pages, where the system takes them, and the objects of all free slots.
     *
     * @param nanos how long that may take; what is left is for the next call
     */
    void pass(long nanos) {
        long start = System.nanoTime();
        while (isDue()) {
            if (passed == 0) {
                changesAtStart = changes;
            }
            if (passed >= superslabs.size()) {
                passed = 0;
                changesAtPass = changesAtStart; // what came back behind the pass is for another one
                continue;
            }
            Superslab superslab = superslabs.get(passed);
            superslabs.update(superslab); // or what a failure has left behind would lie there for ever
            if (!superslab.hasChanged()) {
                passed++;
                if (passed % UNTIMED == 0 && System.nanoTime() - start >= nanos) {
                    return;
                }
                continue;
            }
            boolean hasPages = store.purgesParts() && superslab.idleBytes() > 0;
            if (!hasPages) {
                superslab.passed();
            }
            if (!hasPages || !purge(superslab, false)) {
                superslab.unbindFree();
                passed++;
            }
            if (System.nanoTime() - start >= nanos) {
                return;
            }
        }
    }
}
