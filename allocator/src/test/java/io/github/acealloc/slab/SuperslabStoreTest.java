/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.os.HeapMemory;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;
import io.github.acealloc.testing.FaultyMemory;
import io.github.acealloc.testing.Racers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/**
 * The store between a budget and a system that fails now and then: in service → resident → purged or released, and back
 * into service from each.
 */
class SuperslabStoreTest {
    private static final int LIMIT = 5;
    private static final int BYTES = Superslab.bytes(false);
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);
    private static final long NO_LIMIT = Long.MAX_VALUE;

    private final FaultyMemory memory = new FaultyMemory(new HeapMemory());
    private final MemoryBudget budget = new MemoryBudget((long) LIMIT * BYTES + 1);
    private final AtomicInteger grown = new AtomicInteger();
    private final SuperslabStore store = new SuperslabStore(memory, budget, grown::incrementAndGet, false);
    private final List<Superslab> held = new ArrayList<>();

    /**
     * 0 to 3: acquire; 4: acquire, refused by the system; 5 to 8: release; 9: trim; 10: purge all; 11: purge what has been
     * there for an hour; 12: purge all where the system cannot; 13: purge one; 14: purge, and the system fails; 15: trim,
     * and the system fails.
     */
    @Property(tries = 200)
    void losesNothing(@ForAll @Size(max = 40) List<@IntRange(max = 15) Integer> ops) {
        for (int op : ops) {
            step(op);
            expectLaws();
        }
        held.forEach(s -> store.release(s, 0));
        held.clear();
        expectLaws();
        store.trim();
        expectNothingLeft();
    }

    private void step(int op) {
        if (op <= 4) {
            acquire(op == 4);
        } else if (op <= 8) {
            if (!held.isEmpty()) {
                store.release(held.remove(op % held.size()), 0);
            }
        } else if (op == 9) {
            store.trim();
            assertThat(store.residentBytes() + store.purgedBytes()).isZero();
        } else if (op == 10) {
            long purged = store.purgedBytes() + store.residentBytes();
            assertThat(purgeAll()).isFalse();
            assertThat(store.purgedBytes()).isEqualTo(purged);
            assertThat(store.residentBytes()).isZero();
        } else if (op == 11) {
            long resident = store.residentBytes();
            assertThat(store.purge(System.nanoTime(), HOUR, NO_LIMIT)).isFalse();
            assertThat(store.residentBytes()).isEqualTo(resident);
        } else if (op == 12) {
            long purged = store.purgedBytes();
            memory.refusePurges(true);
            assertThat(purgeAll()).isFalse();
            memory.refusePurges(false);
            assertThat(store.residentBytes()).isZero();
            assertThat(store.purgedBytes()).isEqualTo(purged);
        } else if (op == 13) {
            long resident = store.residentBytes();
            assertThat(store.purge(System.nanoTime(), 0, 0)).isEqualTo(resident > 0);
            assertThat(store.residentBytes()).isEqualTo(Math.max(resident - BYTES, 0));
        } else {
            fail(op == 14);
        }
    }

    private boolean purgeAll() {
        return store.purge(System.nanoTime(), 0, NO_LIMIT);
    }

    private void fail(boolean purging) {
        long empty = store.residentBytes() + store.purgedBytes();
        long due = purging ? store.residentBytes() : empty;
        if (purging) {
            memory.failPurges(true);
        } else {
            memory.failReleases(1);
        }
        if (due > 0) {
            assertThatThrownBy(purging ? this::purgeAll : store::trim)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageEndingWith("failed on purpose");
            assertThat(store.residentBytes() + store.purgedBytes()).isEqualTo(empty);
        } else {
            store.trim();
        }
        memory.failPurges(false);
        memory.failReleases(0);
    }

    private void acquire(boolean refuse) {
        boolean resident = store.residentBytes() > 0;
        boolean room = budget.committed() + BYTES <= budget.limit();
        boolean purged = store.purgedBytes() > 0;
        int requests = memory.requests();
        int grownBefore = grown.get();
        memory.refuseNth(refuse ? 1 : -1);
        Superslab superslab = store.tryAcquire(1, 0);
        memory.refuseNth(-1);
        boolean had = resident || (room && (purged || !refuse));
        assertThat(superslab != null).isEqualTo(had);
        assertThat(memory.requests() - requests).isEqualTo(resident || purged || !room ? 0 : 1);
        assertThat(grown.get() - grownBefore).as("told of growth").isEqualTo(had && !resident ? 1 : 0);
        if (superslab != null) {
            assertThat(superslab.isEmpty()).isTrue();
            held.add(superslab);
        }
    }

    private void expectLaws() {
        Set<Object> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
        held.forEach(superslab -> distinct.add(superslab.region()));
        assertThat(distinct).hasSameSizeAs(held);
        assertThat(memory.regions())
                .containsAll(held.stream().map(Superslab::region).toList());
        long committed = (long) held.size() * BYTES + store.residentBytes();
        assertThat(store.committedBytes()).isEqualTo(committed);
        assertThat(budget.committed()).isEqualTo(committed);
        assertThat(memory.reservedBytes()).isEqualTo(committed + store.purgedBytes());
    }

    private void expectNothingLeft() {
        assertThat(store.residentBytes()).isZero();
        assertThat(store.purgedBytes()).isZero();
        assertThat(store.committedBytes()).isZero();
        assertThat(budget.committed()).isZero();
        assertThat(memory.reservedBytes()).isZero();
    }

    private List<Superslab> acquire(int n) {
        List<Superslab> superslabs = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            superslabs.add(store.tryAcquire(1, 0));
        }
        return superslabs;
    }

    @Test
    void thatTheSystemHasRefusedIsNoReasonOnceItGives() {
        memory.refuseNth(1);
        assertThat(store.tryAcquire(1, 0)).isNull();
        assertThat(budget.exhausted(1, 1)).hasMessageContaining("the system refused more memory: refused on purpose");
        assertThat(store.tryAcquire(1, 0)).isNotNull();
        assertThat(budget.exhausted(1, 1))
                .hasMessageContaining("the limit was reached, and others have given back since");
    }

    @Test
    void theLastReleasedIsUsedAgainFirst() {
        List<Superslab> superslabs = acquire(3);
        superslabs.forEach(s -> store.release(s, 0));
        assertThat(store.residentBytes()).isEqualTo(3L * BYTES);
        assertThat(store.committedBytes()).as("still committed").isEqualTo(3L * BYTES);
        assertThat(store.tryAcquire(1, 0)).isSameAs(superslabs.get(2));
        assertThat(store.tryAcquire(1, 0)).isSameAs(superslabs.get(1));
        assertThat(store.tryAcquire(1, 0)).isSameAs(superslabs.get(0));
        assertThat(memory.requests()).isEqualTo(3);
    }

    @Test
    void residentOnesServeBeforePurgedOnesAndTheseBeforeFreshOnes() {
        List<Superslab> superslabs = acquire(3);
        superslabs.subList(0, 2).forEach(s -> store.release(s, 0));
        purgeAll();
        store.release(superslabs.get(2), 0);
        assertThat(store.tryAcquire(1, 0)).as("resident").isSameAs(superslabs.get(2));
        assertThat(grown).as("its memory was committed already").hasValue(3);
        assertThat(store.tryAcquire(1, 0)).as("purged last").isSameAs(superslabs.get(1));
        assertThat(grown).hasValue(4);
        assertThat(store.tryAcquire(1, 0)).isSameAs(superslabs.get(0));
        assertThat(memory.requests()).isEqualTo(3);
        assertThat(superslabs).doesNotContain(store.tryAcquire(1, 0));
        assertThat(memory.requests()).isEqualTo(4);
    }

    @Test
    void aPurgedSuperslabCountsAgainstTheBudgetWhenItServesAgain() {
        List<Superslab> superslabs = acquire(LIMIT);
        superslabs.forEach(s -> store.release(s, 0));
        purgeAll();
        assertThat(budget.committed()).isZero();
        assertThat(memory.outBytes()).isZero();
        assertThat(budget.tryTake(budget.limit() - BYTES)).isTrue();
        assertThat(store.tryAcquire(1, 0)).isNotNull();
        assertThat(store.tryAcquire(1, 0)).as("no room for another").isNull();
        assertThat(store.purgedBytes()).isEqualTo((LIMIT - 1L) * BYTES);
        budget.give(budget.limit() - BYTES);
        assertThat(store.tryAcquire(1, 0)).isNotNull();
    }

    @Test
    void whatCannotBePurgedIsReleased() {
        memory.refusePurges(true);
        List<Superslab> superslabs = acquire(2);
        superslabs.forEach(s -> store.release(s, 0));
        assertThat(purgeAll()).isFalse();
        expectNothingLeft();
        assertThat(store.purges()).isZero();
        assertThat(store.releases()).isEqualTo(2);
        assertThat(superslabs).doesNotContain(store.tryAcquire(1, 0));
    }

    @Test
    void atMost32AddressRangesAreKeptWithoutPages() {
        MemoryBudget wide = new MemoryBudget(50L * BYTES);
        SuperslabStore wideStore = new SuperslabStore(memory, wide, () -> {}, false);
        List<Superslab> superslabs = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            superslabs.add(wideStore.tryAcquire(1, 0));
        }
        superslabs.forEach(s -> wideStore.release(s, 0));
        assertThat(wideStore.purge(System.nanoTime(), 0, NO_LIMIT)).isFalse();
        assertThat(wideStore.purgedBytes()).isEqualTo(32L * BYTES);
        assertThat(wideStore.purges()).isEqualTo(32);
        assertThat(wideStore.releases()).isEqualTo(8);
        assertThat(wide.committed()).isZero();
        assertThat(memory.reservedBytes()).isEqualTo(32L * BYTES);
        wideStore.trim();
        assertThat(memory.reservedBytes()).isZero();
        assertThat(wideStore.releases()).isEqualTo(40);
    }

    @Test
    void failingToPurgeLosesNothingAndKeepsNobodyElseBack() {
        List<Superslab> superslabs = acquire(2);
        superslabs.forEach(s -> store.release(s, 0));
        memory.failPurges(true);
        assertThatThrownBy(this::purgeAll).isInstanceOf(IllegalStateException.class);
        assertThat(store.residentBytes()).isEqualTo(2L * BYTES);
        assertThat(budget.committed()).isEqualTo(2L * BYTES);
        memory.failPurges(false);
        store.purge(System.nanoTime(), 0, 0);
        assertThat(memory.isPurged(superslabs.get(1).region())).as("its turn").isTrue();
        store.purge(System.nanoTime(), 0, 0);
        assertThat(memory.isPurged(superslabs.get(0).region())).as("again").isTrue();
    }

    @Test
    void failingToReleaseLosesNeitherTheBudgetNorTheSuperslab() {
        Superslab superslab = acquire(1).get(0);
        memory.refusePurges(true);
        store.release(superslab, 0);
        memory.failReleases(1);
        assertThatThrownBy(this::purgeAll)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("release failed on purpose");
        assertThat(store.residentBytes()).isEqualTo(BYTES);
        assertThat(store.committedBytes()).isEqualTo(BYTES);
        assertThat(budget.committed()).isEqualTo(BYTES);
        assertThat(store.releases()).isZero();
        assertThat(store.tryAcquire(1, 0)).as("serves again").isSameAs(superslab);
        store.release(superslab, 0);
        purgeAll();
        expectNothingLeft();
        assertThat(store.releases()).isEqualTo(1);
    }

    @Test
    void failingToReleaseAPurgedOneKeepsItsAddressRange() {
        Superslab superslab = acquire(1).get(0);
        store.release(superslab, 0);
        purgeAll();
        memory.failReleases(1);
        assertThatThrownBy(store::trim).isInstanceOf(IllegalStateException.class);
        assertThat(store.purgedBytes()).isEqualTo(BYTES);
        assertThat(budget.committed()).isZero();
        store.trim();
        expectNothingLeft();
    }

    @Test
    void failingToReleaseAfterCloseIsMendedByTheNextPass() {
        Superslab superslab = acquire(1).get(0);
        store.close();
        memory.failReleases(1);
        assertThatThrownBy(() -> store.release(superslab, 0)).isInstanceOf(IllegalStateException.class);
        assertThat(budget.committed()).isEqualTo(BYTES);
        assertThat(purgeAll()).isFalse();
        expectNothingLeft();
    }

    @Test
    void aSuperslabThatCouldNotBeReleasedIsStillFoundByItsAddress() {
        try (DirectStore direct = new DirectStore()) {
            Superslab superslab = direct.store.tryAcquire(1, 0);
            assertThat(direct.find(superslab)).isSameAs(superslab);
            direct.store.release(superslab, 0);
            assertThat(direct.find(superslab)).as("resident").isSameAs(superslab);
            direct.source.refusePurges(true);
            direct.source.failReleases(1);
            assertThatThrownBy(direct.store::trim).isInstanceOf(IllegalStateException.class);
            assertThat(direct.store.tryAcquire(1, 0)).isSameAs(superslab);
            assertThat(direct.find(superslab)).isSameAs(superslab);
        }
    }

    @Test
    void isFoundByItsAddressAsLongAsTheAddressRangeIsKept() {
        try (DirectStore direct = new DirectStore()) {
            Superslab superslab = direct.store.tryAcquire(1, 0);
            direct.store.release(superslab, 0);
            direct.store.purge(System.nanoTime(), 0, NO_LIMIT);
            assertThat(direct.store.purgedBytes()).isEqualTo(Superslab.bytes(true));
            assertThat(direct.find(superslab)).as("purged").isSameAs(superslab);
            assertThat(direct.store.tryAcquire(1, 0)).isSameAs(superslab);
            direct.store.release(superslab, 0);
            direct.store.trim();
            assertThat(direct.find(superslab)).as("released").isNull();
        }
    }

    /** What was in it is lost; the records are written when slabs are cut, so nobody misses it. */
    @Test
    void aPurgedSuperslabServesAsAFreshOne() {
        try (DirectStore direct = new DirectStore()) {
            Superslab superslab = direct.store.tryAcquire(1, 0);
            superslab.enterService(1);
            placeAndDissolve(superslab);
            direct.store.release(superslab, 0);
            direct.store.purge(System.nanoTime(), 0, NO_LIMIT);
            assertThat(direct.store.tryAcquire(1, 0)).isSameAs(superslab);
            superslab.enterService(2);
            placeAndDissolve(superslab);
        }
    }

    private static void placeAndDissolve(Superslab superslab) {
        int unit = superslab.take(1);
        superslab.place(Slab.ofClass(superslab, unit, SizeClasses.of(1024), 0));
        assertThat(superslab.recordDefect(unit)).isNull();
        superslab.give(unit, 1);
    }

    @Test
    void whatFailsOtherwiseThanForLackOfMemoryTakesNothingFromTheBudget() {
        SuperslabStore broken = new SuperslabStore(new BrokenMemory(), budget, grown::incrementAndGet, false);
        assertThatThrownBy(() -> broken.tryAcquire(1, 0)).isInstanceOf(StackOverflowError.class);
        assertThat(budget.committed()).isZero();
        assertThat(broken.committedBytes()).isZero();
        assertThat(grown).hasValue(0);
    }

    private static final class BrokenMemory implements OsMemory {
        @Override
        public Region reserve(int bytes) {
            throw new StackOverflowError("in mmap");
        }

        @Override
        public void release(Region region) {
            throw new IllegalStateException("nothing was reserved");
        }

        @Override
        public boolean isDirect() {
            return true;
        }
    }

    /** A system that gives memory, and fails afterwards. */
    @Test
    void memoryThatCannotBePreparedGoesBack() {
        List<Region> released = new ArrayList<>();
        OsMemory unprepared = new OsMemory() {
            @Override
            public Region reserve(int bytes) {
                return Region.direct(ByteBuffer.allocateDirect(64), null, 0); // too short for a record
            }

            @Override
            public void release(Region region) {
                released.add(region);
            }

            @Override
            public boolean isDirect() {
                return true;
            }
        };
        SuperslabStore broken = new SuperslabStore(unprepared, new MemoryBudget(1L << 30), () -> {}, false);
        broken.keepRecords();
        assertThatThrownBy(() -> broken.tryAcquire(1, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(released).hasSize(1);
        assertThat(broken.committedBytes()).isZero();
    }

    @Test
    void closedKeepsNothing() {
        List<Superslab> superslabs = acquire(3);
        store.release(superslabs.get(0), 0);
        purgeAll();
        store.release(superslabs.get(1), 0);
        store.close();
        assertThat(store.residentBytes() + store.purgedBytes()).isZero();
        assertThat(budget.committed()).isEqualTo(BYTES);
        store.release(superslabs.get(2), 0);
        expectNothingLeft();
        assertThat(store.releases()).isEqualTo(3);
    }

    @Test
    void whatIsBeingPurgedWhenTheStoreIsClosedIsReleasedAfterwards() {
        acquire(2).forEach(s -> store.release(s, 0));
        memory.whilePurging(store::close);
        purgeAll();
        expectNothingLeft();
        assertThat(store.releases()).isEqualTo(2);
    }

    @Test
    void aSuperslabWithSlabsInItIsNotTakenBack() {
        Superslab superslab = store.tryAcquire(1, 0);
        superslab.take(1);
        assertThatThrownBy(() -> store.release(superslab, 0))
                .isInstanceOf(AssertionError.class)
                .hasMessage("a superslab with slabs in it was given back");
    }

    @Test
    void threadsUseItTogetherWhileItIsPurged() {
        AtomicInteger running = new AtomicInteger(2);
        Racers racers = new Racers();
        for (int t = 0; t < 2; t++) {
            int seed = t;
            racers.on(() -> {
                try {
                    churn(new Random(seed));
                } finally {
                    running.decrementAndGet();
                }
            });
        }
        racers.on(() -> {
                    while (running.get() > 0) {
                        store.purge(System.nanoTime(), 0, 0);
                        store.trim();
                    }
                })
                .go();
        expectLaws();
        store.trim();
        expectNothingLeft();
    }

    /** Takes, marks as its own, and gives back. */
    private void churn(Random random) {
        List<Superslab> mine = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            Superslab superslab = random.nextBoolean() ? store.tryAcquire(1, 0) : null;
            if (superslab != null) {
                assertThat(superslab.isEmpty()).isTrue();
                assertThat(superslab.take(2)).isZero();
                mine.add(superslab);
            } else if (!mine.isEmpty()) {
                Superslab released = mine.remove(random.nextInt(mine.size()));
                released.give(0, 2);
                store.release(released, 0);
            }
        }
        for (Superslab superslab : mine) {
            superslab.give(0, 2);
            store.release(superslab, 0);
        }
    }

    /** A store of direct memory, which has addresses. */
    private static final class DirectStore implements AutoCloseable {
        final FaultyMemory source = new FaultyMemory(OsMemory.direct());
        final SuperslabStore store = new SuperslabStore(source, new MemoryBudget(1L << 30), () -> {}, false);

        DirectStore() {
            store.keepRecords();
        }

        Superslab find(Superslab superslab) {
            return store.table().find(superslab.address() + 12345);
        }

        @Override
        public void close() {
            source.releaseAll();
        }
    }
}
