/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static io.github.acealloc.heap.HeapRig.KIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.os.OsMemory;
import io.github.acealloc.slab.Slab;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.testing.Sneaky;
import io.github.acealloc.testing.TestBlock;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The lives of slabs and superslabs in a heap, without hot caches in between. */
class HeapSlabsTest {
    private static final int MIB = 1 << 20;
    private static final int UNIT = 64 << 10;

    private final HeapRig rig = HeapRig.direct().caches(0, 1);
    private final HeapSlabs slabs = rig.heap.slabs();

    @AfterEach
    void holdsTheLaws() {
        rig.expectLaws();
        rig.memory.releaseAll();
    }

    /** Uses half of a superslab, so that it stays HOT whatever else is released in it. */
    private TestBlock ballast() {
        return rig.allocate(MIB);
    }

    @Test
    void aSlabIsQueuedAsLongAsItHasAFreeBlock() {
        ballast();
        TestBlock first = rig.allocate(KIB);
        Slab slab = first.slab();
        assertThat(slabs.isPartial(slab)).isTrue();
        List<TestBlock> rest = rig.allocate(KIB, slab.capacity() - 1);
        assertThat(slab.free()).isZero();
        assertThat(slabs.isPartial(slab)).isFalse();
        rig.release(first);
        assertThat(slabs.isPartial(slab)).isTrue();
        assertThat(rig.allocate(KIB)).isSameAs(first);
        rest.forEach(rig::release);
        rig.release(first);
        assertThat(slabs.isPartial(slab)).isFalse();
        assertThat(slabs.isWarm(slab)).isTrue();
    }

    @Test
    void theObjectOfASlotIsMadeOnceInTheSlabsLife() {
        ballast();
        List<Object> bound = new ArrayList<>();
        rig.binder = (heap, slab, slot) -> {
            TestBlock block = new TestBlock(heap, slab, slot);
            bound.add(block);
            return block;
        };
        TestBlock block = rig.allocate(KIB);
        for (int i = 0; i < 10; i++) {
            rig.release(block);
            assertThat(rig.allocate(KIB)).isSameAs(block);
        }
        assertThat(bound).containsExactly(block);
        assertThat(block.heap()).isSameAs(rig.heap);
    }

    @Test
    void aSwappedBindingIsWhatTheSlotHandsOut() {
        ballast();
        TestBlock small = rig.allocate(KIB);
        TestBlock large = rig.allocate(8 * KIB);
        small.swapBindings(large);
        assertThat(small.bytes()).isEqualTo(8 * KIB);
        rig.release(large);
        assertThat(rig.allocate(KIB)).isSameAs(large);
        rig.release(small);
        assertThat(rig.allocate(8 * KIB)).isSameAs(small);
    }

    @Test
    void theWarmPoolKeepsAFewEmptySlabs() {
        int perSlab = 64;
        TestBlock ballast = ballast();
        List<TestBlock> blocks = rig.allocate(KIB, 10 * perSlab);
        assertThat(slabs.slabs()).hasSizeGreaterThanOrEqualTo(11);
        blocks.forEach(rig::release);
        assertThat(slabs.slabs()).hasSize(3).contains(ballast.slab());
        assertThat(slabs.slabs()).filteredOn(slabs::isWarm).hasSize(2).doesNotContain(ballast.slab());
        rig.heap.trim();
        assertThat(slabs.slabs()).containsExactly(ballast.slab());
        rig.release(ballast);
        rig.heap.trim();
        assertThat(slabs.slabs()).isEmpty();
        assertThat(rig.inService()).isZero();
    }

    @Test
    void anEmptySlabOfADrainingSuperslabIsNotKept() {
        rig.caches(0, 1);
        List<TestBlock> full = rig.allocate(MIB, 2);
        List<TestBlock> blocks = rig.allocate(KIB, 64);
        Superslab superslab = blocks.get(0).slab().superslab();
        assertThat(slabs.superslabs()).hasSize(2);
        blocks.forEach(rig::release);
        assertThat(superslab.tier()).isEqualTo(Superslab.Tier.FREE);
        assertThat(slabs.slabs()).filteredOn(slabs::isWarm).isEmpty();
        full.forEach(rig::release);
    }

    @Test
    void theOnlySuperslabKeepsWarmSlabsHoweverLittleIsUsed() {
        rig.caches(0, 1);
        List<TestBlock> blocks = rig.allocate(KIB, 64);
        blocks.forEach(rig::release);
        assertThat(slabs.slabs()).filteredOn(slabs::isWarm).hasSize(1);
    }

