/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static io.github.acealloc.heap.HeapRig.KIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.slab.Slab;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.testing.Sneaky;
import io.github.acealloc.testing.TestBlock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The lives of slabs and superslabs in a heap, without hot caches in between. */
class HeapSlabsTest {
    private final HeapRig rig = new HeapRig().caches(0, 1);
    private final HeapSlabs slabs = rig.heap.slabs();

    @AfterEach
    void holdsTheLaws() {
        rig.expectLaws();
    }

    @Test
    void aSlabIsQueuedAsLongAsItHasAFreeBlock() {
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
        List<TestBlock> blocks = rig.allocate(KIB, 10 * perSlab);
        assertThat(slabs.slabs()).hasSizeGreaterThanOrEqualTo(10);
        blocks.forEach(rig::release);
        assertThat(slabs.slabs()).hasSize(2).allMatch(slabs::isWarm);
        rig.heap.trim();
        assertThat(slabs.slabs()).isEmpty();
        assertThat(rig.budget.committed()).isZero();
    }

    @Test
    void oneEmptySuperslabStaysAndTheNextGoesAtOnce() {
        List<TestBlock> blocks = rig.allocate(1 << 20, 6);
        assertThat(slabs.superslabs()).hasSize(3);
        blocks.forEach(rig::release);
        assertThat(slabs.superslabs()).hasSize(1);
        assertThat(rig.budget.committed()).isEqualTo(Superslab.BYTES);
        rig.heap.trim();
        assertThat(slabs.superslabs()).isEmpty();
    }

    @Test
    void aNewSlabIsCutFromTheFullestSuperslabThatHasRoom() {
        List<TestBlock> blocks = rig.allocate(1 << 20, 4);
        Superslab emptier = blocks.get(0).slab().superslab();
        Superslab fuller = blocks.get(2).slab().superslab();
        rig.release(blocks.get(0));
        rig.release(blocks.get(3));
        TestBlock half = rig.allocate(512 * KIB);
        rig.release(blocks.get(1));
        assertThat(half.slab().superslab()).isSameAs(emptier);
        TestBlock next = rig.allocate(640 * KIB);
        assertThat(next.slab().superslab()).as("16 units free, not 24").isSameAs(fuller);
    }

    @Test
    void numbersOfDissolvedSlabsAreUsedAgain() {
        for (int round = 0; round < 20; round++) {
            List<TestBlock> blocks = rig.allocate(1 << 20, 5);
            assertThat(blocks).allMatch(block -> block.slab().index() < 5);
            assertThat(blocks.stream().map(block -> block.slab().index()).distinct())
                    .hasSize(5);
            blocks.forEach(rig::release);
        }
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
        assertThat(rig.budget.committed()).isEqualTo(Superslab.BYTES);
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
        for (int bytes : new int[] {KIB, 1 << 20}) {
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
