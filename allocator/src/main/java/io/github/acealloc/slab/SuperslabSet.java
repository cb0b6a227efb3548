/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import io.github.acealloc.os.OsMemory;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.RandomAccess;

/**
 * The superslabs of one heap: a list for who visits them all, queues for who cuts a slab, and sums for who asks how much lies free.
 * What its owner asks for takes the same time however many there are. Owner only; statistics read the list and the sums racily.
 *
 * <pre>
 *   step   EMPTY  DRAINING  HOT, by quarters that are used       queue [step][r]: those whose longest run of free units is r
 *          0      1         2 … 6                                those without a free unit are in none
 * </pre>
 *
 * <p>A superslab that is taken out leaves its place in the list to the last one.
 *
 * <p><b>Law:</b> {@link #update} after each change of a superslab brings queue and sums up to date with what the superslab says, whatever
 * had failed before; nothing here makes an object but {@link #ensureRoom}. What changes links has no call in it, so the end of a stack
 * comes before it or not at all.
 */
public final class SuperslabSet extends AbstractList<Superslab> implements RandomAccess {
    private static final int EMPTY = 0;
    private static final int DRAINING = 1;
    private static final int LEAST_USED = 2;
    private static final int STEPS = 7;

    /** log2 of a quarter. */
    private static final int QUARTER_SHIFT = Superslab.UNIT_SHIFT + 3;

    /** Bits of a queue's number that tell the run. */
    private static final int RUN_BITS = 6;

    /** The number of no queue. */
    private static final int NOWHERE = 0;

    private static final int INITIAL_ROOM = 4;
    private static final Superslab[] NO_HEADS = {};

    private Superslab[] items = new Superslab[INITIAL_ROOM];
    private int size;

    /** By queue; made with the room for the first superslab. */
    private Superslab[] heads = NO_HEADS;

    /** For each step the runs whose queues are not empty, a bit each. */
    private final long[] runs = new long[STEPS];

    private long unitBytes;
    private long usedBytes;
    private long absentBytes;

    /** Without superslabs. */
    public SuperslabSet() {}

    @Override
    public int size() {
        return size;
    }

    @Override
    public Superslab get(int i) {
        return items[i];
    }

    /**
     * Where a superslab is in the list.
     *
     * @param superslab any
     * @return an index that holds until one is taken out; −1 if it is not here
     */
    @SuppressWarnings("ReferenceEquality") // identity is the question
    public int position(Superslab superslab) {
        int i = superslab.position;
        return i < size && items[i] == superslab ? i : -1;
    }

    /**
     * For other threads: the superslabs as they may have been a moment ago.
     *
     * @return some entries may be {@code null}
     */
    public Superslab[] snapshot() {
        return items.clone();
    }

    /** Makes room for one more, so that {@link #enter} cannot fail. */
    public void ensureRoom() {
        if (heads.length == 0) {
            heads = new Superslab[STEPS << RUN_BITS];
        }
        if (size == items.length) {
            items = Arrays.copyOf(items, 2 * size);
        }
    }

    /**
     * Puts a superslab last.
     *
     * @param superslab in no set
     */
    public void enter(Superslab superslab) {
        int bytes = superslab.units() << Superslab.UNIT_SHIFT;
        superslab.position = size;
        items[size] = superslab;
        size++;
        unitBytes += bytes;
        update(superslab);
    }

    /**
     * Takes a superslab out.
     *
     * @param superslab in this set
     */
    public void leave(Superslab superslab) {
        int bytes = superslab.units() << Superslab.UNIT_SHIFT;
        move(superslab, NOWHERE);
        size--;
        Superslab last = items[size];
        items[superslab.position] = last;
        last.position = superslab.position;
        items[size] = null;
        unitBytes -= bytes;
        usedBytes -= superslab.countedUsed;
        absentBytes -= superslab.countedAbsent;
        superslab.countedUsed = 0;
        superslab.countedAbsent = 0;
    }

    /**
     * Looks what a superslab has become: to be called after its units, what is used of it or its pages have changed.
     *
     * @param superslab in this set
     */
    public void update(Superslab superslab) {
        int used = superslab.usedBytes;
        usedBytes += used - superslab.countedUsed;
        superslab.countedUsed = used;
        PurgedPages pages = superslab.purged;
        int absent = Integer.bitCount(superslab.untouched) << Superslab.UNIT_SHIFT;
        absent += pages == null ? 0 : pages.count * OsMemory.PAGE;
        absentBytes += absent - superslab.countedAbsent;
        superslab.countedAbsent = absent;
        int free = superslab.freeUnits;
        if (free != superslab.countedFree) {
            superslab.longestRun = longestRun(free);
            superslab.countedFree = free;
        }
        int step = free == superslab.allFree
                ? EMPTY
                : superslab.draining ? DRAINING : LEAST_USED + (used >>> QUARTER_SHIFT);
        int queue = superslab.longestRun == 0 ? NOWHERE : (step << RUN_BITS) | superslab.longestRun;
        if (queue != superslab.queue) {
            move(superslab, queue);
        }
    }

