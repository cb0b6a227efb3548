/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.acealloc.os.HeapMemory;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.testing.FaultyMemory;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where memory costs nothing until it is touched, a superslab counts against the limit by the units that were ever cut. */
class UntouchedUnitsTest {
    private static final int UNIT = Superslab.UNIT_BYTES;
    private static final int PAGE = OsMemory.PAGE;
    private static final long LIMIT = 40L * UNIT;

    private final FaultyMemory memory = new FaultyMemory(OsMemory.direct());
    private final MemoryBudget budget = new MemoryBudget(LIMIT);
    private final SuperslabStore store = new SuperslabStore(memory, budget, () -> {}, false);

    @BeforeEach
    void lazy() {
        assumeThat(memory.isLazy()).isTrue();
    }

    @AfterEach
    void giveBack() {
        memory.releaseAll();
    }

    private Superslab acquire() {
        Superslab superslab = store.tryAcquire(1, 0);
        superslab.enterService(0);
        return superslab;
    }

    private void expectCommitted(long bytes) {
        assertThat(store.committedBytes()).isEqualTo(bytes);
        assertThat(budget.committed()).isEqualTo(bytes);
    }

    @Test
    void aSuperslabCostsNothingButItsUnits() {
        Superslab superslab = acquire();
        expectCommitted(0);
        assertThat(superslab.idleBytes()).isZero();
        assertThat(superslab.take(3)).isZero();
        assertThat(store.tryCommit(superslab, 0, 3)).isTrue();
        expectCommitted(3 * UNIT);
        assertThat(superslab.committedBytes()).isEqualTo(3 * UNIT);
        superslab.give(0, 3);
        assertThat(superslab.take(2)).isZero();
        assertThat(store.tryCommit(superslab, 0, 2)).isTrue();
        expectCommitted(3 * UNIT);
        superslab.give(0, 2);
        store.release(superslab, 0);
        assertThat(store.residentBytes()).isEqualTo(3 * UNIT);
    }

    @Test
    void whatDoesNotFitIsRefusedAndCountsNothing() {
        Superslab first = acquire();
        Superslab second = acquire();
        first.take(32);
        assertThat(store.tryCommit(first, 0, 32)).isTrue();
        second.take(9);
        assertThat(store.tryCommit(second, 0, 9)).isFalse();
        expectCommitted(32 * UNIT);
        assertThat(store.tryCommit(second, 0, 8)).isTrue();
        expectCommitted(LIMIT);
        assertThat(store.tryAcquire(1, 0)).as("not even a unit fits").isNull();
    }

    @Test
    void whatWentAsAWholeIsUntouchedAgain() {
        Superslab superslab = acquire();
        superslab.take(5);
        store.tryCommit(superslab, 0, 5);
        superslab.give(0, 5);
        store.release(superslab, 0);
        store.purge(System.nanoTime(), 0, Long.MAX_VALUE);
        expectCommitted(0);
        assertThat(store.purgedBytes()).isEqualTo(Superslab.bytes(true));
        assertThat(acquire()).isSameAs(superslab);
        superslab.take(1);
        assertThat(store.tryCommit(superslab, 0, 1)).isTrue();
        expectCommitted(UNIT);
    }

    /** One that was got and never cut has nothing to give back, and goes all the same. */
    @Test
    void oneThatWasNeverCutGoesLikeAnyOther() {
        store.release(acquire(), 0);
        assertThat(store.keepsAddresses()).isTrue();
        store.purge(System.nanoTime(), 0, Long.MAX_VALUE);
        assertThat(store.purges()).isEqualTo(1);
        assertThat(store.releases()).isZero();
        store.trim();
        assertThat(store.releases()).isEqualTo(1);
        assertThat(store.keepsAddresses()).isFalse();
        assertThat(memory.outBytes()).isZero();
    }

