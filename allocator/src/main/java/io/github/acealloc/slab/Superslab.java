/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import io.github.acealloc.os.Region;

/**
 * A region of 2 MiB, cut into 32 units that slabs are made of.
 *
 * <p>Law: a unit is in exactly one slab or free. Owned by one heap at a time; only that heap's owner calls
 * {@link #take} and {@link #give}.
 */
public final class Superslab {
    /** log2 of a unit's size. */
    public static final int UNIT_SHIFT = 16;

    /** The size of a unit, in bytes. */
    public static final int UNIT_BYTES = 1 << UNIT_SHIFT;

    /** The number of units: one bit each in an {@code int}. */
    public static final int UNITS = Integer.SIZE;

    /** The size of a superslab, in bytes. */
    public static final int BYTES = UNITS * UNIT_BYTES;

    private static final int ALL_FREE = -1;

    private final Region region;
    private int freeUnits = ALL_FREE;

    Superslab(Region region) {
        this.region = region;
    }

    /**
     * Whether contiguous units can be taken.
     *
     * @param units how many, 1 to {@link #UNITS}
     * @return {@code true} if {@link #take} would find them
     */
    public boolean hasRoom(int units) {
        return runsOf(freeUnits, units) != 0;
    }

    /**
     * Takes contiguous units, the lowest that fit.
     *
     * @param units how many, 1 to {@link #UNITS}
     * @return the first unit, or −1 if no run of free units is long enough
     */
    public int take(int units) {
        int starts = runsOf(freeUnits, units);
        if (starts == 0) {
            return -1;
        }
        int first = Integer.numberOfTrailingZeros(starts);
        freeUnits &= ~mask(first, units);
        return first;
    }

    /**
     * Gives units back.
     *
     * @param first the first unit, from {@link #take}
     * @param units as many as were taken
     */
    public void give(int first, int units) {
        int mask = mask(first, units);
        assert (freeUnits & mask) == 0 : "units " + first + "+" + units + " given back twice";
        freeUnits |= mask;
    }

    /** The units at which a run of {@code length} free units starts. */
    private static int runsOf(int free, int length) {
        int covered = 1;
        while (covered < length) {
            int step = Math.min(covered, length - covered);
            free &= free >>> step;
            covered += step;
        }
        return free;
    }

    private static int mask(int first, int units) {
        return (int) (((1L << units) - 1) << first);
    }

    /**
     * How many units are free.
     *
     * @return 0 to {@link #UNITS}
     */
    public int freeUnits() {
        return Integer.bitCount(freeUnits);
    }

    /**
     * Whether no slab lies in it.
     *
     * @return {@code true} if all units are free
     */
    public boolean isEmpty() {
        return freeUnits == ALL_FREE;
    }

    /**
     * The memory it lies in.
     *
     * @return the region
     */
    public Region region() {
        return region;
    }
}
