/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static io.github.acealloc.heap.HeapRig.KIB;
import static io.github.acealloc.heap.PinnedHeap.BLOCK;
import static io.github.acealloc.heap.PinnedHeap.BYTES;
import static io.github.acealloc.heap.PinnedHeap.PER_SUPERSLAB;
import static io.github.acealloc.heap.PinnedHeap.PINS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.os.OsMemory;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.testing.TestBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a heap gives free pages back that lie around long-lived blocks, and when it leaves them alone. */
class PagePurgeTest {
    private final PinnedHeap pinned = new PinnedHeap();
    private final HeapRig rig = pinned.rig;
    private final ThreadHeap heap = pinned.heap;

    @AfterEach
    void holdsTheLaws() {
        pinned.finish();
    }

    @Test
    void aHeapThatAllocatesOnGivesBackWhatLongLivedBlocksHold() {
        pinned.pin(10);
        assertThat(rig.budget.committed()).isGreaterThanOrEqualTo(10L * BYTES);
        assertThat(rig.memory.partPurges()).isZero();
        pinned.use(16_000);
        assertThat(rig.memory.partPurges()).isPositive();
        pinned.expectExact();
        assertThat(pinned.idle())
                .as("a little more than what is spared")
                .isLessThan(PagePurge.SPARED_BYTES + 512 * KIB);
        assertThat(heap.slabs().superslabs()).as("none is given back whole").hasSizeGreaterThanOrEqualTo(10);
    }

    /** Blocks in hot caches and with the user keep their objects; all others are made anew when their slots are taken again. */
    @Test
    void theObjectsOfFreeSlotsGoWithThePages() {
        pinned.pin(4);
        rig.knobs = Knobs.defaults().withCaches(8, 4);
        List<TestBlock> cached = rig.allocate(BLOCK, 4);
        cached.forEach(rig::release);
        List<Integer> inCache = rig.cached(BLOCK);
        assertThat(inCache).isNotEmpty();
        assertThat(bound()).isGreaterThan(2L * (pinned.live.size() + inCache.size()));
        do {
            rig.scavenge(true, false);
        } while (pinned.pages.isDue());
        assertThat(bound()).isEqualTo(pinned.live.size() + inCache.size());
        assertThat(inCache).allSatisfy(id -> assertThat(rig.block(id)).isNotNull());
        assertThat(pinned.live)
                .allSatisfy(block -> assertThat(rig.block(block.blockId())).isSameAs(block));
        pinned.fill(2);
        pinned.expectExact();
    }

    private long bound() {
        return heap.slabs().slabs().stream()
                .mapToLong(slab -> IntStream.range(0, slab.capacity())
                        .filter(slot -> slab.block(slot) != null)
                        .count())
                .sum();
    }

    @Test
    void aPageThatWasFreeAtOneVisitOnlyStays() {
        List<TestBlock> dense = pinned.fill(4);
        pinned.pin(4);
        TestBlock busy = pinned.open(rig.allocate(8 * BLOCK));
        pinned.visit(4);
        assertThat(rig.memory.partPurges()).as("all seen once").isZero();
        pinned.release(busy);
        pinned.visit(4);
        assertThat(rig.memory.partPurges()).isPositive();
        busy.expectPattern();
        for (int i = 0; i < dense.size(); i++) {
            if (i % 16 > 0) {
                pinned.release(dense.get(i)); // or less were idle than is spared
            }
        }
        pinned.visit(8);
        assertThatThrownBy(busy::expectPattern).as("free at two visits").isInstanceOf(AssertionError.class);
    }

    @Test
    void aPageThatWasUsedBetweenTwoVisitsStays() {
        pinned.pin(4);
        age(1);
        assertThat(rig.memory.partPurges()).as("all seen once").isZero();
        TestBlock burst = pinned.open(rig.allocate(8 * BLOCK));
        pinned.release(burst);
        age(1);
        assertThat(rig.memory.partPurges()).as("what the burst did not use").isPositive();
        burst.expectPattern();
        pinned.expectExact();
        age(1);
        assertThatThrownBy(burst::expectPattern).as("not used again").isInstanceOf(AssertionError.class);
    }

