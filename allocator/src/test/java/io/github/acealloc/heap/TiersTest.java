/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static io.github.acealloc.heap.HeapRig.KIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.slab.Superslab.Tier;
import io.github.acealloc.testing.TestBlock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A superslab's life: each change of its state, whoever owns its heap when the block that decides comes home. */
class TiersTest {
    private static final int UNIT = Superslab.UNIT_BYTES;
    private static final int QUARTER = Superslab.UNITS / 4;
    private static final int HALF = Superslab.UNITS / 2;
    private static final int BYTES = Superslab.bytes(true);

    private final HeapRig rig = HeapRig.direct().caches(0, 1);
    private final HeapSlabs slabs = rig.heap.slabs();

    @AfterEach
    void holdsTheLaws() {
        rig.expectLaws();
        rig.memory.releaseAll();
    }

    /** How a block comes home. */
    enum Road {
        /** The owner releases it. */
        OWNER,
        /** Another thread does, while the heap has an owner: it waits in the queue. */
        QUEUE,
        /** Another thread does, while nobody owns the heap. */
        NOBODY
    }

    /** A superslab with a block in each unit. */
    private List<TestBlock> fill() {
        List<TestBlock> blocks = rig.allocate(UNIT, Superslab.UNITS);
        Superslab superslab = blocks.get(0).slab().superslab();
        assertThat(blocks).allMatch(block -> block.slab().superslab() == superslab);
        assertThat(superslab.freeUnits()).isZero();
        assertThat(superslab.tier()).isEqualTo(Tier.HOT);
        return blocks;
    }

    /** A superslab with blocks in its last units, DRAINING. */
    private Superslab drain(List<TestBlock> blocks) {
        blocks.subList(0, Superslab.UNITS - QUARTER).forEach(rig::release);
        Superslab superslab = blocks.get(Superslab.UNITS - 1).slab().superslab();
        assertThat(superslab.tier()).isEqualTo(Tier.DRAINING);
        return superslab;
    }

    /** Dissolves the few empty slabs that a HOT superslab has kept warm. */
    private void trimWarm() {
        slabs.trim(SizeClasses.of(UNIT));
    }

    private void release(List<TestBlock> blocks, Road road) {
        if (road == Road.OWNER) {
            blocks.forEach(rig::release);
        } else if (road == Road.NOBODY) {
            rig.heap.giveUp();
            rig.releaseElsewhere(blocks);
            assertThat(rig.heap.tryBorrow()).isTrue();
        } else {
            Superslab superslab = blocks.get(0).slab().superslab();
            Tier tier = superslab.tier();
            int used = superslab.usedBytes();
            rig.releaseElsewhere(blocks);
            assertThat(superslab.tier()).as("as long as they wait").isEqualTo(tier);
            assertThat(superslab.usedBytes()).isEqualTo(used);
            takeIn();
        }
    }

    /** Takes in what waits in the queue, and gives empty superslabs to the store. */
    private void takeIn() {
        rig.scavenge(false, false);
    }

    @ParameterizedTest
    @EnumSource
    void hotToDrainingToFreeToTheStore(Road road) {
        int small = UNIT / 4; // slabs of a unit, of which some are kept warm
        int quarter = 4 * QUARTER;
        int all = 4 * Superslab.UNITS;
        List<TestBlock> blocks = rig.allocate(small, all);
        Superslab superslab = blocks.get(0).slab().superslab();
        release(blocks.subList(0, all - quarter - 1), road);
        assertThat(superslab.usedBytes()).isEqualTo((quarter + 1) * small);
        assertThat(superslab.tier()).as("above a quarter").isEqualTo(Tier.HOT);
        release(blocks.subList(all - quarter - 1, all - quarter), road);
        assertThat(superslab.tier()).as("a quarter").isEqualTo(Tier.DRAINING);
        release(blocks.subList(all - quarter, all - 1), road);
        assertThat(superslab.tier()).as("one block").isEqualTo(Tier.DRAINING);
        assertThat(slabs.superslabs()).containsExactly(superslab);
        release(blocks.subList(all - 1, all), road);
        assertThat(superslab.usedBytes()).isZero();
        assertThat(superslab.tier()).as("slabs of it are warm").isEqualTo(Tier.DRAINING);
        slabs.trim(SizeClasses.of(small));
        assertThat(superslab.tier()).isEqualTo(Tier.FREE);
        takeIn();
        assertThat(slabs.superslabs()).isEmpty();
        assertThat(rig.store.residentBytes()).isEqualTo(BYTES);
    }

