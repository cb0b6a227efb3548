/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;
import java.util.BitSet;
import java.util.List;

/**
 * Huge blocks where memory costs nothing until it is touched: cut from large regions of address space.
 *
 * <p>Pages of a released block are kept, for any block that lies there next. Law: what is live and what is kept is together no more
 * than was live at once lately, and a quarter; the highest pages of the youngest region go first. Where no block comes or goes for
 * the purge delay nothing is kept.
 *
 * <p>Safe for use by any thread. The lock is that of the table of addresses; it is never held while the system is asked.
 */
public final class HugeRegions {
    /** Address space that is got at a time. A block is half as large at most. */
    public static final int BYTES = HugeRegion.MOST * HugeRegion.GRANULE;

    /** Loaded while that can be done: not with the first block, which may meet a full Java heap. */
    static final List<Class<?>> NEEDED = List.of(HugeRegion.class, BitSet.class);

    private static final int PAGE = OsMemory.PAGE;

    /** In so many regions that have room the best place is looked for, from the oldest on. */
    private static final int MOST_LOOKED_AT = 4;

    /** What there may be beyond what was live at once lately: a quarter of it. With less, pages go that are needed again at once. */
    private static final int SPARE_SHIFT = 2;

    private final OsMemory memory;
    private final MemoryBudget budget;
    private final SlabTable table;
    private final int regionBytes;
    private final boolean isLazy;

    /** The oldest; the list goes on to the youngest. */
    private HugeRegion first;

    private long liveBytes;
    private long keptBytes;

    /** What is about to go back. */
    private long lentBytes;

    /** The address space of all regions. */
    private long regionsBytes;

    /** The most that was live at once since the last round, and between that one and the one before. */
    private long peak;

    private long peakBefore;

    /** When a block was last taken or given. */
    private long usedAt = System.nanoTime();

    private long roundAt = usedAt;

    /** Whether the system has kept pages that were given back, as it does where memory is locked: then no region is made. */
    private volatile boolean keepsPages;

    private boolean closed;

    /**
     * No region yet.
     *
     * @param memory where regions come from
     * @param budget what their committed pages count against
     * @param table where blocks are found by address; its lock is taken
     * @param regionBytes the size of a region; whole pages
     */
    public HugeRegions(OsMemory memory, MemoryBudget budget, SlabTable table, int regionBytes) {
        this.memory = memory;
        this.budget = budget;
        this.table = table;
        this.regionBytes = regionBytes;
        isLazy = memory.isLazy();
    }

    /**
     * Whether blocks of a size come from here.
     *
     * @param bytes the size
     * @return {@code false} if they are too large, or memory is not paged
     */
    public boolean serves(int bytes) {
        return isLazy && bytes <= regionBytes / 2;
    }

    /**
     * Gets a block.
     *
     * @param bytes its size, whole pages, which it {@link #serves}
     * @return its slab, the slot taken; {@code null} if the budget's limit is reached or the system refuses
     */
    public Slab tryTake(int bytes) {
        int pages = bytes / PAGE;
        synchronized (table) {
            HugeRegion region = withRoom(pages);
            if (region != null) {
                return take(region, pages);
            }
        }
        if (keepsPages || bytes > budget.limit() - budget.committed() || !reserve()) {
            return null;
        }
        synchronized (table) {
            HugeRegion region = withRoom(pages);
            return region == null ? null : take(region, pages);
        }
    }

    /** Under the lock. */
    private HugeRegion withRoom(int pages) {
        HugeRegion best = null;
        int least = Integer.MAX_VALUE;
        int looks = MOST_LOOKED_AT;
        for (HugeRegion region = first; region != null && looks > 0; region = region.next) {
            int granule = region.find(pages);
            if (granule != HugeRegion.NONE) {
                looks--;
                int cost = region.cost(granule, pages);
                if (cost < least) {
                    best = region;
                    least = cost;
                }
            }
        }
        return best;
    }

