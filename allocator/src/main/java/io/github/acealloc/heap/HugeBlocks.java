/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.slab.Block;
import io.github.acealloc.slab.HugeRegions;
import io.github.acealloc.slab.LoneBlocks;
import io.github.acealloc.slab.Slab;
import io.github.acealloc.slab.SlabTable;

/**
 * Blocks above a superslab's reach: cut from large regions where memory costs nothing until it is touched, else with a region each.
 *
 * <p>The home of its blocks, and never owned: whoever releases one gives it back here. Safe for use by any thread; one lock for all
 * of it, that of the table of addresses, is not held while the system is asked.
 */
public final class HugeBlocks extends Home {
    /** Memory of huge blocks comes in multiples of this many bytes. */
    static final int PAGE = OsMemory.PAGE;

    private final MemoryBudget budget;
    private final Runnable grown;
    private final SlabTable byAddress = new SlabTable();
    private final HugeRegions regions;
    private final LoneBlocks lone;

    /**
     * No blocks yet.
     *
     * @param memory where memory comes from
     * @param budget what it counts against
     * @param binder makes the blocks' objects
     * @param grown called after memory was committed
     */
    public HugeBlocks(OsMemory memory, MemoryBudget budget, Binder binder, Runnable grown) {
        this(memory, budget, binder, grown, HugeRegions.BYTES);
    }

    HugeBlocks(OsMemory memory, MemoryBudget budget, Binder binder, Runnable grown, int regionBytes) {
        super(binder);
        this.budget = budget;
        this.grown = grown;
        regions = new HugeRegions(memory, budget, byAddress, regionBytes);
        lone = new LoneBlocks(memory, budget, byAddress);
    }

    /** None: what is released is free at once. */
    @Override
    public HotCache cache(int sizeClass) {
        return null;
    }

    /** The control loop has nothing to learn from huge blocks. */
    @Override
    public void observe(int sizeClass, long nanos) {}

    /**
     * Allocates a block of whole pages.
     *
     * @param size bytes, greater than 0
     * @return the object bound to it
     * @throws OutOfMemoryError if the limit is reached and trimming did not help
     */
    public Block allocate(int size) {
        int bytes = size > Integer.MAX_VALUE - 2 * PAGE ? size : (size + PAGE - 1) / PAGE * PAGE;
        Slab slab = tryTake(bytes);
        // What can never be served must not empty everybody's caches.
        int reclaims = bytes <= budget.limit() ? MemoryBudget.MOST_RECLAIMS : 0;
        while (slab == null && reclaims > 0) {
            reclaims = budget.reclaim(this) ? reclaims - 1 : 0;
            slab = tryTake(bytes);
        }
        if (slab == null) {
            throw budget.exhausted(bytes, bytes);
        }
        grown.run();
        Block block = slab.block(0) != null ? slab.block(0) : bind(slab);
        shrink();
        return block;
    }

    private void shrink() {
        try {
            regions.shrink();
        } catch (RuntimeException | VirtualMachineError ignored) {
            // Kept, and not the error of whoever has got a block: the governor tries again and reports it.
        }
    }

    private Slab tryTake(int bytes) {
        Slab slab = regions.serves(bytes) ? regions.tryTake(bytes) : null;
        return slab != null ? slab : lone.tryTake(bytes);
    }

    private Block bind(Slab slab) {
        try {
            Block block = binder().bind(this, slab, 0);
            slab.bind(0, block);
            return block;
        } catch (Throwable e) {
            boolean goes;
            synchronized (byAddress) {
                goes = give(slab, System.nanoTime());
            }
            if (goes) {
                tryGiveBack(slab);
            }
            throw e;
        }
    }

    @Override
    void releaseRemote(Block block) {
        Slab slab = null;
        boolean goes = false;
        long now = System.nanoTime();
        synchronized (byAddress) {
            if (block.arrive(this)) {
                slab = block.slab();
                goes = give(slab, now);
            }
        }
        if (slab == null) {
            block.refused();
        }
        if (goes) {
            tryGiveBack(slab);
        }
    }

    /** Under the lock. */
    private boolean give(Slab slab, long now) {
        return slab.isCut() ? regions.give(slab, now) : lone.give(slab, now);
    }

    private void tryGiveBack(Slab slab) {
        try {
            if (slab.isCut()) {
                regions.trim();
            } else {
                lone.giveBack(slab);
            }
        } catch (RuntimeException | OutOfMemoryError ignored) {
            // Kept, and not the error of whoever has released a buffer: the governor tries again and reports it.
        }
    }

    /**
     * Gives back what has been free for long enough.
     *
     * @param now the time, as {@code System.nanoTime()} tells it
     * @param delayNanos for how long
     * @param pageNanos the same for pages while blocks come and go
     */
    public void expire(long now, long delayNanos, double pageNanos) {
        try {
            lone.expire(now, delayNanos);
        } finally {
            regions.expire(now, delayNanos, pageNanos);
        }
    }

    /** Gives back all that is free. */
    public void trim() {
        try {
            lone.trim();
        } finally {
            regions.trim();
        }
    }

    /**
     * The huge block that begins at an address.
     *
     * @param address any number
     * @return its slab, or {@code null} if none begins there
     */
    public Slab find(long address) {
        synchronized (byAddress) {
            return byAddress.find(address);
        }
    }

    /** Keeps nothing any more. */
    public void close() {
        try {
            lone.close();
        } finally {
            regions.close();
        }
    }

    /**
     * Whether address ranges are kept.
     *
     * @return {@code false} if all memory that it has is committed
     */
    public boolean keepsAddresses() {
        return regions.keepsAddresses();
    }

    /**
     * What is with the user.
     *
     * @return bytes
     */
    public long liveBytes() {
        return regions.liveBytes() + lone.liveBytes();
    }

    /**
     * What is committed for blocks to come.
     *
     * @return bytes
     */
    public long keptBytes() {
        return regions.keptBytes() + lone.keptBytes();
    }

    /**
     * Address space of huge regions that is not committed.
     *
     * @return bytes
     */
    public long absentBytes() {
        return regions.absentBytes();
    }

    /**
     * Holds huge blocks against their laws.
     *
     * @return whether one is broken
     */
    public boolean isBroken() {
        return regions.isBroken();
    }
}
