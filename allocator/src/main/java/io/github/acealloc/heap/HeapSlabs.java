/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.slab.Block;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Slab;
import io.github.acealloc.slab.SlabQueue;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.slab.SuperslabSet;
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
    /** No block. */
    static final int NONE = -1;

    private final ThreadHeap heap;
    private final SuperslabStore store;
    private final Binder binder;
    private final HeapCounters counters;

    /** By class, made before the first slab of the class is cut. */
    private final SlabQueue[] partial = new SlabQueue[SizeClasses.COUNT];

    private final SlabQueue[] warm = new SlabQueue[SizeClasses.COUNT];
    private final int[] slabCounts = new int[SizeClasses.COUNT];

    /** How many warm slabs of each class have not been needed since the last {@link #turn}. */
    private final int[] warmUnused = new int[SizeClasses.COUNT];

    private final SuperslabSet superslabs = new SuperslabSet();
    private final SlabNumbers numbers = new SlabNumbers();
    private final PagePurge pages;

    /** How long nobody has needed what goes to the store now. */
    private long idleNanos;

    /** By number; a slab that has several is there as often. */
    private Slab[] slabs = new Slab[8];

    private Block[][] blocks = new Block[8][];

    HeapSlabs(ThreadHeap heap, SuperslabStore store, Binder binder, HeapCounters counters) {
        this.heap = heap;
        this.store = store;
        this.binder = binder;
        this.counters = counters;
        pages = new PagePurge(store, superslabs);
        heap.blocks(blocks);
    }

    /** The queue of a class, made now if there is none. */
    private static SlabQueue queue(SlabQueue[] queues, int sizeClass) {
        SlabQueue queue = queues[sizeClass];
        if (queue == null) {
            queue = new SlabQueue();
            queues[sizeClass] = queue;
        }
        return queue;
    }

    Slab slab(int id) {
        return slabs[id >>> Slab.SLOT_BITS];
    }

    /**
     * Takes a block from a slab that has a free one; the caller knows by {@link #hasPartial} that there is. Returns
     * {@link #NONE} if its pages were given back and the limit leaves no room for them.
     */
    int take(int sizeClass) {
        SlabQueue queue = partial[sizeClass];
        Slab slab = queue.head();
        if (slab.free() == 1) {
            queue.remove(slab); // first: one that is full must not be found there, whatever fails below
        }
        int slot = slab.take();
        if (slab.block(slot) == null) {
            bind(slab, slot);
        }
        Superslab superslab = slab.superslab();
        int purged = superslab.purgedBytes();
        if (purged > 0) {
            if (!store.tryRestore(superslab, slab.offset(slot), slab.blockBytes())) {
                untake(slab, slot);
                return NONE;
            }
            pages.neededAgain(purged - superslab.purgedBytes());
        }
        superslab.use(slab.blockBytes());
        superslabs.update(superslab);
        pages.taken();
        return slab.blockId(slot);
    }

    private void bind(Slab slab, int slot) {
        try {
            slab.bind(slot, binder.bind(heap, slab, slot));
        } catch (Throwable e) {
            untake(slab, slot);
            throw e;
        }
    }

    private void untake(Slab slab, int slot) {
        slab.give(slot);
        serve(slab);
    }

    /** Has a slab with a free block serve; asked for by what it is in and not by a count, which holds after any failure. */
    private void serve(Slab slab) {
        if (!partial[slab.sizeClass()].contains(slab)) {
            partial[slab.sizeClass()].push(slab);
        }
    }

    boolean hasPartial(int sizeClass) {
        SlabQueue queue = partial[sizeClass];
        return queue != null && queue.head() != null;
    }

    /**
     * Makes a slab with free blocks available: from the warm pool, or cut from a superslab.
     *
     * @return false if no superslab had room and none could be got
     */
    boolean addSlab(int sizeClass, Knobs knobs) {
        SlabQueue pool = queue(warm, sizeClass);
        SlabQueue serving = queue(partial, sizeClass);
        Slab slab = pool.head();
        if (slab != null) {
            counters.warmPoolHits++;
            pool.remove(slab);
            warmUnused[sizeClass] = Math.min(warmUnused[sizeClass], pool.size());
            serving.push(slab);
            return true;
        }
        counters.warmPoolMisses++;
        Slab fresh = cut(sizeClass, knobs, true);
        if (fresh == null) {
            return false;
        }
        serving.push(fresh);
        // A class that has shown that it grows may get more than it asks for: off, unless knobs say otherwise.
        int extra = Math.min(Math.min(knobs.prefill() - 1, knobs.warmSlabs(sizeClass)), slabCounts[sizeClass] - 1);
        while (extra-- > 0) {
            Slab ready = cut(sizeClass, knobs, false);
            if (ready == null) {
                break;
            }
            pool.push(ready);
        }
        return true;
    }

    /** Cuts a slab, if need be from memory that was to be given back or has to be fetched. */
    private Slab cut(int sizeClass, Knobs knobs, boolean mayFetch) {
        int index = nextNumber(sizeClass);
        if (index == SlabNumbers.NONE) {
            return null;
        }
        Superslab superslab = withRoom(sizeClass, !knobs.tiering());
        if (superslab == null && mayFetch) {
            superslab = withRoom(sizeClass, true);
            superslab = superslab != null ? superslab : fetchSuperslab(SizeClasses.fewestUnits(sizeClass));
        }
        Slab slab = superslab == null ? null : cut(superslab, sizeClass, index);
        if (slab == null && mayFetch) { // at the limit, where only what was touched before can be had
            superslab = touchedWithRoom(SizeClasses.fewestUnits(sizeClass));
            slab = superslab == null ? null : cut(superslab, sizeClass, index);
        }
        return slab;
    }

    /**
     * Cuts a slab from a superslab that has room for one, shorter than usual if need be; null at the limit, if nobody has touched its
     * units yet.
     */
    private Slab cut(Superslab superslab, int sizeClass, int index) {
        superslab.enterService(heap.number());
        int fewest = SizeClasses.fewestUnits(sizeClass);
        for (int units = SizeClasses.units(sizeClass); units > 0; units -= fewest) {
            int first = superslab.take(units);
            if (first >= 0) {
                Slab slab = cut(superslab, first, units, sizeClass, index);
                if (slab != null) {
                    return slab;
                }
            }
        }
        return null;
    }

    /** Cuts a slab from units that were taken for it, or gives them back. */
    private Slab cut(Superslab superslab, int first, int units, int sizeClass, int index) {
        try {
            if (!store.tryCommit(superslab, first, units)) {
                superslab.give(first, units);
                return null;
            }
            Slab slab = Slab.ofClass(superslab, first, units, sizeClass, index);
            superslab.place(slab);
            pages.cut();
            enter(slab, sizeClass); // from here on it is known, and has a queue to be in
            return slab;
        } catch (Throwable e) {
            superslab.give(first, units);
            throw e;
        } finally {
            superslabs.update(superslab);
        }
    }

    private Superslab touchedWithRoom(int units) {
        for (int i = 0; i < superslabs.size(); i++) {
            if (superslabs.get(i).hasTouchedRoom(units)) {
                return superslabs.get(i);
            }
        }
        return null;
    }

    /** What it takes to cut a slab of a class where all that there is is in use. */
    int neededBytes(int sizeClass) {
        return store.neededBytes(SizeClasses.fewestUnits(sizeClass));
    }

    /** A superslab for a slab of the usual length, or else of the least. */
    private Superslab withRoom(int sizeClass, boolean orDraining) {
        Superslab superslab = superslabs.fullestWithRoom(SizeClasses.units(sizeClass), orDraining);
        return superslab != null
                ? superslab
                : superslabs.fullestWithRoom(SizeClasses.fewestUnits(sizeClass), orDraining);
    }

    private Superslab fetchSuperslab(int units) {
        superslabs.ensureRoom();
        Superslab superslab = store.tryAcquire(units, superslabs.unitBytes());
        if (superslab != null) {
            superslabs.enter(superslab);
        }
        return superslab;
    }

    /** The number of the next slab of a class, for which there is a place in the tables. */
    private int nextNumber(int sizeClass) {
        int n = Slab.numbers(SizeClasses.capacity(sizeClass));
        int index = numbers.next(n);
        if (index != SlabNumbers.NONE && index + n > slabs.length) {
            Slab[] moreSlabs = Arrays.copyOf(slabs, Math.max(index + n, 2 * slabs.length));
            Block[][] moreBlocks = Arrays.copyOf(blocks, moreSlabs.length);
            heap.blocks(moreBlocks);
            blocks = moreBlocks;
            slabs = moreSlabs;
        }
        return index;
    }

    /** Whether a slab of a class can have a number. */
    boolean hasNumbers(int sizeClass) {
        return numbers.next(Slab.numbers(SizeClasses.capacity(sizeClass))) != SlabNumbers.NONE;
    }

    private void enter(Slab slab, int sizeClass) {
        int index = slab.index();
        int n = slab.numbers();
        for (int i = 0; i < n; i++) {
            blocks[index + i] = slab.blocks(i);
        }
        numbers.take(n); // the last call: what fails has not happened
        for (int i = 0; i < n; i++) {
            slabs[index + i] = slab;
        }
        slabCounts[sizeClass]++;
    }

    /** Puts a block back into its slab. */
    void give(int id, Knobs knobs) {
        Slab slab = slab(id);
        int sizeClass = slab.sizeClass();
        int slot = slab.slot(id);
        slab.give(slot);
        Superslab superslab = slab.superslab();
        superslab.touch(slab.offset(slot), slab.blockBytes());
        pages.given();
        serve(slab);
        boolean drains = superslab.use(-slab.blockBytes());
        superslabs.update(superslab);
        if (drains && superslabs.size() > 1 && knobs.tiering()) {
            startDraining(superslab);
        }
        if (slab.free() == slab.capacity()) {
            boolean mayKeep = !superslab.isDraining() || superslabs.size() == 1 || !knobs.tiering();
            boolean keep = !knobs.eagerFree() || (mayKeep && warm[sizeClass].size() < knobs.warmSlabs(sizeClass));
            partial[sizeClass].remove(slab);
            if (keep) {
                warm[sizeClass].push(slab);
            } else {
                dissolve(slab);
            }
        }
    }

    /** Nothing is to be kept in it, and its slabs are the last of their classes to serve. */
    private void startDraining(Superslab superslab) {
        for (int unit = 0; unit < superslab.units(); unit++) {
            Slab slab = superslab.slab(unit);
            if (slab == null || slab.firstUnit() != unit) {
                continue;
            }
            SlabQueue pool = warm[slab.sizeClass()];
            SlabQueue queue = partial[slab.sizeClass()];
            if (pool.contains(slab)) {
                pool.remove(slab);
                dissolve(slab);
            } else if (queue.contains(slab)) {
                queue.remove(slab);
                queue.append(slab);
            }
        }
    }

    private void dissolve(Slab slab) {
        int index = slab.index();
        int n = slab.numbers();
        for (int i = 0; i < n; i++) {
            slabs[index + i] = null;
            blocks[index + i] = null;
        }
        numbers.give(index, n);
        slabCounts[slab.sizeClass()]--;
        Superslab superslab = slab.superslab();
        superslab.give(slab.firstUnit(), slab.units());
        if (superslab.isEmpty() && superslabs.hasEmpty()) {
            release(superslab);
        } else {
            superslabs.update(superslab);
        }
    }

    private void release(Superslab superslab) {
        pages.leaves(superslab);
        superslabs.leave(superslab);
        store.release(superslab, idleNanos);
    }

    /** Dissolves every empty slab of a class. */
    void trim(int sizeClass) {
        SlabQueue pool = warm[sizeClass];
        SlabQueue queue = partial[sizeClass];
        if (pool == null || queue == null) {
            return; // no slab of the class was ever cut
        }
        for (Slab slab = pool.head(); slab != null; slab = pool.head()) {
            pool.remove(slab);
            dissolve(slab);
        }
        // A slab whose first block could not be bound lies here without ever having served one.
        for (Slab slab = queue.head(), next; slab != null; slab = next) {
            next = queue.after(slab);
            if (slab.free() == slab.capacity()) {
                queue.remove(slab);
                dissolve(slab);
            }
        }
    }

    /** Gives back the warm slabs of a class that have not been needed since the last turn. */
    void turn(int sizeClass) {
        SlabQueue pool = warm[sizeClass];
        if (pool == null) {
            return;
        }
        for (int n = Math.min(warmUnused[sizeClass], pool.size()); n > 0; n--) {
            Slab slab = pool.head();
            pool.remove(slab);
            dissolve(slab);
        }
        warmUnused[sizeClass] = pool.size();
    }

    /**
     * Gives back everything that is free, for an owner that is away: empty slabs, empty superslabs, free pages.
     *
     * @param unusedNanos how long nobody has needed it
     * @param nanos how long it may look for pages
     * @return whether there are more pages to look for
     */
    boolean tend(long unusedNanos, long nanos) {
        idleNanos = unusedNanos;
        try {
            for (int c = 0; c < SizeClasses.COUNT; c++) {
                trim(c);
            }
            releaseEmpty();
        } finally {
            idleNanos = 0;
        }
        pages.pass(nanos);
        return pages.isDue();
    }

    /** Gives every empty superslab to the store. */
    void releaseEmpty() {
        for (Superslab empty; (empty = superslabs.anEmpty()) != null; ) {
            release(empty);
        }
    }

    /** Free pages of superslabs in use, which the heap gives back as it allocates and when it is idle. */
    PagePurge pages() {
        return pages;
    }

    /** Whether a superslab lies here empty. */
    boolean hasEmptySuperslab() {
        return superslabs.hasEmpty();
    }

    /** Whether empty slabs of any class are kept ready. */
    boolean hasWarm() {
        boolean has = false;
        for (int c = 0; c < SizeClasses.COUNT && !has; c++) {
            has = warmCount(c) > 0;
        }
        return has;
    }

    /** How many empty slabs of a class are kept ready. */
    int warmCount(int sizeClass) {
        SlabQueue pool = warm[sizeClass];
        return pool == null ? 0 : pool.size();
    }

    /** All slabs, in no order. */
    List<Slab> slabs() {
        List<Slab> all = new ArrayList<>();
        Slab last = null;
        for (Slab slab : slabs) {
            if (slab != null && slab != last) {
                all.add(slab);
            }
            last = slab;
        }
        return all;
    }

    SuperslabSet superslabs() {
        return superslabs;
    }

    /** For other threads: the superslabs as they may have been a moment ago. */
    List<Superslab> superslabSnapshot() {
        List<Superslab> snapshot = new ArrayList<>();
        for (Superslab superslab : superslabs.snapshot()) {
            if (superslab != null) {
                snapshot.add(superslab);
            }
        }
        return snapshot;
    }

    boolean isPartial(Slab slab) {
        return partial[slab.sizeClass()].contains(slab);
    }

    boolean isWarm(Slab slab) {
        return warm[slab.sizeClass()].contains(slab);
    }
}