    @Test
    void aRefusedMappingCountsNothing() {
        memory.refuseAll(true);
        assertThat(store.tryAcquire(1, 0)).isNull();
        expectCommitted(0);
    }

    @Test
    void unitsThatWereTouchedGoFirst() {
        Superslab superslab = acquire();
        superslab.take(2);
        superslab.take(3);
        store.tryCommit(superslab, 2, 3);
        superslab.give(0, 2);
        superslab.give(2, 3);
        assertThat(superslab.hasTouchedRoom(3)).isTrue();
        assertThat(superslab.hasTouchedRoom(4)).isFalse();
        assertThat(superslab.take(3)).as("units 2 to 4").isEqualTo(2);
        assertThat(superslab.take(2)).isZero();
    }

    /** Only what was touched goes back, and a neighbour's last line in an untouched unit's page stays where it is. */
    @Test
    void nothingUntouchedIsGivenBack() {
        Superslab superslab = acquire();
        superslab.take(3);
        store.tryCommit(superslab, 1, 1);
        superslab.give(0, 3);
        store.purgeUnused(superslab, false, Long.MAX_VALUE);
        assertThat(superslab.purgedBytes()).isBetween(UNIT - PAGE, UNIT);
        assertThat(superslab.isPurgedInUse()).isFalse();
        expectCommitted(UNIT - superslab.purgedBytes());
        store.release(superslab, 0);
        store.trim();
        expectCommitted(0);
    }

    @Test
    void memoryThatIsThereAtOnceCountsAtOnce() {
        MemoryBudget own = new MemoryBudget(LIMIT);
        SuperslabStore onHeap = new SuperslabStore(new HeapMemory(), own, () -> {}, false);
        Superslab superslab = onHeap.tryAcquire(1, 0);
        assertThat(own.committed()).isEqualTo(Superslab.bytes(false));
        superslab.take(31);
        assertThat(onHeap.tryCommit(superslab, 0, 31)).isTrue();
        assertThat(own.committed()).isEqualTo(Superslab.bytes(false));
    }

    @Test
    void recordsCountWhereThereAreAny() {
        store.keepRecords();
        int tail = Superslab.bytes(true) - Superslab.UNITS * UNIT;
        Superslab superslab = acquire();
        expectCommitted(tail);
        store.release(superslab, 0);
        store.purge(System.nanoTime(), 0, Long.MAX_VALUE);
        expectCommitted(0);
        assertThat(acquire()).isSameAs(superslab);
        expectCommitted(tail);
    }

    /** Against a model of which units count. */
    @Test
    void countsEachTouchedUnitOnce() {
        Random random = new Random(1);
        for (int round = 0; round < 50; round++) {
            Superslab superslab = acquire();
            int touched = 0;
            int[] taken = new int[Superslab.UNITS];
            for (int i = 0; i < 60; i++) {
                int units = 1 + random.nextInt(4);
                int first = random.nextInt(3) > 0 ? superslab.take(units) : -1;
                if (first >= 0) {
                    int mask = ((1 << units) - 1) << first;
                    assertThat(store.tryCommit(superslab, first, units)).isTrue();
                    touched |= mask;
                    taken[first] = units;
                } else {
                    first = random.nextInt(Superslab.UNITS);
                    if (taken[first] > 0) {
                        superslab.give(first, taken[first]);
                        taken[first] = 0;
                    }
                }
                expectCommitted((long) Integer.bitCount(touched) * UNIT);
                assertThat(superslab.committedBytes()).isEqualTo(Integer.bitCount(touched) * UNIT);
            }
            for (int first = 0; first < taken.length; first++) {
                if (taken[first] > 0) {
                    superslab.give(first, taken[first]);
                }
            }
            store.release(superslab, 0);
            if (round % 2 == 0) {
                store.purge(System.nanoTime(), 0, Long.MAX_VALUE);
            } else {
                store.trim();
            }
            expectCommitted(0);
        }
    }
}
