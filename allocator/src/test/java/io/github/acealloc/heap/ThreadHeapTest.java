/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static io.github.acealloc.heap.HeapRig.KIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.TestBlock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who may touch a heap, and how it changes hands. */
class ThreadHeapTest {
    private final HeapRig rig = new HeapRig();
    private final ThreadHeap heap = rig.heap;
    private final Loop loop = new Loop();

    @AfterEach
    void endLoop() {
        loop.close();
    }

    @Test
    void hasOneOwnerAtATime() {
        assertThat(heap.isOwner()).isTrue();
        assertThat(loop.call(heap::isOwner)).isFalse();
        assertThat(loop.call(heap::tryBorrow)).isFalse();
        assertThat(heap.tryBorrow()).as("again").isFalse();
        heap.giveUp();
        assertThat(heap.isOwner()).isFalse();
        assertThat(loop.call(heap::tryBorrow)).isTrue();
        assertThat(heap.isOwner()).isFalse();
        assertThat(heap.tryBorrow()).isFalse();
    }

    @Test
    void onlyTheOwnerGivesItUp() {
        assertThatThrownBy(() -> loop.run(heap::giveUp))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("owner: Thread[");
        assertThat(heap.isOwner()).isTrue();
    }

    @Test
    void onlyTheOwnerTrims() {
        assertThatThrownBy(() -> loop.run(heap::trim))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("owner: Thread[");
    }

    @Test
    void isTakenFromADeadThreadOnly() {
        heap.giveUp();
        assertThat(heap.tryTakeFromDead()).as("no owner").isFalse();
        assertThat(loop.call(heap::tryBorrow)).isTrue();
        assertThat(heap.tryTakeFromDead()).as("the owner lives").isFalse();
        loop.end();
        assertThat(heap.tryBorrow()).isFalse();
        assertThat(heap.tryTakeFromDead()).isTrue();
        assertThat(heap.isOwner()).isTrue();
    }

    @Test
    void aReleaseIntoAHeapWithoutAnOwnerNeedsNoQueue() {
        TestBlock block = rig.allocate(KIB);
        heap.giveUp();
        rig.releaseElsewhere(List.of(block));
        assertThat(heap.remoteCount()).isZero();
        assertThat(heap.tryBorrow()).as("given up again").isTrue();
        assertThat(rig.allocate(KIB)).isSameAs(block);
    }

    @Test
    void aReleaseIntoAnOwnedHeapWaitsInTheQueue() {
        TestBlock block = rig.allocate(KIB);
        rig.releaseElsewhere(List.of(block));
        assertThat(heap.remoteCount()).isEqualTo(1);
        assertThat(heap.takenBytes() - heap.cachedBytes()).as("counts as live").isEqualTo(KIB);
        rig.expectLaws();
        rig.expectAllGoesBack();
        assertThat(heap.remoteCount()).isZero();
    }

    @Test
    void aBlockThatWasNotOnItsWayIsNotTakenIn() {
        List<TestBlock> blocks = rig.allocate(KIB, 2);
        blocks.get(0).refuseArrival();
        long taken = heap.takenBytes() - heap.cachedBytes();
        rig.releaseElsewhere(blocks);
        heap.trim();
        assertThat(heap.takenBytes()).as("through the queue").isEqualTo(taken - KIB);
        heap.giveUp();
        rig.releaseElsewhere(blocks.subList(0, 1));
        assertThat(heap.takenBytes() - heap.cachedBytes())
                .as("into a heap without an owner")
                .isEqualTo(KIB);
        assertThat(HeapWalker.walk(heap)).isEmpty();
    }

    @Test
    void aRetiredHeapGivesBackAtEachRelease() {
        List<TestBlock> blocks = rig.allocate(1 << 20, 2);
        rig.store.close();
        heap.retire();
        heap.giveUp();
        rig.releaseElsewhere(blocks.subList(0, 1));
        assertThat(heap.cachedBytes()).isZero();
        assertThat(rig.budget.committed()).isPositive();
        rig.releaseElsewhere(blocks.subList(1, 2));
        assertThat(rig.budget.committed()).isZero();
    }

    @Test
    void aRetiredHeapLeavesNothingBehindHoweverItIsGivenUp() {
        TestBlock mine = rig.allocate(KIB);
        TestBlock queued = rig.allocate(KIB);
        rig.store.close();
        heap.retire();
        rig.release(mine);
        rig.releaseElsewhere(List.of(queued));
        heap.giveUp();
        assertThat(heap.remoteCount()).as("still queued").isZero();
        assertThat(rig.budget.committed()).isZero();
    }

    @Test
    void settlesWhatADeadOwnerLeftBehind() {
        List<TestBlock> blocks = rig.allocate(KIB, 2);
        heap.giveUp();
        assertThat(loop.call(heap::tryBorrow)).isTrue();
        rig.store.close();
        heap.retire();
        loop.end();
        rig.releaseElsewhere(blocks);
        assertThat(rig.budget.committed()).isZero();
    }

    @Test
    void remembersWhereItsOwnerRunsTasks() {
        assertThat(heap.executor()).isNull();
        heap.tasks().owner(loop, null);
        assertThat(heap.executor()).isSameAs(loop);
    }

    @Test
    void hasANumberOfItsOwn() {
        assertThat(heap.number()).isZero();
        assertThat(rig.newHeap().number()).isEqualTo(1);
        TestBlock block = rig.allocate(KIB);
        assertThat(((ThreadHeap) block.heap()).number()).isZero();
    }

    @Test
    void countsBytes() {
        rig.caches(8, 4);
        rig.allocate(KIB);
        assertThat(heap.takenBytes()).isEqualTo(4 * KIB);
        assertThat(heap.cachedBytes()).isEqualTo(3 * KIB);
        assertThat(heap.committedBytes()).isEqualTo(Superslab.bytes(false));
    }

    @Test
    void tellsWhichClassesWereUsed() {
        assertThat(heap.nextUsed(0)).as("none").isEqualTo(SizeClasses.COUNT);
        int[] sizes = {8, KIB, SizeClasses.blockBytes(63), SizeClasses.blockBytes(64), SizeClasses.MAX_BLOCK};
        for (int size : sizes) {
            rig.allocate(size);
        }
        int next = 0;
        for (int size : sizes) {
            int sizeClass = SizeClasses.of(size);
            for (int from = next; from <= sizeClass; from++) {
                assertThat(heap.nextUsed(from)).as("from %d", from).isEqualTo(sizeClass);
            }
            next = sizeClass + 1;
        }
        assertThat(heap.nextUsed(next)).as("after the last").isEqualTo(SizeClasses.COUNT);
    }
}