    private static int longestRun(int free) {
        int length = 0;
        for (int starts = free; starts != 0; starts &= starts >>> 1) {
            length++;
        }
        return length;
    }

    /** From the queue that it is in to the head of another. */
    private void move(Superslab superslab, int queue) {
        int old = superslab.queue;
        if (old != NOWHERE) {
            Superslab previous = superslab.previousAlike;
            Superslab next = superslab.nextAlike;
            if (next != null) {
                next.previousAlike = previous;
            }
            if (previous != null) {
                previous.nextAlike = next;
            } else {
                heads[old] = next;
                if (next == null) {
                    runs[old >>> RUN_BITS] &= ~(1L << old);
                }
            }
            superslab.previousAlike = null;
            superslab.nextAlike = null;
        }
        superslab.queue = queue;
        if (queue != NOWHERE) {
            Superslab head = heads[queue];
            superslab.nextAlike = head;
            if (head != null) {
                head.previousAlike = superslab;
            }
            heads[queue] = superslab;
            runs[queue >>> RUN_BITS] |= 1L << queue;
        }
    }

    /**
     * The one with the most in it that has room for a slab, so that the others have a chance to become empty: by quarters, an empty
     * one last. Among those alike the one that the slab fits into best.
     *
     * @param units the slab's
     * @param orDraining whether one that is DRAINING may serve, before an empty one
     * @return {@code null} if there is none
     */
    public Superslab fullestWithRoom(int units, boolean orDraining) {
        for (int step = STEPS - 1; step >= EMPTY; step--) {
            long fitting = step == DRAINING && !orDraining ? 0 : runs[step] & (-1L << units);
            while (fitting != 0) {
                Superslab superslab = heads[(step << RUN_BITS) | Long.numberOfTrailingZeros(fitting)];
                if (superslab.hasRoom(units)) {
                    return superslab;
                }
                update(superslab); // it was in the wrong queue, after a failure
                fitting = runs[step] & (-1L << units);
            }
        }
        return null;
    }

    /**
     * One without slabs.
     *
     * @return {@code null} if there is none; for other threads as it may have been a moment ago
     */
    public Superslab anEmpty() {
        while (runs[EMPTY] != 0) {
            Superslab superslab = heads[Long.numberOfTrailingZeros(runs[EMPTY])];
            if (superslab.isEmpty()) {
                return superslab;
            }
            update(superslab); // it was in the wrong queue, after a failure
        }
        return null;
    }

    /**
     * Whether one is without slabs.
     *
     * @return as far as a thread can see that is not the owner
     */
    public boolean hasEmpty() {
        return runs[EMPTY] != 0;
    }

    /**
     * What all units have, whether or not pages are there.
     *
     * @return bytes
     */
    public long unitBytes() {
        return unitBytes;
    }

    /**
     * What is taken from the slabs of all: live, cached or on the way home.
     *
     * @return bytes
     */
    public long usedBytes() {
        return usedBytes;
    }

    /**
     * What is free in all and committed: in free units, or in slabs.
     *
     * @return bytes
     */
    public long idleBytes() {
        return unitBytes - usedBytes - absentBytes;
    }

    /**
     * What of queues and sums is not as a superslab says. For tests and diagnosis.
     *
     * @param superslab in this set
     * @return the defect in words; {@code null} if there is none
     */
    @SuppressWarnings("ReferenceEquality") // identity is the question
    public String defect(Superslab superslab) {
        int queue = superslab.queue;
        int queuedRun = queue & ((1 << RUN_BITS) - 1);
        int run = longestRun(superslab.freeUnits);
        if (queuedRun != run) {
            return "is queued for runs of " + queuedRun + " units (expected: " + run + ")";
        }
        int used = superslab.usedBytes();
        int step = superslab.isEmpty()
                ? EMPTY
                : superslab.isDraining() ? DRAINING : LEAST_USED + used / (1 << QUARTER_SHIFT);
        if (run > 0 && queue >>> RUN_BITS != step) {
            return "is queued at step " + (queue >>> RUN_BITS) + " (expected: " + step + ")";
        }
        boolean found = run == 0;
        for (Superslab other = heads[queue]; other != null && !found; other = other.nextAlike) {
            found = other == superslab;
        }
        if (!found) {
            return "is not in its queue";
        }
        if (superslab.countedUsed != used) {
            return "counts as " + superslab.countedUsed + " bytes used (expected: " + used + ")";
        }
        int idle = superslab.idleBytes();
        int counted = (superslab.units() << Superslab.UNIT_SHIFT) - used - superslab.countedAbsent;
        return counted == idle ? null : "counts as " + counted + " bytes idle (expected: " + idle + ")";
    }
}
