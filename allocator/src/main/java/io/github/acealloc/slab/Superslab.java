/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;

/**
 * A region of about 2 MiB, cut into units that slabs are made of.
 *
 * <pre>
 *   direct   32 units of 64 KiB | a page with a {@link SlabRecord} for each unit, used where memory is freed by address
 *   heap     31 units, so that with its header the array just fits into 2 MiB of the Java heap's own regions
 *   small    1 to 7 units, where memory counts as a whole and the limit is low; as many as a larger slab needs
 * </pre>
 *
 * <p>Laws: a unit is in exactly one slab or free; {@code usedBytes} are the blocks that are not free in their slabs. Owned
 * by one heap at a time; only that heap's owner calls {@link #take}, {@link #place}, {@link #give} and {@link #use}.
 *
 * <p><b>Tiers.</b> A superslab in service is {@link Tier#HOT}. When at most a quarter of it is used it is
 * {@link Tier#DRAINING} and serves new slabs only if nothing else can, so that it may become empty; from a half on it is
 * HOT again. Without any slab it is {@link Tier#FREE} and goes to the store.
 */
public final class Superslab {
    /** log2 of a unit's size. */
    public static final int UNIT_SHIFT = 16;

    /** The size of a unit, in bytes. */
    public static final int UNIT_BYTES = 1 << UNIT_SHIFT;

    /** The number of units in direct memory: one bit each in an {@code int}. */
    public static final int UNITS = Integer.SIZE;

    private static final int UNITS_ON_HEAP = UNITS - 1;

    /** With its header such an array is small enough for the Java heap not to give it regions of its own. */
    static final int SMALL_UNITS = 7;

    private static final int DRAINING_SHIFT = 2;
    private static final int HOT_SHIFT = 1;

    /** How a superslab serves. */
    public enum Tier {
        /** Serves new slabs. */
        HOT,
        /** Nearly empty; serves new slabs only if nothing else can. */
        DRAINING,
        /** Holds no slab. */
        FREE
    }

    private final Region region;

    /** Whether its tail says which slabs lie in it. */
    private final boolean recorded;

    private final Slab[] slabs;
    final int allFree;
    int freeUnits;

    /** Units that nobody has touched since the memory came or went as a whole: they do not count as committed. */
    int untouched;

    /** What counts as committed behind the units. */
    private int tailBytes;

    int usedBytes;
    boolean draining;

    /** {@code null} until pages are given back for the first time. */
    PurgedPages purged;

    private int generation;
    private long owner;

    /** When it became empty, and its neighbours in the one deque it is in; owned by that deque. */
    long emptySince;

    /** Whether something may have become free since the last {@link #passed}. */
    private boolean changed = true;

    Superslab previousEmpty;
    Superslab nextEmpty;

    /** Its place in the list and in the queues of the one set that it is in, and what that set counts it as; owned by the set. */
    int position;

    int queue;
    Superslab previousAlike;
    Superslab nextAlike;
    int longestRun;
    int countedFree;
    int countedUsed;
    int countedAbsent;

    Superslab(Region region, int units, boolean recorded) {
        this.region = region;
        this.recorded = recorded && region.array() == null;
        slabs = new Slab[units];
        allFree = -1 >>> (UNITS - slabs.length);
        tailBytes = tailBytes(isDirect(), units);
        freeUnits = allFree;
        if (this.recorded) {
            for (int unit = 0; unit < slabs.length; unit++) {
                SlabRecord.clear(region.buffer(), recordAt(unit));
            }
        }
    }

    static int units(boolean direct) {
        return direct ? UNITS : UNITS_ON_HEAP;
    }

    /** Up to the end of a page; behind a small one, of which a limit may hold very many, no more than its records need. */
    private static int tailBytes(boolean direct, int units) {
        int page = OsMemory.PAGE - OsMemory.ALIGNMENT;
        int records = (units * SlabRecord.BYTES + OsMemory.ALIGNMENT - 1) & -OsMemory.ALIGNMENT;
        return direct ? units < UNITS ? records : page : 0;
    }

    /**
     * The size of a superslab.
     *
     * @param direct in direct memory, or on the Java heap
     * @return bytes
     */
    public static int bytes(boolean direct) {
        return bytes(direct, units(direct));
    }

    /** The size of a superslab of so many units. */
    static int bytes(boolean direct, int units) {
        return units * UNIT_BYTES + tailBytes(direct, units);
    }

    private boolean isDirect() {
        return region.array() == null;
    }