    @Test
    void aRoundGoesOnWhereItStoppedAndVisitsEachSuperslabOnce() {
        pinned.pin(4);
        int superslabs = heap.slabs().superslabs().size();
        assertThat(superslabs).isGreaterThan(2);
        for (int round = 0; round < 2; round++) {
            pinned.pages.beginRound();
            for (int i = 0; i < superslabs; i++) {
                assertThat(pinned.pages.isInRound()).as("visit %s", i).isTrue();
                pinned.pages.beginRound(); // is no other one while this is under way
                pinned.pages.age(0);
                boolean gone = rig.memory.partPurges() > 0;
                assertThat(gone).as("round %s, visit %s", round, i).isEqualTo(round > 0);
            }
            assertThat(pinned.pages.isInRound()).isFalse();
            int before = rig.memory.partPurges();
            pinned.pages.age(Long.MAX_VALUE);
            assertThat(rig.memory.partPurges()).as("no round").isEqualTo(before);
        }
        pinned.expectExact();
    }

    @Test
    void whereSuperslabsGoWhileARoundIsUnderWayTheNextOnesVisitAllThatAreLeft() {
        pinned.pin(6);
        List<Superslab> before = new ArrayList<>(heap.slabs().superslabs());
        pinned.pages.beginRound();
        for (int visits = 0; visits < 3; visits++) {
            pinned.pages.age(0);
        }
        for (Superslab gone : before.subList(0, 2)) {
            new ArrayList<>(pinned.live)
                    .stream().filter(block -> block.slab().superslab() == gone).forEach(pinned::release);
        }
        heap.slabs().releaseEmpty();
        List<Superslab> left = before.subList(2, before.size());
        assertThat(heap.slabs().superslabs()).containsExactlyInAnyOrderElementsOf(left);
        age(3);
        assertThat(pinned.pages.isInRound()).isFalse();
        assertThat(left)
                .allSatisfy(superslab -> assertThat(superslab.purgedBytes()).isPositive());
        pinned.expectExact();
    }

    @Test
    void noRoundBeginsWhereAllocationHasVisitedAllTwice() {
        pinned.pin(8);
        int superslabs = heap.slabs().superslabs().size();
        rig.memory.failPurges(true); // so that very much stays free
        pinned.visit(2 * superslabs);
        pinned.pages.beginRound();
        assertThat(pinned.pages.isInRound()).isFalse();
        pinned.visit(superslabs);
        pinned.pages.beginRound();
        assertThat(pinned.pages.isInRound()).as("all were visited once").isTrue();
        rig.memory.failPurges(false);
    }

    @Test
    void aHeapWhosePagesGoByTimeIsVisitedOnlyIfVeryMuchIsFree() {
        pinned.pin(8);
        assertThat(pinned.idle()).isBetween(3 * PagePurge.SPARED_BYTES, PagePurge.MOST_SPARED_BYTES);
        pinned.visit(3 * 8, true);
        assertThat(rig.memory.partPurges()).isZero();
        pinned.pin(16);
        assertThat(pinned.idle()).isGreaterThan(PagePurge.MOST_SPARED_BYTES + pinned.live.size() * (long) BLOCK / 4);
        pinned.visit(3 * 24, true);
        assertThat(rig.memory.partPurges()).isPositive();
    }

    @Test
    void whatIsMissedLiesTwiceAsLongUntilItIsNotMissedAnyMore() {
        pinned.pin(4);
        age(1);
        age(1);
        assertThat(rig.memory.partPurges()).as("free at two looks").isPositive();
        assertThat(pinned.pages.patience()).as("nothing is known yet").isEqualTo(1);
        useAllAgain();
        age(1);
        assertThat(pinned.pages.patience()).as("all of it was missed").isEqualTo(PagePurge.MOST_PATIENCE);
        int before = rig.memory.partPurges();
        age(1);
        assertThat(rig.memory.partPurges()).as("a look that is let pass").isEqualTo(before);
        age(1);
        assertThat(rig.memory.partPurges()).isGreaterThan(before);
        useAllAgain();
        age(2 * PagePurge.MOST_PATIENCE);
        assertThat(pinned.pages.patience()).as("no more than that").isEqualTo(PagePurge.MOST_PATIENCE);
        pinned.pin(16);
        age(4 * PagePurge.MOST_PATIENCE);
        assertThat(pinned.pages.patience()).as("what went was not missed").isEqualTo(1);
    }

