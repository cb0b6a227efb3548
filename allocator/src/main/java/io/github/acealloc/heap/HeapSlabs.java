/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.slab.Block;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Slab;
import io.github.acealloc.slab.SlabQueue;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.slab.SuperslabStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The slabs and superslabs of one heap: where its hot caches are refilled from and spilled to. Owner only.
 *
 * <pre>
 *   slab state   queue              serves blocks   left when
 *   full         none               no              a block comes back
 *   partial      partial[class]     yes             its last block is taken (full) or comes back (empty)
 *   empty        warm[class]        when no partial its first block is taken (partial), or trimmed
 * </pre>
 *
 * An empty slab beyond what the warm pool keeps gives its units back to its superslab at once; an empty superslab
 * beyond the first goes to the store at once.
 */
final class HeapSlabs {
    private final ThreadHeap heap;
    private final SuperslabStore store;
    private final Binder binder;
    private final HeapCounters counters;
    private final SlabQueue[] partial = newQueues();
    private final SlabQueue[] warm = newQueues();
    private final int[] slabCounts = new int[SizeClasses.COUNT];
    private final ArrayList<Superslab> superslabs = new ArrayList<>();

    /** No index below this one is free. */
    private int lowestFreeIndex;

    private Slab[] slabs = new Slab[8];
    private Block[][] blocks = new Block[8][];

    HeapSlabs(ThreadHeap heap, SuperslabStore store, Binder binder, HeapCounters counters) {
        this.heap = heap;
        this.store = store;
        this.binder = binder;
        this.counters = counters;
        heap.blocks(blocks);
    }

    private static SlabQueue[] newQueues() {
        SlabQueue[] queues = new SlabQueue[SizeClasses.COUNT];
        Arrays.setAll(queues, i -> new SlabQueue());
        return queues;
    }

    Slab slab(int id) {
        return slabs[id >>> Slab.SLOT_BITS];
    }

    /** Takes a block from a slab that has a free one; the caller knows by {@link #hasPartial} that there is. */
    int take(int sizeClass) {
        SlabQueue queue = partial[sizeClass];
        Slab slab = queue.head();
        int slot = slab.take();
        if (slab.block(slot) == null) {
            bind(slab, slot);
        }
        if (slab.free() == 0) {
            queue.remove(slab);
        }
        return slab.blockId(slot);
    }

    private void bind(Slab slab, int slot) {
        try {
            slab.bind(slot, binder.bind(heap, slab, slot));
        } catch (Throwable e) {
            slab.give(slot);
            throw e;
        }
    }

    boolean hasPartial(int sizeClass) {
        return partial[sizeClass].head() != null;
    }

    /**
     * Makes a slab with free blocks available: from the warm pool, or cut from a superslab.
     *
     * @return false if no superslab had room and none could be got
     */
    boolean addSlab(int sizeClass, Knobs knobs) {
        SlabQueue pool = warm[sizeClass];
        Slab slab = pool.head();
        if (slab != null) {
            counters.warmPoolHits++;
            pool.remove(slab);
            partial[sizeClass].push(slab);
            return true;
        }
        counters.warmPoolMisses++;
        Slab fresh = cut(sizeClass, true);
        if (fresh == null) {
            return false;
        }
        partial[sizeClass].push(fresh);
        // A class that has shown that it grows gets more than it asks for, or its pool would never be hit.
        int extra = Math.min(Math.min(knobs.prefill() - 1, knobs.warmSlabs(sizeClass)), slabCounts[sizeClass] - 1);
        while (extra-- > 0) {
            Slab ready = cut(sizeClass, false);
            if (ready == null) {
                break;
            }
            pool.push(ready);
        }
        return true;
    }

