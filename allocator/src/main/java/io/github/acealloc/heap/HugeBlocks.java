/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;
import io.github.acealloc.slab.Block;
import io.github.acealloc.slab.Slab;
import io.github.acealloc.slab.SlabQueue;
import io.github.acealloc.slab.SlabTable;

/**
 * Blocks above a superslab's reach: each has memory of its own, and the last few released ones are kept for a while.
 *
 * <p>Safe for use by any thread; the lock is not held while the system is asked.
 */
public final class HugeBlocks {
    /** Memory of huge blocks comes in multiples of this many bytes. */
    static final int PAGE = OsMemory.PAGE;

    private static final int KEEP_BLOCKS = 8;
    private static final long KEEP_BYTES = 32L << 20;
    private static final int MAX_SLACK_SHIFT = 3;

    private final ThreadHeap home;
    private final OsMemory memory;
    private final MemoryBudget budget;
    private final Binder binder;
    private final Runnable grown;

    /** The last released first. */
    private final SlabQueue kept = new SlabQueue();

    private final SlabTable byAddress = new SlabTable();
    private long keptBytes;
    private long liveBytes;
    private boolean closed;

    /**
     * No blocks yet.
     *
     * @param home the heap that huge blocks name as theirs; nobody ever owns it
     * @param memory where memory comes from
     * @param budget what it counts against
     * @param binder makes the blocks' objects
     * @param grown called after memory was committed
     */
    public HugeBlocks(ThreadHeap home, OsMemory memory, MemoryBudget budget, Binder binder, Runnable grown) {
        this.grown = grown;
        this.home = home;
        this.memory = memory;
        this.budget = budget;
        this.binder = binder;
    }

    /**
     * The heap that huge blocks name as theirs, and by which they find their way back here.
     *
     * @return owned by nobody
     */
    public ThreadHeap home() {
        return home;
    }

    /**
     * Allocates a block with memory of its own.
     *
     * @param size bytes, greater than 0
     * @return the object bound to it
     * @throws OutOfMemoryError if the limit is reached and trimming did not help
     */
    public Block allocate(int size) {
        int bytes = size > Integer.MAX_VALUE - 2 * PAGE ? size : (size + PAGE - 1) / PAGE * PAGE;
        Slab slab = takeKept(bytes);
        if (slab == null) {
            slab = fresh(bytes);
        }
        slab.take();
        synchronized (this) {
            liveBytes += slab.blockBytes();
        }
        grown.run();
        return slab.block(0);
    }

    private Slab fresh(int bytes) {
        Region region = tryReserve(bytes);
        // What can never be served must not empty everybody's caches.
        int reclaims = bytes <= budget.limit() ? MemoryBudget.MOST_RECLAIMS : 0;
        while (region == null && reclaims > 0) {
            reclaims = budget.reclaim(home) ? reclaims - 1 : 0;
            region = tryReserve(bytes);
        }
        if (region == null) {
            throw budget.exhausted(bytes, bytes);
        }
        try {
            Slab slab = Slab.huge(region);
            slab.bind(0, binder.bind(home, slab, 0));
            enter(slab);
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
     * Takes a released block back.
     *
     * @param block a huge block on its way home
     */
    public void release(Block block) {
        Slab slab = null;
        boolean keep = true;
        long now = System.nanoTime();
        synchronized (this) {
            if (block.arrive(home)) {
                slab = block.slab();
                slab.give(0);
                liveBytes -= slab.blockBytes();
                keep = !closed && kept.size() < KEEP_BLOCKS && keptBytes + slab.blockBytes() <= KEEP_BYTES;
                if (keep) {
                    keep(slab, now);
                }
            }
        }
        if (slab == null) {
            block.refused();
        }
        if (!keep) {
            try {
                giveToSystem(slab);
            } catch (RuntimeException | OutOfMemoryError ignored) {
                // Kept, and not the error of whoever has released a buffer: the governor tries again and reports it.
            }
        }
    }

    private synchronized void keep(Slab released, long now) {
        released.since(now);
        kept.push(released);
        keptBytes += released.blockBytes();
    }

    private synchronized Slab takeKept(int bytes) {
        for (Slab slab = kept.head(); slab != null; slab = kept.after(slab)) {
            if (slab.blockBytes() >= bytes && slab.blockBytes() - bytes <= (bytes >>> MAX_SLACK_SHIFT)) {
                take(slab);
                return slab;
            }
        }
        return null;
    }

    /** Under the lock. */
    private void take(Slab slab) {
        kept.remove(slab);
        keptBytes -= slab.blockBytes();
    }

    /**
     * Gives back what has been kept for long enough.
     *
     * @param now the time, as {@code System.nanoTime()} tells it
     * @param delayNanos for how long
     */
    public void expire(long now, long delayNanos) {
        for (Slab slab; (slab = pollIdle(now, delayNanos)) != null; ) {
            giveToSystem(slab);
        }
    }

    /** Gives back all that is kept. */
    public void trim() {
        expire(System.nanoTime(), 0);
    }

    /**
     * The huge block that begins at an address.
     *
     * @param address any number
     * @return its slab, or {@code null} if none begins there
     */
    public synchronized Slab find(long address) {
        return byAddress.find(address);
    }

    private synchronized Slab pollIdle(long now, long delayNanos) {
        Slab oldest = kept.tail();
        if (oldest == null || now - oldest.since() < delayNanos) {
            return null;
        }
        take(oldest);
        return oldest;
    }

    /** Makes a block known by its address, if it has one. */
    private synchronized void enter(Slab slab) {
        if (slab.region().address() != 0) {
            byAddress.add(slab);
        }
    }

    /** Forgets a block's address, which may soon be another's. */
    private synchronized void leave(Slab slab) {
        if (slab.region().address() != 0) {
            byAddress.remove(slab);
        }
    }

    private void giveToSystem(Slab slab) {
        Region region = slab.region();
        leave(slab);
        try {
            memory.release(region);
        } catch (Throwable e) {
            // Kept, however much is: the last to be tried again.
            enter(slab);
            keep(slab, System.nanoTime());
            throw e;
        }
        budget.give(region.bytes());
    }

    /** Keeps nothing any more. */
    public void close() {
        synchronized (this) {
            closed = true;
        }
        trim();
    }

    /**
     * What is with the user.
     *
     * @return bytes
     */
    public synchronized long liveBytes() {
        return liveBytes;
    }

    /**
     * What is kept for reuse.
     *
     * @return bytes
     */
    public synchronized long keptBytes() {
        return keptBytes;
    }
}