    @Test
    void drainingToHotByTheBlocksOfTheSlabsItHas() {
        List<TestBlock> large = rig.allocate(1 << 20, 1);
        List<TestBlock> small = rig.allocate(KIB, HALF * 64);
        Superslab superslab = small.get(0).slab().superslab();
        assertThat(superslab.freeUnits()).isZero();
        // Every slab keeps a block, so that none is dissolved and no new one is cut.
        List<TestBlock> released = new ArrayList<>();
        small.forEach(block -> (block.slot() > 0 ? released : large).add(block));
        released.forEach(rig::release);
        rig.release(large.remove(0));
        assertThat(superslab.tier()).isEqualTo(Tier.DRAINING);
        int used = superslab.usedBytes();
        assertThat(used).isEqualTo(HALF * KIB);
        // The units of the large block are free, and serve no new slab; the old slabs' blocks are a half at last.
        TestBlock next = null;
        while (used < HALF * 64 * KIB) {
            assertThat(superslab.usedBytes()).isEqualTo(used);
            next = rig.allocate(KIB);
            used += KIB;
            assertThat(superslab.tier()).isEqualTo(used < HALF * 64 * KIB ? Tier.DRAINING : Tier.HOT);
        }
        assertThat(next.slab().superslab()).isSameAs(superslab);
    }

    @Test
    void drainingServesNoNewSlabAsLongAsAnotherHasRoom() {
        List<TestBlock> blocks = fill();
        Superslab hot = rig.allocate(UNIT).slab().superslab();
        Superslab draining = drain(blocks);
        assertThat(hot.usedBytes()).as("emptier").isLessThan(draining.usedBytes());
        for (int i = 0; i < Superslab.UNITS - 1; i++) {
            assertThat(rig.allocate(UNIT).slab().superslab()).isSameAs(hot);
            assertThat(draining.tier()).isEqualTo(Tier.DRAINING);
        }
        assertThat(hot.hasRoom(1)).isFalse();
        assertThat(rig.allocate(UNIT).slab().superslab())
                .as("nothing else has room")
                .isSameAs(draining);
        assertThat(draining.tier()).as("so it is to stay").isEqualTo(Tier.HOT);
        assertThat(rig.memory.requests()).isEqualTo(2);
    }

    @Test
    void drainingServesBeforeMemoryIsFetched() {
        Superslab draining = drain(fill());
        assertThat(rig.allocate(KIB).slab().superslab()).isSameAs(draining);
        assertThat(rig.memory.requests()).isEqualTo(1);
    }

    @Test
    void theEmptyOneThatAHeapKeepsServesBeforeADrainingOne() {
        List<TestBlock> blocks = fill();
        TestBlock alone = rig.allocate(UNIT);
        Superslab free = alone.slab().superslab();
        Superslab draining = drain(blocks);
        rig.release(alone);
        trimWarm();
        assertThat(free.tier()).isEqualTo(Tier.FREE);
        assertThat(slabs.superslabs()).containsExactly(draining, free);
        assertThat(rig.allocate(KIB).slab().superslab()).isSameAs(free);
        assertThat(free.tier()).isEqualTo(Tier.HOT);
        assertThat(slabs.hasEmptySuperslab()).isFalse();
    }

    @Test
    void drainingIsNotUsedToPrefill() {
        rig.prefill(3);
        Superslab draining = rig.allocate(KIB, 64).get(0).slab().superslab();
        List<TestBlock> eights = rig.allocate(8 * UNIT, 3);
        assertThat(rig.allocate(7 * UNIT).slab().superslab()).isSameAs(draining);
        assertThat(draining.freeUnits()).isZero();
        Superslab hot = rig.allocate(8 * UNIT, 3).get(0).slab().superslab();
        rig.allocate(7 * UNIT);
        assertThat(hot.freeUnits()).isEqualTo(1);
        eights.forEach(rig::release);
        assertThat(draining.tier()).isEqualTo(Tier.DRAINING);
        assertThat(rig.allocate(KIB).slab().superslab()).as("the last unit").isSameAs(hot);
        assertThat(slabs.slabs()).as("a second slab, and none beside").noneMatch(slabs::isWarm);
        assertThat(draining.tier()).isEqualTo(Tier.DRAINING);
    }

