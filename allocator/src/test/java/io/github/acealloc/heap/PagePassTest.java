/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static io.github.acealloc.heap.PinnedHeap.BLOCK;
import static io.github.acealloc.heap.PinnedHeap.BYTES;
import static io.github.acealloc.heap.PinnedHeap.PER_SUPERSLAB;
import static io.github.acealloc.heap.PinnedHeap.PINS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.os.OsMemory;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.testing.TestBlock;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The pass over an idle heap, and the life of superslabs some of whose pages are gone. */
class PagePassTest {
    private final PinnedHeap pinned = new PinnedHeap();
    private final HeapRig rig = pinned.rig;
    private final ThreadHeap heap = pinned.heap;
    private final PagePurge pages = pinned.pages;

    @AfterEach
    void holdsTheLaws() {
        pinned.finish();
    }

    @Test
    void anIdleHeapGivesAllFreePagesBackAndAnActiveOneNone() {
        pinned.pin(2);
        rig.scavenge(false, false);
        heap.scavenge(new BitSet(), heap.activity() - 1, false);
        long seen = heap.activity();
        rig.release(rig.allocate(64));
        heap.scavenge(new BitSet(), seen, false);
        assertThat(rig.memory.partPurges()).isZero();
        assertThat(heap.holdsIdle()).isTrue();
        passAll();
        assertThat(rig.memory.partPurges()).isPositive();
        for (Superslab superslab : heap.slabs().superslabs()) {
            assertThat(superslab.idleBytes())
                    .as("parts of pages, and pages alone")
                    .isLessThan(2 * (PinnedHeap.PINS + 1) * OsMemory.PAGE);
        }
        pinned.expectExact();
    }

    /** Idle as it is, it may take more than one call. */
    private void passAll() {
        for (int calls = 0; heap.holdsIdle(); calls++) {
            assertThat(calls).isLessThan(1000);
            rig.scavenge(true, false);
        }
    }

    @Test
    void aHeapThatNothingCameBackToIsNotSearchedAgain() {
        pinned.pin(2);
        passAll();
        int calls = rig.memory.partPurges();
        TestBlock block = pinned.open(rig.allocate(BLOCK));
        assertThat(heap.holdsIdle()).as("it only took").isFalse();
        rig.scavenge(true, false);
        assertThat(rig.memory.partPurges()).isEqualTo(calls);
        pinned.release(block);
        assertThat(heap.holdsIdle()).isTrue();
        passAll();
        assertThat(rig.memory.partPurges()).isEqualTo(calls + 1);
    }

    @Test
    void aPassEndsWhenItsTimeIsUpAndGoesOnAtTheNextCall() {
        int n = 5;
        pinned.pin(n);
        List<Superslab> superslabs = new ArrayList<>(heap.slabs().superslabs());
        for (int i = 0; i < n; i++) {
            assertThat(pages.isDue()).isTrue();
            assertThat(superslabs.get(i).purgedBytes()).as("its turn is now").isZero();
            pages.pass(0);
            assertThat(superslabs.get(i).purgedBytes()).isPositive();
        }
        pages.pass(0);
        assertThat(pages.isDue()).isFalse();
    }

    @Test
    void aVisitEndsWhenItsTimeIsUpAndGoesOnAtTheNextCall() {
        pinned.pin(1);
        pages.visitNanos = PagePurge.VISIT_NANOS;
        Superslab superslab = heap.slabs().superslabs().get(0);
        rig.memory.whilePurging(PagePassTest::spin);
        for (int calls = 1; superslab.hasChanged(); calls++) {
            assertThat(calls).isLessThan(100);
            pages.pass(0);
            assertThat(rig.memory.partPurges()).isLessThanOrEqualTo(calls);
        }
        rig.memory.whilePurging(() -> {});
        assertThat(rig.memory.partPurges()).as("calls to the system").isGreaterThan(PINS / 2);
    }

    /** What was free at one round only is not taken for settled by the rest of a visit. */
    @Test
    void aRoundStaysWithASuperslabUntilItIsDone() {
        pinned.pin(2);
        pages.beginRound();
        pages.age(Long.MAX_VALUE);
        pages.visitNanos = 0;
        Superslab first = heap.slabs().superslabs().get(0);
        Superslab second = heap.slabs().superslabs().get(1);
        TestBlock late = pinned.live.get(0);
        assertThat(late.slab().superslab()).isSameAs(first);
        pages.beginRound();
        pages.age(0);
        assertThat(rig.memory.partPurges()).isEqualTo(1);
        int before = first.purgedBytes();
        pinned.release(late);
        for (int calls = 0; second.purgedBytes() == 0; calls++) {
            assertThat(calls).isLessThan(100);
            before = first.purgedBytes();
            pages.age(0);
        }
        assertThat(before).isBetween((PER_SUPERSLAB - PINS) / 2 * BLOCK, (PER_SUPERSLAB - PINS) * BLOCK);
        pages.age(Long.MAX_VALUE);
        assertThat(pages.isInRound()).isFalse();
        assertThat(first.purgedBytes()).as("but for what has just come back").isEqualTo(before);
    }

    /** As long as a call takes where each has the processor's tables of pages thrown away. */
    private static void spin() {
        long start = System.nanoTime();
        while (System.nanoTime() - start < 300_000) {
            Thread.onSpinWait();
        }
    }

