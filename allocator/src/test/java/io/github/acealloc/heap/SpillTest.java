/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static io.github.acealloc.heap.HeapRig.KIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.testing.TestBlock;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens to a release whose hot cache is full, and to caches whose cap is moved. */
class SpillTest {
    private final HeapRig rig = new HeapRig().caches(4, 2);
    private final HeapCounters counters = rig.heap.counters();

    @AfterEach
    void holdsTheLaws() {
        rig.expectLaws();
    }

    private static List<Integer> ids(List<TestBlock> blocks) {
        return blocks.stream().map(TestBlock::blockId).collect(Collectors.toList());
    }

    @Test
    void theOldestBlocksGoFirstAndABatchOfThem() {
        List<TestBlock> blocks = rig.allocate(KIB, 6);
        blocks.subList(0, 4).forEach(rig::release);
        assertThat(counters.spills()).isZero();
        rig.release(blocks.get(4));
        assertThat(counters.spills()).isEqualTo(1);
        assertThat(rig.cached(KIB)).isEqualTo(ids(blocks.subList(2, 5)));
        assertThat(blocks.subList(0, 2)).allMatch(HeapRig::isFree);
        assertThat(blocks.subList(2, 6)).noneMatch(HeapRig::isFree);
    }

    @Test
    void aBatchLargerThanTheCacheEmptiesIt() {
        rig.caches(4, 100);
        List<TestBlock> blocks = rig.allocate(KIB, 8);
        blocks.subList(0, 5).forEach(rig::release);
        assertThat(rig.cached(KIB)).isEqualTo(ids(blocks.subList(4, 5)));
    }

    @Test
    void aLoweredCapTakesEffectAtTheNextSpill() {
        List<TestBlock> blocks = rig.allocate(KIB, 6);
        blocks.subList(0, 4).forEach(rig::release);
        rig.caches(2, 1);
        rig.release(blocks.get(4));
        assertThat(rig.cached(KIB)).isEqualTo(ids(blocks.subList(3, 5)));
        assertThat(rig.cache(KIB).cap()).isEqualTo(2);
        assertThat(rig.cache(KIB).room()).isZero();
    }

    @Test
    void aCapOfZeroEmptiesTheCacheAndBackAgainFillsIt() {
        List<TestBlock> blocks = rig.allocate(KIB, 6);
        blocks.subList(0, 4).forEach(rig::release);
        rig.caches(0, 2);
        rig.release(blocks.get(4));
        assertThat(rig.cached(KIB)).isEmpty();
        assertThat(rig.cache(KIB).cap()).isZero();
        assertThat(blocks.subList(0, 5)).allMatch(HeapRig::isFree);

        rig.caches(4, 2);
        rig.release(blocks.get(5));
        assertThat(rig.cached(KIB)).isEqualTo(ids(blocks.subList(5, 6)));
        assertThat(rig.cache(KIB).cap()).isEqualTo(4);
    }

    @Test
    void aRaisedCapTakesEffectAtTheNextSpillWithoutGivingAnythingBack() {
        List<TestBlock> blocks = rig.allocate(KIB, 6);
        blocks.subList(0, 4).forEach(rig::release);
        rig.caches(6, 2);
        blocks.subList(4, 6).forEach(rig::release);
        assertThat(rig.cached(KIB)).isEqualTo(ids(blocks));
    }

    @Test
    void aChangedCapTakesEffectAtTheNextRefill() {
        rig.allocate(KIB, 2);
        rig.caches(16, 8);
        rig.allocate(KIB);
        assertThat(rig.cache(KIB).cap()).isEqualTo(16);
        assertThat(rig.cached(KIB)).hasSize(7);
        rig.caches(2, 8);
        rig.allocate(KIB, 8);
        assertThat(rig.cache(KIB).cap()).isEqualTo(2);
        assertThat(rig.cached(KIB)).hasSize(1);
    }

    /** An array of that length cannot be had, whatever the Java heap's size. */
    @Test
    void aCapThatCannotBeHadFailsNoReleaseAndNoAllocation() {
        List<TestBlock> blocks = rig.allocate(KIB, 6);
        blocks.subList(0, 4).forEach(rig::release);
        rig.caches(Integer.MAX_VALUE, 2);
        rig.release(blocks.get(4));
        rig.release(blocks.get(5));
        assertThat(rig.cache(KIB).cap()).as("the old one").isEqualTo(4);
        assertThat(rig.heap.takenBytes() - rig.heap.cachedBytes()).as("live").isZero();
        rig.release(rig.allocate(KIB, 10).get(9));
        assertThat(rig.heap.takenBytes() - rig.heap.cachedBytes()).as("live").isEqualTo(9 * KIB);
    }

    @Test
    void whateverFailsInASpillTheBlockGoesHome() {
        List<TestBlock> blocks = rig.allocate(KIB, 6);
        blocks.subList(0, 4).forEach(rig::release);
        TestBlock torn = blocks.get(0);
        torn.slab().give(torn.slot()); // a release that was done twice, long ago
        assertThatThrownBy(() -> rig.release(blocks.get(4)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("given back twice");
        assertThat(rig.cached(KIB)).contains(blocks.get(4).blockId());
        torn.slab().take(); // it was free, and counts as used: the books are as before
        HeapSlabs slabs = rig.heap.slabs();
        slabs.give(torn.blockId(), rig.knobs);
    }

    @Test
    void onlyTheOwnerSpills() {
        List<TestBlock> blocks = rig.allocate(KIB, 6);
        blocks.subList(0, 4).forEach(rig::release);
        rig.heap.giveUp();
        int id = blocks.get(4).blockId();
        assertThatThrownBy(() -> rig.heap.refill().spill(rig.cache(KIB), id))
                .isInstanceOf(AssertionError.class)
                .hasMessage("owner: shared");
        assertThatThrownBy(() -> rig.release(blocks.get(4)))
                .isInstanceOf(AssertionError.class)
                .hasMessage("a hot cache was touched by a thread that does not own its heap");
        assertThat(rig.heap.tryBorrow()).isTrue();
    }

    @Test
    void aCacheIsNotMadeSmallerThanItsContents() {
        List<TestBlock> blocks = rig.allocate(KIB, 4);
        blocks.forEach(rig::release);
        assertThatThrownBy(() -> rig.cache(KIB).cap(3))
                .isInstanceOf(AssertionError.class)
                .hasMessage("top: 4 (expected: <= cap: 3)");
    }

    @Test
    void aBlockGivenBackTwiceIsReported() {
        rig.caches(0, 1);
        List<TestBlock> blocks = rig.allocate(KIB, 2);
        rig.release(blocks.get(0));
        assertThatThrownBy(() -> rig.release(blocks.get(0)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("given back twice");
    }
}
