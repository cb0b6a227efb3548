/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.os.HeapMemory;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.testing.Engine;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.Sneaky;
import io.github.acealloc.testing.TestBlock;
import io.github.acealloc.testing.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens when the limit is reached, or the system refuses, in the middle of something. */
class BudgetTest {
    private static final int KIB = 1 << 10;
    private static final int LARGE = SizeClasses.MAX_BLOCK;

    /** Three superslabs of direct memory, in whole pages. */
    private static final int LIMIT = (3 * Superslab.bytes(true) + OsMemory.PAGE - 1) / OsMemory.PAGE * OsMemory.PAGE;

    private static final int FILLED = 3 * Superslab.UNITS * Superslab.UNIT_BYTES;

    private final MemoryBudget budget = new MemoryBudget(LIMIT);
    private Throwable bindFailure;
    private int bindsBeforeFailure = Integer.MAX_VALUE;
    private final Engine direct = new Engine(OsMemory.direct(), budget, (heap, slab, slot) -> {
        if (bindsBeforeFailure-- == 0) {
            throw Sneaky.rethrow(bindFailure);
        }
        return new TestBlock(heap, slab, slot);
    });
    private final Engine heap = new Engine(new HeapMemory(), budget, TestBlock.BINDER);
    private final ThreadHeap own = direct.allocator().attach(Runnable::run);
    private final List<TestBlock> live = new ArrayList<>();
    private final Loop loop = new Loop();

    @AfterEach
    void holdsTheLaws() {
        long committed = direct.expectConsistent().committedBytes()
                + heap.expectConsistent().committedBytes();
        assertThat(budget.committed()).isEqualTo(committed);
        live.forEach(direct::release);
        direct.allocator().close(() -> direct.allocator().detach(own));
        heap.allocator().close(() -> {});
        direct.expectNothingCommitted();
        loop.close();
    }

    private void allocateAll(int size) {
        while (live.size() < 100_000) {
            live.add(direct.allocateOrFail(own, size));
        }
    }

    @Test
    void theErrorSaysWhatIsLiveCachedAndFreeInEveryEngine() {
        TestBlock array = heap.allocate(5 << 20);
        heap.release(array);
        TestBlock held = heap.allocate(2 << 20);
        OutOfMemoryError error = catchThrowableOfType(OutOfMemoryError.class, () -> allocateAll(LARGE));
        assertThat(live).as("two superslabs full").hasSize(4);
        assertThat(error)
                .hasMessageStartingWith(String.format(
                        Locale.ROOT,
                        "cannot allocate 1048576 bytes: the limit is reached (needed: %1$d, committed: %2$d, limit: %3$d;"
                                + " direct: live: 4194304, cached: 0, free: %4$d, committed: %5$d, limit: %3$d bytes; ",
                        LARGE,
                        6 << 20,
                        LIMIT,
                        0,
                        4 << 20))
                .hasMessageContaining("; heap: live: 2097152, cached: 0, free: 0, committed: 2097152, ");
        heap.release(held);
    }

    @Test
    void whatWasRefusedIsNoAllocationInAnyTier() {
        OutOfMemoryError error = catchThrowableOfType(OutOfMemoryError.class, () -> allocateAll(LARGE));
        assertThat(error).isNotNull();
        AceStats stats = direct.allocator().stats();
        assertThat(stats.warmShare() + stats.coldShare()).as("of 4 allocations").isEqualTo(1);
    }

    @Test
    void afterwardsReleasedMemoryServesAgain() {
        assertThatThrownBy(() -> allocateAll(8 * KIB)).isInstanceOf(OutOfMemoryError.class);
        assertThat(direct.expectConsistent().liveBytes()).isEqualTo(live.size() * 8L * KIB);
        assertThat(live).hasSize(FILLED / (8 * KIB));
        assertThatThrownBy(() -> direct.allocateOrFail(own, KIB)).isInstanceOf(OutOfMemoryError.class);
        direct.release(live.remove(0));
        live.add(direct.allocate(own, 8 * KIB));
        direct.expectConsistent();
    }