    @Test
    void whatComesBackBehindAPassThatIsUnderWayIsNotForgotten() {
        pinned.pin(3);
        pages.pass(0);
        Superslab first = heap.slabs().superslabs().get(0);
        int purged = first.purgedBytes();
        assertThat(purged).isPositive();
        TestBlock late = pinned.live.get(2);
        assertThat(late.slab().superslab()).isSameAs(first);
        pinned.release(late);
        passAll();
        assertThat(first.purgedBytes()).isGreaterThanOrEqualTo(purged + BLOCK);
    }

    /** The last superslab takes the place of one that goes, where the pass has been already. */
    @Test
    void aSuperslabThatComesToWhereAPassHasBeenIsNotForgotten() {
        rig.knobs = rig.knobs.withHabits(false, true); // so that warm slabs alone hold a superslab
        pinned.pin(4);
        List<Superslab> superslabs = new ArrayList<>(heap.slabs().superslabs());
        Superslab first = superslabs.get(0);
        new ArrayList<>(pinned.live)
                .stream().filter(block -> block.slab().superslab() == first).forEach(pinned::release);
        assertThat(first.usedBytes()).isZero();
        assertThat(first.isEmpty()).isFalse();
        pages.pass(0);
        pages.pass(0);
        assertThat(superslabs.get(1).purgedBytes()).as("it goes on").isPositive();
        heap.slabs().trim(SizeClasses.of(BLOCK));
        heap.slabs().releaseEmpty();
        Superslab last = superslabs.get(3);
        assertThat(heap.slabs().superslabs()).containsExactly(last, superslabs.get(1), superslabs.get(2));
        assertThat(last.purgedBytes()).isZero();
        for (int calls = 0; pages.isDue(); calls++) {
            assertThat(calls).isLessThan(100);
            pages.pass(0);
        }
        assertThat(last.purgedBytes()).isPositive();
        assertThat(superslabs.get(2).purgedBytes()).isPositive();
    }

    @Test
    void aTrimGivesEverythingBackAlsoWhileAPassIsUnderWay() {
        pinned.pin(3);
        pages.pass(0);
        Superslab first = heap.slabs().superslabs().get(0);
        int purged = first.purgedBytes();
        pinned.release(pinned.live.get(2));
        for (int trims = 0; trims == 0 || (pages.isDue() && trims < 1000); trims++) {
            heap.trim(); // each as much as may be done in 10 ms, on a machine that may do other things meanwhile
        }
        assertThat(first.purgedBytes()).isGreaterThanOrEqualTo(purged + BLOCK);
        assertThat(pages.isDue()).isFalse();
    }

    @Test
    void aSuperslabWithManyHolesIsDoneAllTheSame() {
        List<TestBlock> blocks = pinned.fill(1);
        for (int i = 0; i < blocks.size(); i += 2) {
            pinned.release(blocks.get(i));
        }
        passAll();
        assertThat(rig.memory.partPurges()).as("one call a hole").isEqualTo(blocks.size() / 2);
        assertThat(rig.budget.committed()).isLessThan(BYTES - blocks.size() / 2L * (BLOCK - 2 * OsMemory.PAGE));
    }

    /** From use to the store, from there into use, purged as a whole, and out of a closed store. */
    @Test
    void countsAreExactAtEveryStepOfASuperslabsLife() {
        pinned.pin(3);
        do {
            heap.trim(); // ends after 10 ms, on a machine that may do other things meanwhile
        } while (pages.isDue());
        long parts = rig.store.purgedBytes();
        long committed = 3L * BYTES - parts;
        assertThat(rig.budget.committed()).isEqualTo(committed);
        releaseAll();
        heap.slabs().releaseEmpty();
        heap.slabs().trim(SizeClasses.of(BLOCK));
        heap.slabs().releaseEmpty();
        assertThat(heap.slabs().superslabs()).isEmpty();
        expect(committed, parts);
        assertThat(rig.store.residentBytes()).isEqualTo(committed);
        assertThat(rig.inService()).isZero();
        TestBlock block = pinned.open(rig.allocate(BLOCK));
        assertThat(block.slab().superslab().purgedBytes()).as("as it was").isPositive();
        assertThat(rig.memory.requests()).isEqualTo(3);
        pinned.expectExact();
        rig.trim();
        pinned.release(block);
        rig.trim();
        rig.store.purge(System.nanoTime(), 0, Long.MAX_VALUE);
        expect(0, 3L * BYTES);
        assertThat(rig.memory.purges()).isEqualTo(3);
        block = pinned.open(rig.allocate(BLOCK));
        int unit = BYTES - (Superslab.UNITS - 1) * Superslab.UNIT_BYTES; // and the records
        expect(unit, 3L * BYTES - unit);
        assertThat(block.slab().superslab().purgedBytes()).isZero();
        rig.release(rig.allocate(64));
        rig.trim();
        assertThat(rig.budget.committed()).isLessThan(BLOCK + 4L * OsMemory.PAGE);
        pinned.expectExact();
        rig.store.close();
        pinned.expectExact();
        pinned.release(block);
        rig.trim();
        expect(0, 0);
        assertThat(rig.memory.reservedBytes()).isZero();
    }

    private void releaseAll() {
        while (!pinned.live.isEmpty()) {
            pinned.release(pinned.live.get(pinned.live.size() - 1));
        }
    }

    private void expect(long committed, long purged) {
        assertThat(rig.budget.committed()).isEqualTo(committed);
        assertThat(rig.store.purgedBytes()).isEqualTo(purged);
        pinned.expectExact();
    }
}
