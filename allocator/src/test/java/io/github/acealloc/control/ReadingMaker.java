/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

/** Makes readings of which a test names only what it is about; a turn of 100 ms, in which the class did nothing, to begin with.
 * Immutable. */
final class ReadingMaker implements Cloneable {
    static final long TURN = 100_000_000;

    private final int sizeClass;
    private final int blockBytes;
    private final int cap;
    private final int batch;
    private long nanos = TURN;
    private long allocations;
    private long refills;
    private long spills;
    private long moved;
    private int swing;
    private long reuses;
    private long watchedNanos;
    private long aged;
    private int level;
    private double meanNanos;
    private double shortNanos;

    ReadingMaker(int sizeClass, int blockBytes, int cap, int batch) {
        this.sizeClass = sizeClass;
        this.blockBytes = blockBytes;
        this.cap = cap;
        this.batch = batch;
    }

    private ReadingMaker copy() {
        try {
            return (ReadingMaker) clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    ReadingMaker nanos(long newNanos) {
        ReadingMaker copy = copy();
        copy.nanos = newNanos;
        return copy;
    }

    ReadingMaker allocations(long n) {
        ReadingMaker copy = copy();
        copy.allocations = n;
        return copy;
    }

    ReadingMaker misses(long newRefills, long newSpills) {
        ReadingMaker copy = copy();
        copy.refills = newRefills;
        copy.spills = newSpills;
        return copy;
    }

    ReadingMaker moved(long blocks) {
        ReadingMaker copy = copy();
        copy.moved = blocks;
        return copy;
    }

    ReadingMaker swing(int blocks) {
        ReadingMaker copy = copy();
        copy.swing = blocks;
        return copy;
    }

    ReadingMaker watched(long newReuses, long newNanos) {
        ReadingMaker copy = copy();
        copy.reuses = newReuses;
        copy.watchedNanos = newNanos;
        return copy;
    }

    ReadingMaker aged(long blocks) {
        ReadingMaker copy = copy();
        copy.aged = blocks;
        return copy;
    }

    ReadingMaker level(int blocks) {
        ReadingMaker copy = copy();
        copy.level = blocks;
        return copy;
    }

    ReadingMaker lifetimes(double mean, double cutOff) {
        ReadingMaker copy = copy();
        copy.meanNanos = mean;
        copy.shortNanos = cutOff;
        return copy;
    }

    Reading make() {
        return new Reading(
                sizeClass,
                blockBytes,
                nanos,
                allocations,
                refills,
                spills,
                moved,
                swing,
                reuses,
                watchedNanos,
                aged,
                level,
                cap,
                batch,
                meanNanos,
                shortNanos);
    }
}