    @Test
    void whatBeginsToDrainGivesUpItsWarmSlabsAndServesLast() {
        rig.caches(0, 1);
        TestBlock early = rig.allocate(KIB); // its slab is the draining one's
        List<TestBlock> warm = rig.allocate(2 * KIB, 32);
        List<TestBlock> spans = rig.allocate(UNIT / 4, 30 * 4);
        Superslab first = early.slab().superslab();
        assertThat(spans).allMatch(block -> block.slab().superslab() == first);
        List<TestBlock> late = rig.allocate(KIB, 64 + 10);
        TestBlock partialElsewhere = late.get(late.size() - 1);
        assertThat(partialElsewhere.slab().superslab()).isNotSameAs(first);
        TestBlock freed = late.get(0);
        assertThat(freed.slab()).isSameAs(early.slab());
        rig.release(freed); // the slab that is about to drain is the head of its class now
        warm.forEach(rig::release);
        assertThat(slabs.slabs()).filteredOn(slabs::isWarm).isNotEmpty();
        spans.forEach(rig::release);
        assertThat(first.tier()).isEqualTo(Superslab.Tier.DRAINING);
        assertThat(slabs.slabs())
                .filteredOn(slab -> slabs.isWarm(slab) && slab.superslab() == first)
                .isEmpty();
        assertThat(rig.allocate(KIB).slab()).as("not the draining one").isNotSameAs(early.slab());
    }

    @Test
    void oneEmptySuperslabStaysAndTheNextGoesAtOnce() {
        List<TestBlock> blocks = rig.allocate(MIB, 6);
        assertThat(slabs.superslabs()).hasSize(3);
        assertThat(slabs.hasEmptySuperslab()).isFalse();
        blocks.forEach(rig::release);
        assertThat(slabs.superslabs()).hasSize(1);
        assertThat(slabs.hasEmptySuperslab()).isTrue();
        assertThat(rig.inService()).isEqualTo(Superslab.bytes(true));
        assertThat(rig.store.residentBytes()).isEqualTo(2L * Superslab.bytes(true));
        rig.heap.trim();
        assertThat(slabs.superslabs()).isEmpty();
        assertThat(slabs.hasEmptySuperslab()).isFalse();
        assertThat(rig.store.residentBytes()).isEqualTo(3L * Superslab.bytes(true));
    }

    @Test
    void aNewSlabIsCutFromTheFullestSuperslabThatHasRoom() {
        List<TestBlock> blocks = rig.allocate(MIB, 4);
        Superslab emptier = blocks.get(0).slab().superslab();
        Superslab fuller = blocks.get(2).slab().superslab();
        rig.release(blocks.get(0));
        TestBlock half = rig.allocate(640 * KIB);
        rig.release(blocks.get(3));
        rig.release(blocks.get(1));
        assertThat(half.slab().superslab()).isSameAs(emptier);
        assertThat(emptier.tier()).isEqualTo(Superslab.Tier.HOT);
        TestBlock next = rig.allocate(512 * KIB);
        assertThat(next.slab().superslab()).as("16 units free, not 22").isSameAs(fuller);
    }

    @Test
    void whereNoRunOfUnitsIsLongEnoughASlabIsShorter() {
        List<TestBlock> small = rig.allocate(KIB, 32 * 64);
        Superslab superslab = small.get(0).slab().superslab();
        assertThat(superslab.freeUnits()).isZero();
        releaseUnit(small, 1);
        releaseUnit(small, 2);
        releaseUnit(small, 3);
        releaseUnit(small, 5);
        rig.heap.trim();
        assertThat(superslab.freeUnits()).isEqualTo(4);
        List<TestBlock> spans = rig.allocate(UNIT, 4);
        assertThat(spans).allMatch(block -> block.slab().superslab() == superslab);
        assertThat(spans.stream().map(block -> block.slab().units())).containsExactly(3, 3, 3, 1);
        TestBlock elsewhere = rig.allocate(UNIT);
        assertThat(elsewhere.slab().superslab()).isNotSameAs(superslab);
        assertThat(elsewhere.slab().units()).isEqualTo(4);
        rig.expectLaws();
        spans.forEach(rig::release);
        rig.heap.trim();
        assertThat(superslab.freeUnits()).isEqualTo(4);
    }

    private void releaseUnit(List<TestBlock> small, int unit) {
        small.stream().filter(block -> block.slab().firstUnit() == unit).forEach(rig::release);
    }