    @ParameterizedTest
    @EnumSource(names = {"OWNER", "NOBODY"})
    void theFirstEmptyOneStaysAndTheNextGoesToTheStore(Road road) {
        List<TestBlock> first = fill();
        List<TestBlock> second = fill();
        Superslab kept = first.get(0).slab().superslab();
        release(first, road);
        trimWarm();
        assertThat(slabs.hasEmptySuperslab()).isTrue();
        assertThat(rig.store.residentBytes()).isZero();
        release(second, road);
        trimWarm();
        assertThat(slabs.superslabs()).containsExactly(kept);
        assertThat(rig.store.residentBytes()).isEqualTo(BYTES);
    }

    @Test
    void fromTheStoreBackIntoServiceOfAnyHeap() {
        List<TestBlock> blocks = fill();
        Superslab superslab = blocks.get(0).slab().superslab();
        blocks.forEach(rig::release);
        rig.heap.trim();
        assertThat(rig.store.residentBytes()).isEqualTo(BYTES);
        ThreadHeap other = rig.newHeap();
        assertThat(other.tryBorrow()).isTrue();
        TestBlock block = (TestBlock) other.block(other.cache(0).pop());
        assertThat(block.slab().superslab()).isSameAs(superslab);
        assertThat(superslab.tier()).isEqualTo(Tier.HOT);
        assertThat(superslab.recordDefect(0)).as("the new owner's").isNull();
        assertThat(rig.memory.requests()).isEqualTo(1);
        other.cache(0).push(block.blockId());
        other.trim();
    }

    @Test
    void fromPurgedBackIntoService() {
        for (int round = 0; round < 3; round++) {
            List<TestBlock> blocks = rig.allocate(1000 * KIB, 4);
            for (int i = 0; i < blocks.size(); i++) {
                blocks.get(i).open(i);
            }
            rig.expectLaws();
            assertThat(rig.memory.requests()).as("what was purged serves again").isEqualTo(2);
            assertThat(rig.inService()).isEqualTo(2L * BYTES);
            blocks.forEach(TestBlock::shut);
            blocks.forEach(rig::release);
            rig.heap.trim();
            assertThat(rig.store.purge(System.nanoTime(), 0, Long.MAX_VALUE)).isFalse();
            assertThat(rig.budget.committed()).isZero();
            assertThat(rig.store.purgedBytes()).isEqualTo(2L * BYTES);
            assertThat(rig.heap.committedBytes()).isZero();
        }
        rig.store.trim();
        assertThat(rig.memory.reservedBytes()).isZero();
    }

    /** The guard: whatever of it is cached or queued keeps a superslab in service. */
    @Test
    void itStaysInServiceAsLongAsABlockOfItIsCachedOrQueued() {
        rig.caches(4, 2);
        List<TestBlock> blocks = fill();
        Superslab superslab = blocks.get(0).slab().superslab();
        TestBlock queued = blocks.remove(0);
        blocks.forEach(rig::release);
        rig.releaseElsewhere(List.of(queued));
        assertThat(rig.cached(UNIT)).isNotEmpty();
        rig.heap.slabs().releaseEmpty();
        assertThat(slabs.superslabs()).contains(superslab);
        assertThat(superslab.usedBytes()).isEqualTo((rig.cached(UNIT).size() + 1) * UNIT);
        takeIn();
        assertThat(rig.heap.remoteCount()).isZero();
        assertThat(slabs.superslabs()).as("the cache has it all now").contains(superslab);
        rig.heap.trim();
        assertThat(slabs.superslabs()).doesNotContain(superslab);
        assertThat(rig.cached(UNIT)).isEmpty();
        assertThat(superslab.isEmpty()).isTrue();
    }

    @Test
    void ofARetiredHeapItGoesToTheSystemWithItsLastBlock() {
        List<TestBlock> blocks = fill();
        rig.store.close();
        rig.heap.retire();
        rig.heap.giveUp();
        rig.releaseElsewhere(blocks.subList(0, Superslab.UNITS - 1));
        assertThat(blocks.get(Superslab.UNITS - 1).slab().superslab().tier()).isEqualTo(Tier.DRAINING);
        assertThat(rig.memory.reservedBytes()).isEqualTo(BYTES);
        rig.releaseElsewhere(blocks.subList(Superslab.UNITS - 1, Superslab.UNITS));
        assertThat(rig.memory.reservedBytes()).isZero();
    }
}