    private int recordAt(int unit) {
        return slabs.length * UNIT_BYTES + unit * SlabRecord.BYTES;
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
     * Whether contiguous units can be taken that were touched before.
     *
     * @param units how many, 1 to {@link #UNITS}
     * @return {@code true} if {@link #take} would find them
     */
    public boolean hasTouchedRoom(int units) {
        return runsOf(freeUnits & ~untouched, units) != 0;
    }

    /**
     * Takes contiguous units, the lowest that fit; such that were touched before if there are any.
     *
     * @param units how many, 1 to {@link #UNITS}
     * @return the first unit, or −1 if no run of free units is long enough
     */
    public int take(int units) {
        int starts = runsOf(freeUnits & ~untouched, units);
        if (starts == 0) {
            starts = runsOf(freeUnits, units);
        }
        if (starts == 0) {
            return -1;
        }
        int first = Integer.numberOfTrailingZeros(starts);
        freeUnits &= ~mask(first, units);
        return first;
    }

    /** What of some units was never touched, in bytes. */
    int untouchedBytes(int first, int units) {
        return Integer.bitCount(untouched & mask(first, units)) << UNIT_SHIFT;
    }

    /** Counts units as touched from now on. */
    void touchUnits(int first, int units) {
        untouched &= ~mask(first, units);
    }

    /** Counts all its units as never touched: the memory is new, or was given back as a whole. */
    void untouchAll() {
        untouched = allFree;
        tailBytes = recorded ? tailBytes : 0;
    }

    /**
     * What counts as committed: all but pages that were given back, and units that nobody has touched.
     *
     * @return bytes
     */
    public int committedBytes() {
        return (Integer.bitCount(allFree & ~untouched) << UNIT_SHIFT) + tailBytes - purgedBytes();
    }

    /**
     * Enters a slab into the units that were taken for it.
     *
     * @param slab lies in this superslab
     */
    public void place(Slab slab) {
        generation++;
        slab.generation(generation);
        int first = slab.firstUnit();
        for (int unit = first; unit < first + slab.units(); unit++) {
            slabs[unit] = slab;
            if (recorded && unit == first) {
                SlabRecord.write(region.buffer(), recordAt(unit), slab, owner);
            } else if (recorded) {
                SlabRecord.copy(region.buffer(), recordAt(first), recordAt(unit));
            }
        }
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
        for (int unit = first; unit < first + units; unit++) {
            slabs[unit] = null;
            if (recorded) {
                SlabRecord.clear(region.buffer(), recordAt(unit));
            }
        }
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
     * Counts a block that leaves its slab, or comes back to it.
     *
     * @param bytes its size; negative when it comes back
     * @return whether the superslab begins to drain with it
     */
    public boolean use(int bytes) {
        usedBytes += bytes;
        if (bytes < 0) {
            boolean begins = !draining && usedBytes <= slabs.length << UNIT_SHIFT >> DRAINING_SHIFT;
            draining |= begins;
            return begins;
        }
        draining &= usedBytes < slabs.length << UNIT_SHIFT >> HOT_SHIFT;
        return false;
    }

    /**
     * What was given back of its pages while it was in use.
     *
     * @return bytes; 0 if all count as committed
     */
    public int purgedBytes() {
        return purged == null ? 0 : purged.count() * OsMemory.PAGE;
    }

    /** What does not count as committed. */
    int absentBytes() {
        return region.bytes() - committedBytes();
    }

    /**
     * What is free in it and committed: in free units, or in slabs.
     *
     * @return bytes
     */
    public int idleBytes() {
        return (Integer.bitCount(allFree & ~untouched) << UNIT_SHIFT) - usedBytes - purgedBytes();
    }

    /**
     * Notes that a block has come back, so that its pages are not taken for long free.
     *
     * @param offset where it lies
     * @param bytes its size
     */
    public void touch(int offset, int bytes) {
        changed = true;
        if (purged != null) {
            purged.give(offset, bytes);
        }
    }

    /** Looks which pages are free. */
    PurgedPages look() {
        if (purged == null) {
            purged = new PurgedPages(address());
        }
        purged.look();
        for (int unit = 0; unit < slabs.length; unit++) {
            Slab slab = slabs[unit];
            if (slab != null && slab.firstUnit() == unit) {
                slab.use(purged);
            } else if ((untouched & 1 << unit) != 0) {
                // There is nothing to give back. The last line reaches into a page that is the next unit's.
                purged.use(unit << UNIT_SHIFT, UNIT_BYTES - OsMemory.ALIGNMENT);
            }
        }
        if (slabs.length < UNITS) {
            purged.use(slabs.length << UNIT_SHIFT, (UNITS - slabs.length) << UNIT_SHIFT);
        }
        return purged;
    }

    /**
     * Whether a pass over free pages may find any here. Owner only.
     *
     * @return {@code false} if nothing has come back since the last {@link #passed}
     */
    public boolean hasChanged() {
        return changed;
    }

    /** Notes that all is given back that is free and could be. Owner only. */
    public void passed() {
        changed = false;
    }

    /** Lets the objects of free slots go, wherever they lie. Owner only. */
    public void unbindFree() {
        unbindFree(0, slabs.length << UNIT_SHIFT);
    }

    /** Lets the objects of free slots go that overlap some bytes. */
    void unbindFree(int from, int end) {
        for (int unit = from >>> UNIT_SHIFT; unit <= (end - 1) >>> UNIT_SHIFT; unit++) {
            Slab slab = slabs[unit];
            if (slab != null && (slab.firstUnit() == unit || unit == from >>> UNIT_SHIFT)) {
                slab.unbindFree(from, end);
            }
        }
    }

    /** What must be counted again before these bytes are used. */
    int purgedBytes(int offset, int bytes) {
        return purged.countIn(offset, bytes) * OsMemory.PAGE;
    }

    void restore(int offset, int bytes) {
        purged.restore(offset, bytes);
    }

    /** Counts no page as given back any more: all are there, or all have gone, and whoever keeps it knows. */
    void restoreAll() {
        if (purged != null) {
            purged.restoreAll();
        }
    }

    /**
     * Whether a page that was given back is in use. For the owner, or while nobody uses it.
     *
     * @return {@code true} if the books are wrong
     */
    public boolean isPurgedInUse() {
        return purged != null && look().isBroken();
    }

    /**
     * Whether it is {@link Tier#DRAINING}.
     *
     * @return {@code false} too if it has no slab
     */
    public boolean isDraining() {
        return draining && !isEmpty();
    }

    /**
     * How it serves now: in words, for tests and diagnosis. What runs for the first time when the Java heap is full, or a class loader
     * closed, could not load this class any more.
     *
     * @return the tier
     */
    public Tier tier() {
        if (isEmpty()) {
            return Tier.FREE;
        }
        return draining ? Tier.DRAINING : Tier.HOT;
    }

    /**
     * Takes it into service, or back into it: it is {@link Tier#HOT} from its next slab on.
     *
     * @param owner the number of the heap that owns it
     */
    public void enterService(long owner) {
        assert isEmpty() || this.owner == owner : "a superslab in use changed hands";
        this.owner = owner;
        draining = false;
        changed = true;
    }

    /**
     * Whether it serves a heap. For who holds a block of it.
     *
     * @param owner the heap's number
     * @return {@code false} if another heap has it
     */
    public boolean isOwnedBy(long owner) {
        return this.owner == owner;
    }

    /**
     * What the record of a slab's unit says that is not so.
     *
     * @param unit 0 to {@link #UNITS} − 1, with a slab in it that the caller holds a block of
     * @return the defect in words; {@code null} if there is none, and where there are no records
     */
    public String recordDefect(int unit) {
        return !recorded ? null : SlabRecord.defect(region.buffer(), recordAt(unit), slabs[unit], owner);
    }

    /**
     * The slab that lies in a unit.
     *
     * @param unit 0 to {@link #UNITS} − 1
     * @return {@code null} if the unit is free
     */
    public Slab slab(int unit) {
        return unit < slabs.length ? slabs[unit] : null;
    }

    /**
     * How many units are free.
     *
     * @return 0 to {@link #units}
     */
    public int freeUnits() {
        return Integer.bitCount(freeUnits);
    }

    /**
     * How many units there are.
     *
     * @return {@link #UNITS}, or fewer
     */
    public int units() {
        return slabs.length;
    }

    /**
     * What is taken from its slabs: live, cached or on the way home.
     *
     * @return bytes
     */
    public int usedBytes() {
        return usedBytes;
    }

    /**
     * Whether no slab lies in it.
     *
     * @return {@code true} if all units are free
     */
    public boolean isEmpty() {
        return freeUnits == allFree;
    }

    /**
     * Where it begins.
     *
     * @return 0 on the Java heap, and where the JVM does not tell
     */
    public long address() {
        return region.address();
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
