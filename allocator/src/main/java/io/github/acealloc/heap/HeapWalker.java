/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.slab.Block;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Slab;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.slab.SuperslabSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Walks a heap and holds it against the laws. For tests and diagnosis: nobody may use the heap meanwhile.
 */
public final class HeapWalker {
    private final List<String> violations = new ArrayList<>();
    private final ThreadHeap heap;
    private final IdentityHashMap<Slab, Integer> cachedPerSlab = new IdentityHashMap<>();

    private HeapWalker(ThreadHeap heap) {
        this.heap = heap;
    }

    /**
     * Walks one heap.
     *
     * @param heap used by nobody meanwhile
     * @return what was found wrong, in words; empty if all laws hold
     */
    public static List<String> walk(ThreadHeap heap) {
        HeapWalker walker = new HeapWalker(heap);
        walker.walkCaches();
        walker.walkSlabs();
        walker.walkSuperslabs();
        return walker.violations;
    }

    /** The words are made for a law that is broken only: a walk checks several for each slot of a heap. */
    private void expect(boolean law, Supplier<String> violation) {
        if (!law) {
            violations.add(violation.get());
        }
    }

    private void walkCaches() {
        Set<Integer> seen = new HashSet<>();
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            int sizeClass = c;
            HotCache cache = heap.cache(c);
            expect(
                    heap.nextUsed(sizeClass) == sizeClass || (cache.size() == 0 && cache.allocations() == 0),
                    () -> "class " + sizeClass + " has been used, but does not count as that");
            for (int i = 0; i < cache.size(); i++) {
                int id = cache.id(i);
                expect(seen.add(id), () -> "block " + id + " is cached twice");
                Slab slab = heap.slabs().slab(id);
                if (slab == null) {
                    violations.add("block " + id + " is cached but its slab is gone");
                    continue;
                }
                cachedPerSlab.merge(slab, 1, Integer::sum);
                expect(
                        slab.sizeClass() == sizeClass,
                        () -> "block " + id + " of " + slab + " is cached in class " + sizeClass);
                expect(!slab.isFree(slab.slot(id)), () -> "block " + id + " is cached and free in " + slab);
            }
        }
    }

    private void walkSlabs() {
        long used = 0;
        for (Slab slab : heap.slabs().slabs()) {
            int free = walkSlots(slab);
            expect(
                    heap.nextUsed(slab.sizeClass()) == slab.sizeClass(),
                    () -> slab + " is of a class that does not count as used");
            expect(free == slab.free(), () -> slab + " has " + free + " free slots");
            int usedHere = slab.capacity() - free - cachedPerSlab.getOrDefault(slab, 0);
            expect(usedHere >= 0, () -> slab + " has " + usedHere + " used blocks");
            used += usedHere;
            expect(heap.slabs().slab(slab.blockId(0)) == slab, () -> slab + " is not at its index");
            boolean queued = heap.slabs().isPartial(slab) || heap.slabs().isWarm(slab);
            expect(queued == free > 0, () -> slab + (queued ? " is" : " is not") + " in a queue");
            expect(!heap.slabs().isWarm(slab) || free == slab.capacity(), () -> slab + " is in the warm pool");
        }
        long out = used;
        long queued = heap.remoteCount();
        expect(out >= queued, () -> out + " blocks are out, but " + queued + " are in the queue");
    }

    /** Returns how many slots are free. */
    private int walkSlots(Slab slab) {
        int free = 0;
        for (int i = 0; i < slab.capacity(); i++) {
            int slot = i;
            boolean isFree = slab.isFree(slot);
            free += isFree ? 1 : 0;
            Block block = slab.block(slot);
            if (block != null) {
                int id = block.blockId();
                expect(
                        id == slab.blockId(slot),
                        () -> "the object of slot " + slot + " of " + slab + " says it is " + id);
            } else {
                expect(isFree, () -> "slot " + slot + " of " + slab + " is taken but has no object");
            }
        }
        return free;
    }

    private void walkSuperslabs() {
        IdentityHashMap<Superslab, Long> unitsPerSuperslab = new IdentityHashMap<>();
        IdentityHashMap<Superslab, Integer> usedPerSuperslab = new IdentityHashMap<>();
        for (Slab slab : heap.slabs().slabs()) {
            int units = slab.units();
            long mask = ((1L << units) - 1) << slab.firstUnit();
            long before = unitsPerSuperslab.getOrDefault(slab.superslab(), 0L);
            expect((before & mask) == 0, () -> slab + " overlaps another slab");
            unitsPerSuperslab.put(slab.superslab(), before | mask);
            usedPerSuperslab.merge(slab.superslab(), (slab.capacity() - slab.free()) * slab.blockBytes(), Integer::sum);
            expect(
                    heap.slabs().superslabs().position(slab.superslab()) >= 0,
                    () -> slab + " lies in a foreign superslab");
        }
        walkSums();
        for (Superslab superslab : heap.slabs().superslabs()) {
            String defect = heap.slabs().superslabs().defect(superslab);
            expect(defect == null, () -> "a superslab " + defect);
            int taken = Long.bitCount(unitsPerSuperslab.getOrDefault(superslab, 0L));
            expect(
                    taken + superslab.freeUnits() == superslab.units(),
                    () -> taken + " units in slabs + " + superslab.freeUnits() + " free = " + superslab.units()
                            + " is broken");
            int used = usedPerSuperslab.getOrDefault(superslab, 0);
            expect(
                    used == superslab.usedBytes(),
                    () -> "a superslab has " + used + " bytes used, and counts " + superslab.usedBytes());
            expect(!superslab.isPurgedInUse(), () -> "a page of a superslab is in use and counts as given back");
            walkUnits(superslab);
        }
    }

    private void walkSums() {
        SuperslabSet superslabs = heap.slabs().superslabs();
        long used = 0;
        long idle = 0;
        for (Superslab superslab : superslabs) {
            used += superslab.usedBytes();
            idle += superslab.idleBytes();
        }
        String sums = used + " used, " + idle + " idle";
        String counted = superslabs.usedBytes() + " used, " + superslabs.idleBytes() + " idle";
        expect(sums.equals(counted), () -> "superslabs have " + sums + ", but " + counted + " are counted");
    }

    private void walkUnits(Superslab superslab) {
        for (int i = 0; i < superslab.units(); i++) {
            int unit = i;
            Slab slab = superslab.slab(unit);
            if (slab == null) {
                continue;
            }
            boolean within = slab.firstUnit() <= unit && unit < slab.firstUnit() + slab.units();
            expect(
                    within && heap.slabs().slab(slab.blockId(0)) == slab,
                    () -> slab + " is not what unit " + unit + " holds");
            String defect = superslab.recordDefect(unit);
            expect(defect == null, () -> "record of unit " + unit + " of " + slab + ": " + defect);
        }
    }
}