    @Test
    void memoryOfOtherKindsIsReclaimedFirst() {
        heap.release(heap.allocate(KIB));
        heap.release(heap.allocate(2 << 20));
        assertThat(budget.committed()).isEqualTo(Superslab.UNIT_BYTES + (2 << 20));
        for (int i = 0; i < 6; i++) {
            live.add(direct.allocate(own, LARGE));
        }
        assertThat(heap.expectConsistent().committedBytes()).isZero();
    }

    @Test
    void memoryOfOtherClassesIsReclaimedFirst() {
        for (int size = 1; size <= LARGE; size *= 2) {
            direct.release(direct.allocate(own, size));
        }
        assertThat(own.cachedBytes()).isPositive();
        assertThatThrownBy(() -> allocateAll(8 * KIB)).isInstanceOf(OutOfMemoryError.class);
        assertThat(live).as("all the memory there is").hasSize(FILLED / (8 * KIB));
    }

    @Test
    void blocksReleasedElsewhereAreReclaimedInTheMiddleOfTheRefill() {
        assertThatThrownBy(() -> allocateAll(LARGE)).isInstanceOf(OutOfMemoryError.class);
        List<TestBlock> elsewhere = new ArrayList<>(live);
        live.clear();
        loop.run(() -> elsewhere.forEach(direct::release));
        assertThat(own.remoteCount()).isEqualTo(6);
        live.add(direct.allocate(own, KIB));
        assertThat(own.remoteCount()).isZero();
        assertThat(direct.expectConsistent().liveBytes()).isEqualTo(KIB);
    }

    /** More of another class wait in the queue than one refill takes in, and then the one block that helps. */
    @Test
    void aBlockThatReclaimingBringsHomeServesWithoutANewSlab() {
        List<TestBlock> elsewhere = new ArrayList<>();
        for (int i = 0; i < 4096; i++) {
            live.add(direct.allocate(own, 16));
        }
        assertThatThrownBy(() -> allocateAll(8 * KIB)).isInstanceOf(OutOfMemoryError.class);
        for (int i = 0; i < 2000; i++) {
            elsewhere.add(live.remove(0));
        }
        TestBlock helps = live.remove(live.size() - 1);
        elsewhere.add(helps);
        loop.run(() -> elsewhere.forEach(direct::release));
        live.add(direct.allocate(own, 8 * KIB));
        assertThat(live.get(live.size() - 1).blockId()).isEqualTo(helps.blockId());
    }

    @Test
    void aLoopThatLivesIsAskedAndHelpsTheNextOne() {
        ThreadHeap theirs = loop.call(() -> direct.allocator().attach(loop));
        loop.run(() -> {
            List<TestBlock> blocks = List.of(direct.allocate(theirs, LARGE), direct.allocate(theirs, KIB));
            blocks.forEach(direct::release);
            Thread failing = new Thread(
                    () -> assertThatThrownBy(() -> heap.allocateOrFail(5 << 20)).isInstanceOf(OutOfMemoryError.class));
            failing.start();
            Threads.join(failing);
            assertThat(theirs.cachedBytes()).as("nobody else touches it").isPositive();
        });
        loop.run(() -> assertThat(theirs.committedBytes()).as("a task later").isZero());
        heap.release(heap.allocate(5 << 20));
        loop.run(() -> direct.allocator().detach(theirs));
    }

    /** A trim has 10 ms for free pages. Here they lie in short runs, and the system takes a millisecond for each. */
    @Test
    void whatOneTrimHasNoTimeForIsReclaimedByTheNext() {
        assertThatThrownBy(() -> allocateAll(8 * KIB)).isInstanceOf(OutOfMemoryError.class);
        List<TestBlock> all = List.copyOf(live);
        live.clear();
        for (int i = 0; i < all.size(); i++) {
            if (i % 4 == 0) {
                live.add(all.get(i));
            } else {
                direct.release(all.get(i));
            }
        }
        direct.memory().whilePurging(() -> LockSupport.parkNanos(1_000_000));
        live.add(direct.allocate(own, LARGE + 1));
        assertThat(direct.memory().partPurges()).as("more than one trim's").isGreaterThan(32);
    }

