/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static io.github.acealloc.heap.HeapRig.KIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Slab;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.testing.TestBlock;
import java.lang.reflect.Field;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each law broken on purpose: the walker has to say so. */
class HeapWalkerTest {
    private final HeapRig rig = new HeapRig().caches(8, 4);
    private final HeapSlabs slabs = rig.heap.slabs();
    private TestBlock live;
    private TestBlock other;

    /** Two live blocks and two cached ones of 1 KiB in a partial slab. */
    @BeforeEach
    void fillHeap() {
        live = rig.allocate(KIB);
        other = rig.allocate(KIB);
        rig.release(rig.allocate(KIB));
        rig.expectLaws();
    }

    private void expectReport(String text) {
        assertThat(HeapWalker.walk(rig.heap))
                .anySatisfy(line -> assertThat(line).contains(text));
    }

    private Slab warmSlab() {
        rig.prefill(3).allocate(KIB, 100); // the class has grown, so a slab lies ready
        return slabs.slabs().stream().filter(slabs::isWarm).findFirst().orElseThrow();
    }

    @Test
    void aBlockIsCachedOnce() {
        rig.release(live);
        rig.release(live);
        expectReport("block " + live.blockId() + " is cached twice");
    }

    @Test
    void aCachedBlockHasASlab() {
        int nowhere = 7 << Slab.SLOT_BITS;
        assertThat(slabs.slab(nowhere)).isNull();
        rig.cache(KIB).push(nowhere);
        expectReport("block " + nowhere + " is cached but its slab is gone");
    }

    @Test
    void aBlockIsCachedInItsOwnClass() {
        rig.allocate(2 * KIB);
        rig.cache(2 * KIB).push(live.blockId());
        expectReport(
                "block " + live.blockId() + " of " + live.slab() + " is cached in class " + SizeClasses.of(2 * KIB));
    }

    @Test
    void aCachedBlockIsNotFree() {
        rig.release(live);
        live.slab().give(live.slot());
        expectReport("block " + live.blockId() + " is cached and free in ");
    }

    @Test
    void aSlotsObjectNamesThatSlot() {
        live.slab().bind(live.slot(), other);
        expectReport("the object of slot " + live.slot() + " of " + live.slab() + " says it is " + other.blockId());
    }

    @Test
    void aTakenSlotHasAnObject() {
        live.slab().bind(live.slot(), null);
        expectReport("slot " + live.slot() + " of " + live.slab() + " is taken but has no object");
    }

    @Test
    void aSlabCountsItsFreeSlots() throws ReflectiveOperationException {
        Field free = Slab.class.getDeclaredField("free");
        free.setAccessible(true);
        free.setInt(live.slab(), 5);
        expectReport(live.slab() + " has 60 free slots");
    }

    @Test
    void noMoreBlocksAreCachedThanTaken() {
        rig.release(live);
        rig.release(other);
        live.slab().give(live.slot());
        other.slab().give(other.slot());
        expectReport(live.slab() + " has -2 used blocks");
    }

    @Test
    void aSlabIsAtItsIndex() throws ReflectiveOperationException {
        Field table = HeapSlabs.class.getDeclaredField("slabs");
        table.setAccessible(true);
        ((Slab[]) table.get(slabs))[7] = live.slab();
        ((Slab[]) table.get(slabs))[live.slab().index()] = null;
        expectReport(live.slab() + " is not at its index");
    }

    @Test
    void aFullSlabIsInNoQueue() {
        while (live.slab().free() > 0) {
            live.slab().take();
        }
        expectReport(live.slab() + " is in a queue");
    }

    @Test
    void aSlabWithFreeSlotsIsInAQueue() {
        Slab full = live.slab();
        rig.allocate(KIB, full.capacity() - 2);
        assertThat(full.free()).isZero();
        rig.expectLaws();
        full.give(live.slot());
        expectReport(full + " is not in a queue");
    }

    @Test
    void aSlabInTheWarmPoolIsEmpty() {
        Slab warm = warmSlab();
        warm.take();
        expectReport(warm + " is in the warm pool");
    }

    @Test
    void noMoreBlocksAreQueuedThanUsed() {
        rig.releaseElsewhere(List.of(live, other));
        assertThat(HeapWalker.walk(rig.heap)).isEmpty();
        rig.releaseElsewhere(List.of(live));
        expectReport("2 blocks are out, but 3 are in the queue");
    }

    @Test
    void slabsDoNotOverlap() {
        live.slab().superslab().give(live.slab().firstUnit(), 1);
        TestBlock intruder = rig.allocate(8 * KIB);
        assertThat(intruder.slab().firstUnit()).isEqualTo(live.slab().firstUnit());
        expectReport(" overlaps another slab");
    }

    @Test
    void slabsLieInTheHeapsOwnSuperslabs() {
        slabs.superslabs().leave(live.slab().superslab());
        expectReport(live.slab() + " lies in a foreign superslab");
    }

    @Test
    void eachUnitIsInASlabOrFree() {
        live.slab().superslab().take(2);
        expectReport("1 units in slabs + 28 free = 31 is broken");
    }

    @Test
    void aSuperslabCountsWhatIsUsed() {
        live.slab().superslab().use(16);
        expectReport("a superslab has 4096 bytes used, and counts 4112");
    }

    @Test
    void aSuperslabIsQueuedAsItsUnitsSay() {
        live.slab().superslab().take(3);
        expectReport("a superslab is queued for runs of 30 units (expected: 27)");
    }

    @Test
    void aSuperslabIsCountedAsItIsUsed() {
        live.slab().superslab().use(16);
        expectReport("a superslab counts as 4096 bytes used (expected: 4112)");
        expectReport("superslabs have 4112 used, 2027504 idle, but 4096 used, 2027520 idle");
    }

    @Test
    void aUnitHoldsTheSlabThatLiesInIt() {
        Slab intruder = Slab.ofClass(live.slab().superslab(), live.slab().firstUnit(), SizeClasses.of(KIB), 7);
        live.slab().superslab().place(intruder);
        expectReport(intruder + " is not what unit 0 holds");
    }

    @Test
    void theRecordOfAUnitIsAsItWasWritten() {
        HeapRig direct = HeapRig.direct();
        TestBlock block = direct.allocate(KIB);
        direct.expectLaws();
        int record = Superslab.UNITS * Superslab.UNIT_BYTES;
        block.region().buffer().put(record + 8, (byte) 0x77);
        assertThat(HeapWalker.walk(direct.heap))
                .singleElement()
                .asString()
                .startsWith("record of unit 0 of " + block.slab() + ": sum: ");
        direct.memory.releaseAll();
    }
}