    /** Under the lock. */
    private Slab take(HugeRegion region, int pages) {
        int granule = region.find(pages);
        int missing = region.missing(granule, pages) * PAGE;
        if (!budget.tryTake(missing)) {
            return null;
        }
        Slab slab;
        try {
            slab = region.take(granule, pages, table);
        } catch (Throwable e) {
            budget.give(missing);
            throw e;
        }
        liveBytes += slab.blockBytes();
        keptBytes -= slab.blockBytes() - missing;
        peak = Math.max(peak, liveBytes);
        usedAt = System.nanoTime();
        return slab;
    }

    /** Makes a region; returns {@code false} if the system refuses. */
    private boolean reserve() {
        Region region;
        try {
            region = memory.reserve(regionBytes);
            budget.servedBySystem();
        } catch (OutOfMemoryError e) {
            budget.refusedBySystem(e);
            return false;
        }
        HugeRegion made = null;
        try {
            made = new HugeRegion(region);
            if (!takesParts(region)) {
                keepsPages = true;
            }
        } finally {
            if (made == null) {
                memory.release(region);
            } else {
                synchronized (table) {
                    append(made);
                    regionsBytes += regionBytes;
                }
            }
        }
        if (!keepsPages) {
            return true;
        }
        try {
            giveBack(0, true);
        } catch (RuntimeException ignored) {
            // Not the error of whoever allocates; the governor is the next to try.
        }
        return false;
    }

    /** Tries it while nobody else knows the region. What that needs is linked then, and not on the way home. */
    private boolean takesParts(Region region) {
        try {
            return memory.purge(region, 0, regionBytes - PAGE);
        } catch (RuntimeException ignored) {
            return true; // not the error of whoever allocates; the governor is the next to try
        }
    }

    /** Under the lock. */
    private void append(HugeRegion region) {
        HugeRegion last = first;
        while (last != null && last.next != null) {
            last = last.next;
        }
        if (last == null) {
            first = region;
        } else {
            last.next = region;
        }
    }

    /** Under the lock. */
    @SuppressWarnings("ReferenceEquality") // identity is the question
    private void remove(HugeRegion region) {
        HugeRegion before = null;
        for (HugeRegion other = first; other != region; other = other.next) {
            before = other;
        }
        if (before == null) {
            first = region.next;
        } else {
            before.next = region.next;
        }
        region.next = null;
        region.forgetAll(table);
    }

    /**
     * Takes a released block back. The caller holds the lock.
     *
     * @param slab from {@link #tryTake}
     * @param now the time, as {@code System.nanoTime()} tells it
     * @return whether {@link #trim} has to be called, without the lock
     */
    public boolean give(Slab slab, long now) {
        slab.hugeRegion().give(slab);
        liveBytes -= slab.blockBytes();
        keptBytes += slab.blockBytes();
        usedAt = now;
        return closed;
    }

    /** Gives back what is kept beyond the bound; to be called when a block was taken. */
    public void shrink() {
        long surplus;
        synchronized (table) {
            surplus = surplus();
        }
        giveBack(surplus, false);
    }

    /** Under the lock. */
    private long surplus() {
        long most = Math.max(peak, peakBefore);
        return liveBytes + keptBytes - most - (most >> SPARE_SHIFT);
    }

    /** Gives back kept pages, and where {@code regionsToo} each region without a block that keeps no more than that. */
    private void giveBack(long bytes, boolean regionsToo) {
        long left = bytes;
        while (true) {
            HugeRegion region;
            boolean isWhole;
            int goes;
            synchronized (table) {
                region = regionsToo ? empty(left) : null;
                isWhole = region != null;
                if (isWhole) {
                    remove(region);
                    goes = region.keptBytes();
                } else {
                    region = left > 0 ? youngestThatLends() : null;
                    if (region == null) {
                        return;
                    }
                    goes = region.lend(left, table);
                }
                keptBytes -= goes;
                lentBytes += goes;
            }
            left -= goes;
            if (isWhole) {
                release(region, goes);
            } else if (!purge(region, goes)) {
                return;
            }
        }
    }