    @Test
    void whatIsMissedRaisesTheBoundOfAHeapWhosePagesGoByTime() {
        pinned.pin(24);
        pinned.visit(3 * 24, true);
        assertThat(rig.memory.partPurges()).isPositive();
        useAllAgain();
        assertThat(pinned.idle()).as("above the common bound").isGreaterThan(PagePurge.MOST_SPARED_BYTES * 3 / 2);
        int before = rig.memory.partPurges();
        pinned.visit(3 * 24, true);
        assertThat(pinned.pages.patience()).isEqualTo(PagePurge.MOST_PATIENCE);
        assertThat(rig.memory.partPurges())
                .as("but for the visits up to the end of a round")
                .isLessThan(before + 24 * 8);
        assertThat(pinned.idle()).isGreaterThan(PagePurge.MOST_SPARED_BYTES * 3 / 2);
    }

    private void age(int times) {
        for (int i = 0; i < times; i++) {
            pinned.pages.beginRound();
            pinned.pages.age(Long.MAX_VALUE);
        }
    }

    /** Fills every superslab once, so that each page is used, and releases it all but the pins. */
    private void useAllAgain() {
        int free = heap.slabs().superslabs().size() * (PER_SUPERSLAB - PINS);
        List<TestBlock> blocks = rig.allocate(BLOCK, free);
        blocks.forEach(pinned::open);
        blocks.forEach(pinned::release);
        pinned.expectExact();
    }

    @Test
    void aDenseHeapIsLeftAloneHoweverMuchItAllocates() {
        List<TestBlock> blocks = pinned.fill(24);
        for (int i = 0; i < blocks.size(); i += 8) {
            pinned.release(blocks.get(i));
        }
        assertThat(pinned.idle()).isBetween(PagePurge.SPARED_BYTES + (1L << 20), PagePurge.SPARED_BYTES + (5L << 19));
        pinned.visit(3 * 24);
        pinned.use(2000);
        assertThat(rig.memory.partPurges()).isZero();
        for (int i = 1; i < blocks.size(); i += 8) {
            pinned.release(blocks.get(i));
        }
        pinned.visit(3 * 24);
        assertThat(rig.memory.partPurges()).isPositive();
    }

    @Test
    void aSmallHeapIsLeftAloneHoweverEmptyItIs() {
        pinned.pin(2);
        assertThat(pinned.idle()).isBetween(PagePurge.SPARED_BYTES - (1L << 19), PagePurge.SPARED_BYTES);
        pinned.visit(20);
        pinned.use(2000);
        assertThat(rig.memory.partPurges()).isZero();
        pinned.pin(16);
        pinned.visit(20);
        assertThat(rig.memory.partPurges()).isPositive();
    }

    @Test
    void whereVisitsFindNothingTheyBecomeRarerUntilOneDoes() {
        pinned.pin(6);
        int most = 8;
        int steps = 0;
        while (rig.memory.partPurges() == 0) {
            step();
            steps++;
        }
        assertThat(steps).as("32, 64, 128, and from then on 256 blocks").isEqualTo(1 + 2 + 4 + 4 * most);
        int calls = rig.memory.partPurges();
        step();
        assertThat(rig.memory.partPurges()).as("32 blocks later").isGreaterThan(calls);
    }

    /** The least after which there may be a visit. */
    private void step() {
        for (int i = 0; i < PagePurge.STEP_BLOCKS; i++) {
            pinned.pages.taken();
        }
        pinned.pages.step(false);
    }

    @Test
    void whatWasPurgedCountsAgainWhenItServes() {
        pinned.pin(4);
        rig.trim();
        assertThat(rig.budget.committed()).isLessThan(4L * (BYTES - 1900 * KIB) + 4L * PINS * 2 * OsMemory.PAGE);
        long before = rig.budget.committed();
        TestBlock block = pinned.open(rig.allocate(BLOCK));
        assertThat(rig.budget.committed() - before).isBetween(0L, BLOCK + (long) OsMemory.PAGE);
        assertThat(block.slab().superslab().purgedBytes()).isPositive();
        for (int free = 4 * (PER_SUPERSLAB - PINS) - 1; free > 0; free--) {
            pinned.open(rig.allocate(BLOCK));
            pinned.expectExact();
        }
        assertThat(rig.budget.committed()).as("every page is used").isEqualTo(4L * BYTES);
        assertThat(rig.store.purgedBytes()).isZero();
        assertThat(rig.memory.requests()).isEqualTo(4);
    }
}
