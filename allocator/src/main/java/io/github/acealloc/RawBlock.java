/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import io.github.acealloc.heap.Home;
import io.github.acealloc.slab.Block;
import io.github.acealloc.slab.Slab;
import io.github.acealloc.slab.Superslab;
import java.util.concurrent.atomic.AtomicInteger;

/** The object of a slot that is handed out by address: it knows whether it is. */
final class RawBlock extends AtomicInteger implements Block {
    private static final long serialVersionUID = 1L;
    private static final int FREE = 0;
    private static final int LIVE = 1;
    private static final int ON_ITS_WAY = 2;

    private final transient Home heap;
    private final transient Slab slab;
    private final int slot;

    RawBlock(Home heap, Slab slab, int slot) {
        super(FREE);
        this.heap = heap;
        this.slab = slab;
        this.slot = slot;
    }

    Home heap() {
        return heap;
    }

    @Override
    public Slab slab() {
        return slab;
    }

    @Override
    public int blockId() {
        return slab.blockId(slot);
    }

    private long address() {
        return slab.region().address() + slab.offset(slot);
    }

    /** Hands the block out; the caller has taken it from its cache. */
    long handOut() {
        set(LIVE);
        return address();
    }

    /** Sends a block home that was taken and never handed out. */
    RawBlock sendHome() {
        set(ON_ITS_WAY);
        return this;
    }

    void checkLive() {
        if (get() != LIVE) {
            throw new IllegalStateException(
                    RawAllocator.hex(address()) + " is not allocated (found: a free block of " + slab + ")");
        }
    }

    /** Sends the block on its way home; whoever comes second, or finds its slab's record overwritten, is told so. */
    void free() {
        if (!compareAndSet(LIVE, ON_ITS_WAY)) {
            throw new IllegalStateException(RawAllocator.hex(address()) + " is not allocated (found: a block of " + slab
                    + " that is free already)");
        }
        // From here to the release the superslab cannot go away: its record may be read.
        String defect =
                slab.isHuge() ? null : slab.superslab().recordDefect(slab.offset(slot) >>> Superslab.UNIT_SHIFT);
        if (defect != null) {
            set(LIVE);
            throw new IllegalStateException(RawAllocator.hex(address()) + " cannot be freed: the record of its slab was"
                    + " overwritten (found: " + defect + " in " + slab + ")");
        }
    }

    @Override
    public boolean arrive(Object home) {
        return compareAndSet(ON_ITS_WAY, FREE);
    }
}
