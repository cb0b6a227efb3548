/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.testing;

import io.github.acealloc.heap.Binder;
import io.github.acealloc.heap.Home;
import io.github.acealloc.os.Region;
import io.github.acealloc.slab.Block;
import io.github.acealloc.slab.Slab;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/** A block's object that knows where its memory is, what was written there, and whether it is handed out. */
public final class TestBlock implements Block {
    /** Makes one for each slot. */
    public static final Binder BINDER = TestBlock::new;

    private static final int STRIDE = 512;

    private final AtomicBoolean live = new AtomicBoolean();
    private Home heap;
    private Slab slab;
    private int slot;
    private long pattern;
    private boolean arrives = true;

    public TestBlock(Home heap, Slab slab, int slot) {
        this.heap = heap;
        this.slab = slab;
        this.slot = slot;
    }

    @Override
    public int blockId() {
        return slab.blockId(slot);
    }

    @Override
    public boolean arrive(Object home) {
        return arrives;
    }

    /** From now on the block says, when it comes home from another thread, that it was not on its way. */
    public void refuseArrival() {
        arrives = false;
    }

    public Home heap() {
        return heap;
    }

    @Override
    public Slab slab() {
        return slab;
    }

    public int slot() {
        return slot;
    }

    public Region region() {
        return slab.region();
    }

    public int offset() {
        return slab.offset(slot);
    }

    public int bytes() {
        return slab.blockBytes();
    }

    /** Notes that the engine handed the block out, and writes a pattern into its memory. */
    public void open(long newPattern) {
        if (!live.compareAndSet(false, true)) {
            throw new AssertionError(this + " was handed out twice");
        }
        pattern = newPattern;
        fill();
    }

    /** Checks that the pattern is still there, and notes that the block goes back. */
    public void shut() {
        expectPattern();
        if (!live.compareAndSet(true, false)) {
            throw new AssertionError(this + " is not handed out");
        }
    }

    /** Exchanges the slots of two live blocks: each object's memory, pattern and heap are then the other's. */
    public void swapBindings(TestBlock other) {
        Home otherHeap = other.heap;
        Slab otherSlab = other.slab;
        int otherSlot = other.slot;
        long otherPattern = other.pattern;
        other.become(heap, slab, slot, pattern);
        become(otherHeap, otherSlab, otherSlot, otherPattern);
    }

    private void become(Home newHeap, Slab newSlab, int newSlot, long newPattern) {
        heap = newHeap;
        slab = newSlab;
        slot = newSlot;
        pattern = newPattern;
        slab.bind(slot, this);
    }

    private void fill() {
        ByteBuffer memory = memory();
        int end = offset() + bytes() - Long.BYTES;
        for (int at = offset(); at < end; at += STRIDE) {
            memory.putLong(at, pattern ^ at);
        }
        memory.putLong(end, pattern ^ end);
    }

    /** Checks that nobody else wrote into the block's memory. */
    public void expectPattern() {
        ByteBuffer memory = memory();
        int end = offset() + bytes() - Long.BYTES;
        for (int at = offset(); at < end; at += STRIDE) {
            expectAt(memory, at);
        }
        expectAt(memory, end);
    }

    private void expectAt(ByteBuffer memory, int at) {
        long found = memory.getLong(at) ^ at;
        if (found != pattern) {
            throw new AssertionError(this + " holds " + found + " at " + at + " (expected: " + pattern + ")");
        }
    }

    private ByteBuffer memory() {
        Region region = region();
        return region.buffer() != null ? region.buffer() : ByteBuffer.wrap(region.array());
    }

    @Override
    public String toString() {
        return "slot " + slot + " of " + slab;
    }
}