    @Test
    void numbersOfDissolvedSlabsAreUsedAgain() {
        for (int round = 0; round < 20; round++) {
            List<TestBlock> blocks = rig.allocate(MIB, 5);
            assertThat(blocks).allMatch(block -> block.slab().index() < 5);
            assertThat(blocks.stream().map(block -> block.slab().index()).distinct())
                    .hasSize(5);
            blocks.forEach(rig::release);
        }
    }

    @Test
    void aSlabOfManySlotsHasSeveralNumbersAndGivesThemAllBack() {
        rig.allocate(KIB);
        for (int round = 0; round < 3; round++) {
            List<TestBlock> tiny = rig.allocate(16, 4096 + 1);
            Slab slab = tiny.get(0).slab();
            assertThat(slab.numbers()).isEqualTo(32);
            assertThat(slabs.slabs()).filteredOn(other -> other == slab).hasSize(1);
            assertThat(tiny).allMatch(block -> slabs.slab(block.blockId()) == block.slab());
            assertThat(tiny).allMatch(block -> rig.block(block.blockId()) == block);
            rig.expectLaws();
            tiny.forEach(rig::release);
            rig.heap.trim();
            assertThat(slabs.slab(slab.blockId(0))).isNull();
            assertThat(slabs.slab(slab.blockId(4095))).isNull();
        }
    }

    @Test
    void whereAllNumbersAreUsedTheErrorSaysSo() throws ReflectiveOperationException {
        Field field = HeapSlabs.class.getDeclaredField("numbers");
        field.setAccessible(true);
        SlabNumbers numbers = (SlabNumbers) field.get(slabs);
        while (numbers.next(32) != SlabNumbers.NONE) {
            numbers.take(32);
        }
        assertThatThrownBy(() -> rig.allocate(16))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessageStartingWith(
                        "cannot allocate 16 bytes: the heap of this thread has as many slabs as it can number (needed: ");
        rig.expectLaws();
        numbers.give(0, 32);
        assertThat(rig.allocate(16).blockId()).isZero();
    }

    @Test
    void trimFreesCachesSlabsAndSuperslabsInThisOrder() {
        rig.caches(64, 16);
        List<TestBlock> blocks = rig.allocate(KIB, 100);
        List<TestBlock> elsewhere = blocks.subList(0, 50);
        blocks.subList(50, 100).forEach(rig::release);
        rig.releaseElsewhere(elsewhere);
        assertThat(rig.heap.cachedBytes()).isPositive();
        rig.expectAllGoesBack();
        assertThat(rig.heap.cachedBytes()).isZero();
        assertThat(rig.heap.remoteCount()).isZero();
    }

    @Test
    void trimKeepsWhatIsLive() {
        TestBlock live = rig.allocate(KIB);
        live.open(42);
        rig.allocate(8 * KIB, 20).forEach(rig::release);
        rig.heap.trim();
        assertThat(rig.heap.takenBytes()).isEqualTo(KIB);
        assertThat(rig.budget.committed())
                .as("its pages, and that of the records")
                .isBetween(2L * OsMemory.PAGE - OsMemory.ALIGNMENT, 3L * OsMemory.PAGE);
        assertThat(slabs.slabs()).containsExactly(live.slab());
        live.shut();
        rig.release(live);
        rig.expectAllGoesBack();
    }

    @Test
    void aBlockWhoseObjectCannotBeMadeIsNotLost() {
        rig.binder = (heap, slab, slot) -> {
            throw new IllegalStateException("no object");
        };
        for (int bytes : new int[] {KIB, MIB}) {
            assertThatThrownBy(() -> rig.allocate(bytes)).hasMessage("no object");
            rig.expectLaws();
        }
        assertThat(rig.heap.takenBytes()).isZero();
        rig.expectAllGoesBack();
    }

    @Test
    void aFailureInTheMiddleOfABatchLosesNothing() {
        for (Throwable failure : List.of(new OutOfMemoryError("binder"), new IllegalStateException("binder"))) {
            HeapRig batches = new HeapRig().caches(16, 8);
            int[] left = {5};
            batches.binder = (heap, slab, slot) -> {
                if (left[0]-- == 0) {
                    throw Sneaky.rethrow(failure);
                }
                return new TestBlock(heap, slab, slot);
            };
            assertThatThrownBy(() -> batches.allocate(KIB)).isSameAs(failure);
            batches.expectLaws();
            assertThat(batches.cached(KIB)).as("the five before").hasSize(5);
            assertThat(batches.heap.takenBytes()).isEqualTo(5 * KIB);
            assertThat(batches.allocate(KIB, 20)).doesNotHaveDuplicates();
            batches.expectLaws();
        }
    }
}
