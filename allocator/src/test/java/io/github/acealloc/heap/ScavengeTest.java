/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static io.github.acealloc.heap.HeapRig.KIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.TestBlock;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a heap gives back when it is asked to, beside its caches' reserves ({@link ReserveTest}) and pages ({@link PagePassTest}). */
class ScavengeTest {
    private static final int ONE = SizeClasses.of(KIB);

    private final HeapRig rig = new HeapRig().caches(8, 4);
    private final ThreadHeap heap = rig.heap;

    @AfterEach
    void holdsTheLaws() {
        rig.expectLaws();
    }

    private void use(int bytes) {
        rig.release(rig.allocate(bytes));
    }

    @Test
    void onlyWhatIsDueIsLookedAt() {
        use(KIB);
        use(2 * KIB);
        for (int turns = 0; turns < 3; turns++) {
            rig.scavenge(false, false, 2 * KIB);
        }
        assertThat(rig.cached(KIB)).hasSize(4);
        assertThat(rig.cached(2 * KIB)).isEmpty();
        assertThat(heap.takenBytes()).isEqualTo(4 * KIB);
    }

    @Test
    void warmSlabsThatWereNotNeededGoAtTheNextTurnButOne() {
        rig.prefill(3).allocate(KIB, 100);
        assertThat(heap.slabs().warmCount(ONE)).isEqualTo(1);
        assertThat(heap.holdsIdle(ONE)).isTrue();
        rig.scavenge(false, false, KIB);
        assertThat(heap.slabs().warmCount(ONE)).isEqualTo(1);
        rig.scavenge(false, false, KIB);
        assertThat(heap.slabs().warmCount(ONE)).isZero();
        assertThat(rig.cached(KIB)).isEmpty();
        assertThat(heap.holdsIdle(ONE)).isFalse();
        assertThat(heap.takenBytes()).as("what is live").isEqualTo(100 * KIB);
    }

    @Test
    void slabsThatLieReadyGoWithTheLastBlocks() {
        rig.allocate(KIB, 100).forEach(rig::release);
        rig.scavenge(false, false, KIB);
        assertThat(heap.slabs().warmCount(ONE)).as("from spills").isPositive();
        rig.scavenge(false, false, KIB);
        assertThat(heap.holdsIdle(ONE)).isFalse();
        assertThat(rig.inService()).isZero();
    }

    @Test
    void whatCameHomeToABusyHeapIsTakenIntoItsCaches() {
        rig.releaseElsewhere(rig.allocate(1 << 20, 2));
        assertThat(heap.holdsIdle()).isTrue();
        rig.scavenge(false, false);
        assertThat(heap.remoteCount()).isZero();
        assertThat(heap.cachedBytes()).isEqualTo(2 << 20);
    }

    @Test
    void whatCameHomeToAnIdleHeapGoesPastItsCaches() {
        rig.releaseElsewhere(rig.allocate(1 << 20, 2));
        rig.scavenge(true, false);
        assertThat(heap.remoteCount()).isZero();
        assertThat(heap.cachedBytes()).isZero();
        assertThat(heap.holdsIdle()).isFalse();
        assertThat(rig.inService()).isZero();
        assertThat(rig.store.residentBytes()).isEqualTo(2L * Superslab.bytes(false));
    }

    @Test
    void takesInABatchAtLeast() {
        List<TestBlock> blocks = rig.allocate(64, 4000);
        while (!rig.cached(64).isEmpty()) {
            blocks.add(rig.allocate(64));
        }
        rig.releaseElsewhere(blocks);
        int waiting = blocks.size();
        while (waiting > 0) {
            assertThat(heap.holdsIdle()).isTrue();
            rig.scavenge(true, false);
            assertThat(heap.remoteCount()).isLessThanOrEqualTo(Math.max(waiting - 1024, 0));
            assertThat(heap.isUnfinished()).isEqualTo(heap.remoteCount() > 0);
            waiting = heap.remoteCount();
        }
    }

    @Test
    void anEmptySuperslabIsIdle() {
        rig.caches(0, 1);
        rig.release(rig.allocate(1 << 20));
        assertThat(heap.slabs().hasEmptySuperslab()).isTrue();
        assertThat(heap.holdsIdle()).isTrue();
        rig.scavenge(true, false);
        assertThat(heap.holdsIdle()).isFalse();
        assertThat(rig.inService()).isZero();
    }

    @Test
    void refillsAndSpillsShowInTheHeapsActivity() {
        long before = heap.activity();
        List<TestBlock> blocks = rig.allocate(KIB, 4);
        assertThat(heap.activity()).as("a refill").isEqualTo(before + 1);
        rig.allocate(KIB, 4).forEach(rig::release);
        blocks.forEach(rig::release);
        assertThat(heap.activity()).as("another").isEqualTo(before + 2);
        use(KIB);
        assertThat(heap.activity()).as("from the cache").isEqualTo(before + 2);
        rig.allocate(KIB, 9).forEach(rig::release);
        assertThat(heap.activity()).as("one more, and a spill").isEqualTo(before + 4);
        rig.scavenge(false, true, KIB);
        assertThat(heap.activity()).as("a turn is no use").isEqualTo(before + 4);
    }

    @Test
    void whatAnEventLoopWasHeldUpIsCountedByItsLength() {
        HeapCounters counters = heap.counters();
        rig.scavenge(true, true);
        assertThat(counters.pauses()).as("nobody runs tasks for this heap").containsOnly(0);
        heap.tasks().owner(Runnable::run, null);
        rig.scavenge(true, true);
        assertThat(counters.pauses()).hasSize(5);
        assertThat(Arrays.stream(counters.pauses()).sum()).isEqualTo(1);
        assertThat(counters.longestPauseNanos()).isPositive();
        long[] nanos = {0, 10_000, 10_001, 100_000, 1_000_000, 10_000_000, 10_000_001, Long.MAX_VALUE};
        HeapCounters other = new HeapCounters();
        for (long n : nanos) {
            other.pause(n);
        }
        assertThat(other.pauses()).containsExactly(2, 2, 1, 1, 2);
        HeapCounters sum = HeapCounters.sum(counters, other);
        assertThat(Arrays.stream(sum.pauses()).sum()).isEqualTo(1 + nanos.length);
        assertThat(sum.longestPauseNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void anUnusedHeapHoldsNothingIdle() {
        assertThat(heap.holdsIdle()).isFalse();
        assertThat(heap.isUnfinished()).isFalse();
        assertThat(heap.activity()).isNotEqualTo(ThreadHeap.BUSY);
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            assertThat(heap.holdsIdle(c)).isFalse();
        }
    }

    @Test
    void onlyTheOwnerScavenges() {
        try (Loop loop = new Loop()) {
            assertThatThrownBy(() -> loop.run(() -> heap.scavenge(new BitSet(), ThreadHeap.BUSY, false)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageStartingWith("owner: Thread[");
        }
    }
}