    /** Under the lock. */
    private HugeRegion empty(long mostBytes) {
        HugeRegion region = first;
        while (region != null && !(region.isEmpty() && region.keptBytes() <= Math.max(mostBytes, 0))) {
            region = region.next;
        }
        return region;
    }

    /** Under the lock. */
    private HugeRegion youngestThatLends() {
        HugeRegion youngest = null;
        for (HugeRegion region = first; region != null; region = region.next) {
            youngest = region.lends() ? region : youngest;
        }
        return youngest;
    }

    private boolean purge(HugeRegion region, int bytes) {
        boolean wentBack = false;
        try {
            wentBack = memory.purge(region.region(), region.goesFrom(), region.goesBytes());
        } finally {
            synchronized (table) {
                region.takeBack(wentBack);
                lentBytes -= bytes;
                keptBytes += wentBack ? 0 : bytes;
            }
        }
        if (wentBack) {
            budget.give(bytes);
        } else {
            keepsPages = true;
        }
        return wentBack;
    }

    private void release(HugeRegion region, int bytes) {
        boolean wentBack = false;
        try {
            memory.release(region.region());
            wentBack = true;
        } finally {
            synchronized (table) {
                lentBytes -= bytes;
                regionsBytes -= wentBack ? regionBytes : 0;
                if (!wentBack) { // it is as before, and serves on
                    keptBytes += bytes;
                    append(region);
                }
            }
        }
        budget.give(bytes);
    }

    /**
     * Gives back what is kept for too long: all, if no block came or went for the delay; else what is beyond what two rounds have seen
     * live at once.
     *
     * @param now the time, as {@code System.nanoTime()} tells it
     * @param delayNanos for how long
     * @param pageNanos how long two rounds take
     */
    public void expire(long now, long delayNanos, double pageNanos) {
        long surplus;
        synchronized (table) {
            boolean isQuiet = now - usedAt >= delayNanos;
            long passed = now - roundAt;
            if (first == null || (!isQuiet && passed >= 0 && passed < pageNanos / 2)) {
                return;
            }
            roundAt = now;
            peakBefore = peak;
            peak = liveBytes;
            surplus = isQuiet ? keptBytes : surplus();
        }
        giveBack(surplus, true);
    }

    /** Gives back all that is kept. */
    public void trim() {
        long all;
        synchronized (table) {
            all = closed ? Long.MAX_VALUE : keptBytes;
        }
        giveBack(all, true);
    }

    /** Keeps nothing any more. */
    public void close() {
        synchronized (table) {
            closed = true;
        }
        trim();
    }

    /**
     * Whether there is a region.
     *
     * @return {@code false} if there is nothing to give back, now or later
     */
    public boolean keepsAddresses() {
        synchronized (table) {
            return first != null;
        }
    }

    /**
     * What is with the user.
     *
     * @return bytes
     */
    public long liveBytes() {
        synchronized (table) {
            return liveBytes;
        }
    }

    /**
     * What is committed for blocks to come.
     *
     * @return bytes
     */
    public long keptBytes() {
        synchronized (table) {
            return keptBytes + lentBytes;
        }
    }

    /**
     * Address space that is not committed.
     *
     * @return bytes
     */
    public long absentBytes() {
        synchronized (table) {
            return regionsBytes - liveBytes - keptBytes - lentBytes;
        }
    }

    /**
     * Holds all regions against the laws.
     *
     * @return whether one is broken
     */
    public boolean isBroken() {
        synchronized (table) {
            long live = 0;
            long kept = 0;
            boolean isBroken = false;
            for (HugeRegion region = first; region != null; region = region.next) {
                isBroken |= region.liveBytes() < 0;
                live += region.liveBytes();
                kept += region.keptBytes();
            }
            return isBroken || live != liveBytes || kept != keptBytes;
        }
    }
}