    @Test
    void aSystemThatRefusesOnceIsAskedAgain() {
        direct.memory().refuseNth(1);
        live.add(direct.allocate(own, KIB));
        assertThat(direct.memory().requests()).isEqualTo(2);
    }

    @Test
    void aSystemThatKeepsRefusingIsNamed() {
        direct.memory().refuseAll(true);
        for (int size : new int[] {KIB, LARGE, LARGE + 1}) {
            assertThatThrownBy(() -> live.add(direct.allocateOrFail(own, size)))
                    .isInstanceOf(OutOfMemoryError.class)
                    .hasMessageContainingAll(
                            "the system refused more memory: refused on purpose: ",
                            " (needed: ",
                            ", committed: 0, limit: " + LIMIT + "; ");
        }
        assertThat(direct.memory().requests())
                .as("twice each; for the huge one for a region, too")
                .isEqualTo(direct.memory().isLazy() ? 8 : 6);
        direct.memory().refuseAll(false);
        live.add(direct.allocate(own, KIB));
    }

    @Test
    void aHugeBlockReclaimsWhatHeapsKeep() {
        direct.release(direct.allocate(own, KIB));
        direct.release(direct.allocate(KIB));
        TestBlock huge = direct.allocate(own, LIMIT);
        assertThat(budget.committed()).isEqualTo(budget.limit());
        assertThatThrownBy(() -> direct.allocateOrFail(own, LARGE + 1))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessageStartingWith(
                        "cannot allocate 1052672 bytes: the limit is reached (needed: 1052672, committed: " + LIMIT
                                + ", ");
        direct.release(huge);
        live.add(direct.allocate(own, KIB));
    }

    /** What is kept for huge blocks stays as it is, and the empty superslab goes all the same. */
    @Test
    void aSystemThatTakesSomethingNotBackIsNotTheErrorOfWhoeverAllocates() {
        direct.release(direct.allocate(own, KIB));
        TestBlock kept = direct.allocate(own, LARGE + 1);
        direct.release(kept);
        int keptBytes = (int) direct.allocator().stats().hugeBytes();
        direct.memory().failReleases(1);
        live.add(direct.allocate(own, LIMIT - keptBytes));
        assertThat(direct.allocator().stats().hugeBytes())
                .as("kept pages of a region are a part of the next block")
                .isEqualTo(direct.memory().isLazy() ? LIMIT - keptBytes : LIMIT);
        direct.memory().failReleases(Integer.MAX_VALUE);
        assertThatThrownBy(() -> direct.allocateOrFail(own, LARGE + 1 + LARGE / 2))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessageContaining("the limit is reached");
        direct.memory().failReleases(0);
    }

    @Test
    void nothingIsLostWhenObjectsCannotBeMade() {
        for (Throwable failure : List.of(new OutOfMemoryError("object"), new IllegalStateException("object"))) {
            for (int before : new int[] {0, 1, 20, 100}) {
                bindFailure = failure;
                bindsBeforeFailure = before;
                int expected = live.size();
                assertThatThrownBy(() -> allocateAll(2 * KIB)).isSameAs(failure);
                assertThat(live).hasSizeGreaterThanOrEqualTo(expected);
                assertThat(direct.expectConsistent().liveBytes()).isEqualTo(live.size() * 2L * KIB);
                assertThat(live).doesNotHaveDuplicates();
            }
            bindsBeforeFailure = 0;
            assertThatThrownBy(() -> direct.allocateOrFail(own, LARGE + 1)).isSameAs(failure);
        }
    }
}
