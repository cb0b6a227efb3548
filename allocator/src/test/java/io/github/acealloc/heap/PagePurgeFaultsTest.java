/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static io.github.acealloc.heap.PinnedHeap.BLOCK;
import static io.github.acealloc.heap.PinnedHeap.BYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.testing.TestBlock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Free pages under a limit that is reached, and on a system that fails or cannot take them. */
class PagePurgeFaultsTest {
    private final PinnedHeap pinned = new PinnedHeap();
    private final HeapRig rig = pinned.rig;
    private final ThreadHeap heap = pinned.heap;
    private long taken;
    private int reclaims;

    @AfterEach
    void holdsTheLaws() {
        rig.budget.give(taken);
        pinned.finish();
    }

    private void fillBudget() {
        long rest = rig.budget.limit() - rig.budget.committed();
        assertThat(rig.budget.tryTake(rest)).isTrue();
        taken += rest;
    }

    private void trimWhenTheLimitIsReached() {
        rig.budget.addReclaimer(new MemoryBudget.Reclaimer() {
            @Override
            public void reclaim(Object requester) {
                reclaims++;
                assertThat(requester).isSameAs(heap);
                rig.trim();
                rig.store.trim();
            }

            @Override
            public String report() {
                return "pinned";
            }
        });
    }

    private void expectLimit() {
        assertThat(HeapWalker.walk(heap)).isEmpty();
        assertThat(heap.committedBytes()).isEqualTo(rig.inService());
        assertThat(rig.budget.committed()).isEqualTo(rig.store.committedBytes() + taken);
        assertThat(heap.takenBytes()).isEqualTo((long) pinned.live.size() * BLOCK);
    }

    @Test
    void aBlockWhosePagesAreGoneIsNotServedAtTheLimitAndNothingIsLost() {
        trimWhenTheLimitIsReached();
        pinned.pin(4);
        rig.trim();
        fillBudget();
        for (int round = 1; round <= 3; round++) {
            assertThatThrownBy(() -> rig.allocate(BLOCK))
                    .isInstanceOf(OutOfMemoryError.class)
                    .hasMessageContaining("the limit is reached");
            assertThat(reclaims).isEqualTo(round);
            expectLimit();
        }
        pinned.release(pinned.live.get(9));
        TestBlock block = pinned.open(rig.allocate(BLOCK));
        expectLimit();
        pinned.release(block);
        rig.budget.give(taken);
        taken = 0;
        for (int i = 0; i < 100; i++) {
            pinned.open(rig.allocate(BLOCK));
        }
        expectLimit();
        assertThat(rig.memory.requests()).isEqualTo(4);
    }

    @Test
    void atTheLimitTheFreePagesOfOneClassServeAnother() {
        trimWhenTheLimitIsReached();
        pinned.pin(4);
        rig.trim();
        pinned.fill(1);
        for (int i = 0; i < 64; i++) {
            pinned.release(pinned.live.get(pinned.live.size() - 1));
        }
        fillBudget();
        long before = rig.budget.committed();
        rig.release(rig.allocate(8 * BLOCK)); // two units, between two pins
        assertThat(reclaims).isLessThanOrEqualTo(1);
        assertThat(rig.budget.committed()).isLessThanOrEqualTo(before);
        expectLimit();
    }

    /** A batch takes what it gets. */
    @Test
    void aBatchThatMeetsTheLimitInItsMiddleIsShorter() {
        trimWhenTheLimitIsReached();
        pinned.pin(4);
        rig.trim();
        fillBudget();
        long room = 3L * BLOCK + (2 << 12);
        rig.budget.give(room);
        taken -= room;
        rig.caches(16, 8);
        TestBlock block = rig.allocate(BLOCK); // by a cache that has no room yet
        rig.release(block);
        assertThat(rig.cached(BLOCK).size()).isBetween(1, 3);
        assertThat(HeapWalker.walk(heap)).isEmpty();
        assertThat(rig.budget.committed()).isEqualTo(rig.store.committedBytes() + taken);
        rig.caches(0, 1);
    }

    @Test
    void aPurgeThatFailsIsNotTheErrorOfWhoeverAllocatesOrTrims() {
        pinned.pin(4);
        rig.memory.failPurges(true);
        long committed = rig.budget.committed();
        pinned.visit(12);
        pinned.use(300);
        rig.scavenge(true, false);
        rig.trim();
        assertThat(rig.budget.committed()).isEqualTo(committed);
        pinned.expectExact();
        rig.memory.failPurges(false);
        pinned.use(1);
        rig.trim();
        assertThat(rig.budget.committed()).isLessThan(committed / 2);
        pinned.expectExact();
    }

    @Test
    void whatWasPurgedBeforeAFailureIsCounted() {
        pinned.pin(4);
        rig.memory.whilePurging(() -> rig.memory.failPurges(true));
        rig.trim();
        assertThat(rig.memory.partPurges()).isEqualTo(1);
        assertThat(rig.store.purgedBytes()).isPositive();
        assertThat(rig.budget.committed()).isEqualTo(4L * BYTES - rig.store.purgedBytes());
        pinned.expectExact();
        rig.memory.whilePurging(() -> {});
        rig.memory.failPurges(false);
    }

    @Test
    void aSystemThatTakesNoPartsIsNotAskedAgain() {
        pinned.pin(4);
        rig.memory.refusePurges(true);
        rig.trim();
        rig.memory.refusePurges(false);
        assertThat(rig.store.purgesParts()).isFalse();
        pinned.use(1);
        rig.trim();
        assertThat(heap.holdsIdle()).as("nothing that could go").isFalse();
        rig.scavenge(true, false);
        pinned.visit(20);
        pinned.use(2000);
        assertThat(rig.memory.partPurges()).isZero();
        assertThat(rig.budget.committed()).isEqualTo(4L * BYTES);
    }

    @Test
    void aStepAsksASystemThatTakesNoPartsOnce() {
        pinned.pin(4);
        rig.memory.refusePurges(true);
        pinned.visit(8);
        assertThat(rig.store.purgesParts()).isFalse();
        rig.memory.refusePurges(false);
        pinned.visit(8);
        assertThat(rig.memory.partPurges()).isZero();
    }
}
