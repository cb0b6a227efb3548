/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;
import io.github.acealloc.slab.Block;
import io.github.acealloc.slab.Slab;
import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * Blocks above a superslab's reach: each has memory of its own, and the last few released ones are kept for a second.
 *
 * <p>Safe for use by any thread; the lock is not held while the system is asked. Kept blocks expire when the next huge
 * block comes or goes, and on trim.
 */
public final class HugeBlocks {
    /** Memory of huge blocks comes in multiples of this many bytes. */
    static final int PAGE = OsMemory.PAGE;

    private static final int KEEP_BLOCKS = 8;
    private static final long KEEP_BYTES = 32L << 20;
    private static final long KEEP_NANOS = 1_000_000_000L;
    private static final int MAX_SLACK_SHIFT = 3;

    private final ThreadHeap home;
    private final OsMemory memory;
    private final MemoryBudget budget;
    private final Binder binder;
    private final ArrayDeque<Kept> kept = new ArrayDeque<>();
    private long keptBytes;
    private long liveBytes;
    private boolean closed;

    /** A released block and when it was released. */
    private static final class Kept {
        private final Slab slab;
        private final long since;

        Kept(Slab slab, long since) {
            this.slab = slab;
            this.since = since;
        }
    }

    /**
     * No blocks yet.
     *
     * @param home the heap that huge blocks name as theirs; nobody ever owns it
     * @param memory where memory comes from
     * @param budget what it counts against
     * @param binder makes the blocks' objects
     */
    public HugeBlocks(ThreadHeap home, OsMemory memory, MemoryBudget budget, Binder binder) {
        this.home = home;
        this.memory = memory;
        this.budget = budget;
        this.binder = binder;
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
        return slab.block(0);
    }

    private Slab fresh(int bytes) {
        expire();
        Region region = tryReserve(bytes);
        if (region == null && bytes <= budget.limit()) {
            budget.reclaim(home); // what can never be served must not empty everybody's caches
            region = tryReserve(bytes);
        }
        if (region == null) {
            throw budget.exhausted(bytes, bytes);
        }
        try {
            Slab slab = Slab.huge(region);
            slab.bind(0, binder.bind(home, slab, 0));
            return slab;
        } catch (Throwable e) {
            giveToSystem(region);
            throw e;
        }
    }

    private Region tryReserve(int bytes) {
        if (!budget.tryTake(bytes)) {
            return null;
        }
        try {
            return memory.reserve(bytes);
        } catch (OutOfMemoryError e) {
            // The caller trims, tries again and then says so.
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
     * @param slab a huge block's slab, live until now
     */
    public void release(Slab slab) {
        Kept released = new Kept(slab, System.nanoTime());
        boolean keep;
        synchronized (this) {
            slab.give(0);
            liveBytes -= slab.blockBytes();
            keep = !closed && kept.size() < KEEP_BLOCKS && keptBytes + slab.blockBytes() <= KEEP_BYTES;
            if (keep) {
                kept.addLast(released);
                keptBytes += slab.blockBytes();
            }
        }
        if (!keep) {
            giveToSystem(slab.region());
        }
        expire();
    }

    private synchronized Slab takeKept(int bytes) {
        for (Iterator<Kept> all = kept.descendingIterator(); all.hasNext(); ) {
            Slab slab = all.next().slab;
            if (slab.blockBytes() >= bytes && slab.blockBytes() - bytes <= (bytes >>> MAX_SLACK_SHIFT)) {
                all.remove();
                keptBytes -= slab.blockBytes();
                return slab;
            }
        }
        return null;
    }

    /** Gives back what has been kept for too long. */
    void expire() {
        long now = System.nanoTime();
        for (Slab slab = pollOlderThan(now - KEEP_NANOS); slab != null; slab = pollOlderThan(now - KEEP_NANOS)) {
            giveToSystem(slab.region());
        }
    }

    /** Gives back all that is kept. */
    public void trim() {
        for (Slab slab = pollOlderThan(System.nanoTime() + 1);
                slab != null;
                slab = pollOlderThan(System.nanoTime() + 1)) {
            giveToSystem(slab.region());
        }
    }

    private synchronized Slab pollOlderThan(long time) {
        if (kept.isEmpty() || kept.peekFirst().since - time >= 0) {
            return null;
        }
        Slab slab = kept.pollFirst().slab;
        keptBytes -= slab.blockBytes();
        return slab;
    }

    private void giveToSystem(Region region) {
        memory.release(region);
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