    private Slab cut(int sizeClass, boolean mayFetch) {
        int index = freeIndex();
        if (index > Slab.MAX_INDEX) {
            return null;
        }
        int units = SizeClasses.units(sizeClass);
        Superslab superslab = fullestWithRoom(units);
        if (superslab == null) {
            superslab = mayFetch ? fetchSuperslab() : null;
            if (superslab == null) {
                return null;
            }
        }
        int first = superslab.take(units);
        try {
            Slab slab = Slab.ofClass(superslab, first, sizeClass, index);
            lowestFreeIndex = index + 1;
            slabs[index] = slab;
            blocks[index] = slab.blocks();
            slabCounts[sizeClass]++;
            return slab;
        } catch (Throwable e) {
            superslab.give(first, units);
            throw e;
        }
    }

    /** So that the others have a chance to become empty. */
    private Superslab fullestWithRoom(int units) {
        Superslab best = null;
        for (Superslab superslab : superslabs) {
            if ((best == null || superslab.freeUnits() < best.freeUnits()) && superslab.hasRoom(units)) {
                best = superslab;
            }
        }
        return best;
    }

    private Superslab fetchSuperslab() {
        superslabs.ensureCapacity(superslabs.size() + 1);
        Superslab superslab = store.tryAcquire();
        if (superslab != null) {
            superslabs.add(superslab);
        }
        return superslab;
    }

    private int freeIndex() {
        int index = lowestFreeIndex;
        while (index < slabs.length && slabs[index] != null) {
            index++;
        }
        if (index == slabs.length) {
            Slab[] moreSlabs = Arrays.copyOf(slabs, index * 2);
            blocks = Arrays.copyOf(blocks, index * 2);
            slabs = moreSlabs;
            heap.blocks(blocks);
        }
        return index;
    }

    /** Puts a block back into its slab. */
    void give(int id, Knobs knobs) {
        Slab slab = slab(id);
        int sizeClass = slab.sizeClass();
        slab.give(id & Slab.SLOT_MASK);
        if (slab.free() == 1) {
            partial[sizeClass].push(slab);
        }
        if (slab.free() == slab.capacity()) {
            partial[sizeClass].remove(slab);
            if (warm[sizeClass].size() < knobs.warmSlabs(sizeClass)) {
                warm[sizeClass].push(slab);
            } else {
                dissolve(slab);
            }
        }
    }

    private void dissolve(Slab slab) {
        int index = slab.index();
        slabs[index] = null;
        slabCounts[slab.sizeClass()]--;
        blocks[index] = null;
        lowestFreeIndex = Math.min(lowestFreeIndex, index);
        Superslab superslab = slab.superslab();
        superslab.give(slab.firstUnit(), SizeClasses.units(slab.sizeClass()));
        if (superslab.isEmpty() && emptySuperslabs() > 1) {
            superslabs.remove(superslab);
            store.release(superslab);
        }
    }

    private int emptySuperslabs() {
        int n = 0;
        for (Superslab superslab : superslabs) {
            n += superslab.isEmpty() ? 1 : 0;
        }
        return n;
    }

    /** Dissolves every empty slab and gives every empty superslab to the store. */
    void trim() {
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            for (Slab slab = warm[c].head(); slab != null; slab = warm[c].head()) {
                warm[c].remove(slab);
                dissolve(slab);
            }
            // A slab whose first block could not be bound lies here without ever having served one.
            for (Slab slab = partial[c].head(), next; slab != null; slab = next) {
                next = partial[c].after(slab);
                if (slab.free() == slab.capacity()) {
                    partial[c].remove(slab);
                    dissolve(slab);
                }
            }
        }
        for (int i = superslabs.size() - 1; i >= 0; i--) {
            if (superslabs.get(i).isEmpty()) {
                store.release(superslabs.remove(i));
            }
        }
    }

    /** All slabs, in no order. */
    List<Slab> slabs() {
        List<Slab> all = new ArrayList<>();
        for (Slab slab : slabs) {
            if (slab != null) {
                all.add(slab);
            }
        }
        return all;
    }

    List<Superslab> superslabs() {
        return superslabs;
    }

    boolean isPartial(Slab slab) {
        return partial[slab.sizeClass()].contains(slab);
    }

    boolean isWarm(Slab slab) {
        return warm[slab.sizeClass()].contains(slab);
    }
}
