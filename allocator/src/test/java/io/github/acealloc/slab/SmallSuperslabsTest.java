/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.os.HeapMemory;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.testing.FaultyMemory;
import org.junit.jupiter.api.Test;

/** Where memory counts as a whole and the limit is low, superslabs have a few units, or as many as a slab needs. */
class SmallSuperslabsTest {
    private static final int UNIT = Superslab.UNIT_BYTES;
    private static final int SMALL = Superslab.SMALL_UNITS;
    private static final long MANY = Long.MAX_VALUE;

    private final FaultyMemory memory = new FaultyMemory(new HeapMemory());
    private final MemoryBudget budget = new MemoryBudget(30L * UNIT);
    private final SuperslabStore store = new SuperslabStore(memory, budget, () -> {}, true);

    @Test
    void oneHasAFewUnitsOrAsManyAsAreNeeded() {
        for (int units : new int[] {1, 2, 3, 4, 5, SMALL, SMALL + 1, 16}) {
            Superslab superslab = store.tryAcquire(units, MANY);
            int expected = Math.max(units, SMALL / units * units);
            assertThat(superslab.units()).isEqualTo(expected);
            assertThat(superslab.freeUnits()).isEqualTo(expected);
            assertThat(superslab.isEmpty()).isTrue();
            assertThat(superslab.region().bytes()).isEqualTo((long) expected * UNIT);
            assertThat(budget.committed()).isEqualTo((long) expected * UNIT);
            superslab.enterService(0);
            assertThat(superslab.hasRoom(expected)).isTrue();
            assertThat(superslab.hasRoom(expected + 1)).isFalse();
            assertThat(superslab.take(units)).isZero();
            superslab.give(0, units);
            store.release(superslab, 0);
            store.trim();
            assertThat(budget.committed()).isZero();
        }
    }

    @Test
    void anEmptyOneServesAgainWhereItIsLargeEnough() {
        Superslab small = store.tryAcquire(1, MANY);
        Superslab large = store.tryAcquire(16, MANY);
        store.release(large, 0);
        store.release(small, 0);
        assertThat(store.tryAcquire(16, MANY)).isSameAs(large);
        assertThat(store.tryAcquire(8, MANY)).as("31 units in all").isNull();
        assertThat(store.tryAcquire(4, MANY))
                .as("4 units of its own, not 3 wasted")
                .isNotSameAs(small);
        assertThat(store.tryAcquire(7, MANY)).isSameAs(small);
        assertThat(store.committedBytes()).isEqualTo(budget.committed()).isEqualTo((16 + 4 + SMALL) * UNIT);
    }

    /** So that a heap with a few blocks has little more than those. */
    @Test
    void oneHasAsManyAsAreHeldAlreadyUpToAFew() {
        int held = 0;
        int[] expected = {1, 1, 2, 4, SMALL, SMALL};
        for (int units : expected) {
            assertThat(store.tryAcquire(1, (long) held * UNIT).units()).isEqualTo(units);
            held += units;
        }
        assertThat(store.tryAcquire(3, 6L * UNIT).units()).isEqualTo(6);
        assertThat(store.tryAcquire(1, (long) held * UNIT).units())
                .as("where two fit")
                .isEqualTo(1);
    }

    @Test
    void whatDoesNotFitIsRefusedBeforeTheSystemIsAsked() {
        assertThat(store.tryAcquire(30, MANY)).isNotNull();
        assertThat(store.tryAcquire(1, MANY)).isNull();
        assertThat(memory.requests()).isEqualTo(1);
    }

    /** They differ in size, so one that counts as gone could not serve as another. */
    @Test
    void anEmptyOneGoesWhole() {
        store.release(store.tryAcquire(8, MANY), 0);
        store.purge(System.nanoTime(), 0, Long.MAX_VALUE);
        assertThat(store.purges()).isZero();
        assertThat(store.releases()).isEqualTo(1);
        assertThat(store.tryAcquire(1, MANY).units()).isEqualTo(SMALL);
        assertThat(store.committedBytes()).isEqualTo(SMALL * UNIT);
    }

    @Test
    void whatTheSystemRefusesCountsNothing() {
        memory.refuseNth(1);
        assertThat(store.tryAcquire(9, MANY)).isNull();
        assertThat(budget.committed()).isZero();
        assertThat(store.committedBytes()).isZero();
    }
}
