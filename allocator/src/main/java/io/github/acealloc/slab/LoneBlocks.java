/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;

/**
 * Huge blocks with a region each, where {@link HugeRegions} do not serve: the last few released ones are kept for a while.
 *
 * <p>Safe for use by any thread. The lock is that of the table of addresses; it is never held while the system is asked.
 */
public final class LoneBlocks {
    private static final int KEEP_BLOCKS = 8;
    private static final long KEEP_BYTES = 32L << 20;
    private static final int MAX_SLACK_SHIFT = 3;

    private final OsMemory memory;
    private final MemoryBudget budget;
    private final SlabTable table;

    /** The last released first. */
    private final SlabQueue kept = new SlabQueue();

    private long keptBytes;
    private long liveBytes;
    private boolean closed;

    /**
     * No blocks yet.
     *
     * @param memory where memory comes from
     * @param budget what it counts against
     * @param table where blocks are found by address; its lock is taken
     */
    public LoneBlocks(OsMemory memory, MemoryBudget budget, SlabTable table) {
        this.memory = memory.forLoneBlocks();
        this.budget = budget;
        this.table = table;
    }

    /**
     * Gets a block.
     *
     * @param bytes its size, whole pages
     * @return its slab, the slot taken; {@code null} if the budget's limit is reached or the system refuses
     */
    public Slab tryTake(int bytes) {
        Slab slab = takeKept(bytes);
        return slab != null ? slab : fresh(bytes);
    }

    private Slab takeKept(int bytes) {
        synchronized (table) {
            for (Slab slab = kept.head(); slab != null; slab = kept.after(slab)) {
                if (slab.blockBytes() >= bytes && slab.blockBytes() - bytes <= (bytes >>> MAX_SLACK_SHIFT)) {
                    drop(slab);
                    handOut(slab);
                    return slab;
                }
            }
            return null;
        }
    }

    /** Under the lock. */
    private void drop(Slab slab) {
        kept.remove(slab);
        keptBytes -= slab.blockBytes();
    }

    /** Under the lock. */
    private void handOut(Slab slab) {
        slab.take();
        liveBytes += slab.blockBytes();
    }

    private Slab fresh(int bytes) {
        Region region = tryReserve(bytes);
        if (region == null) {
            return null;
        }
        try {
            Slab slab = Slab.huge(region);
            synchronized (table) {
                table.add(slab);
                handOut(slab);
            }
            return slab;
        } catch (Throwable e) {
            try {
                memory.release(region);
            } finally {
                budget.give(bytes);
            }
            throw e;
        }
    }

    private Region tryReserve(int bytes) {
        if (!budget.tryTake(bytes)) {
            return null;
        }
        try {
            Region region = memory.reserve(bytes);
            budget.servedBySystem();
            return region;
        } catch (OutOfMemoryError e) {
            // The caller trims, tries again and then says so.
            budget.refusedBySystem(e);
            budget.give(bytes);
            return null;
        } catch (Throwable e) {
            budget.give(bytes);
            throw e;
        }
    }

    /**
     * Takes a released block back. The caller holds the lock.
     *
     * @param slab from {@link #tryTake}
     * @param now the time, as {@code System.nanoTime()} tells it
     * @return whether {@link #giveBack} has to be called, without the lock
     */
    public boolean give(Slab slab, long now) {
        slab.give(0);
        liveBytes -= slab.blockBytes();
        if (!closed && kept.size() < KEEP_BLOCKS && keptBytes + slab.blockBytes() <= KEEP_BYTES) {
            keep(slab, now);
            return false;
        }
        return true;
    }

    /** Under the lock. */
    private void keep(Slab released, long now) {
        released.since(now);
        kept.push(released);
        keptBytes += released.blockBytes();
    }

    /**
     * Gives a released block back to the system.
     *
     * @param slab given, and not kept
     */
    public void giveBack(Slab slab) {
        synchronized (table) {
            table.remove(slab); // its address may soon be another's
        }
        try {
            memory.release(slab.region());
        } catch (Throwable e) {
            // Kept, however much is: the last to be tried again.
            synchronized (table) {
                table.add(slab);
                keep(slab, System.nanoTime());
            }
            throw e;
        }
        budget.give(slab.blockBytes());
    }

    /**
     * Gives back what has been kept for long enough.
     *
     * @param now the time, as {@code System.nanoTime()} tells it
     * @param delayNanos for how long
     */
    public void expire(long now, long delayNanos) {
        for (Slab slab; (slab = pollIdle(now, delayNanos)) != null; ) {
            giveBack(slab);
        }
    }

    private Slab pollIdle(long now, long delayNanos) {
        synchronized (table) {
            Slab oldest = kept.tail();
            if (oldest == null || now - oldest.since() < delayNanos) {
                return null;
            }
            drop(oldest);
            return oldest;
        }
    }

    /** Gives back all that is kept. */
    public void trim() {
        expire(System.nanoTime(), 0);
    }

    /** Keeps nothing any more. */
    public void close() {
        synchronized (table) {
            closed = true;
        }
        trim();
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
     * What is kept for reuse.
     *
     * @return bytes
     */
    public long keptBytes() {
        synchronized (table) {
            return keptBytes;
        }
    }
}
