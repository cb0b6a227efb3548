/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.os.HeapMemory;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.testing.FaultyMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When the store's empty superslabs lose their pages, and in which order. */
class SuperslabPurgeTest {
    private static final int BYTES = Superslab.bytes(false);
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);
    private static final long NO_LIMIT = Long.MAX_VALUE;

    private final FaultyMemory memory = new FaultyMemory(new HeapMemory());
    private final SuperslabStore store = new SuperslabStore(memory, new MemoryBudget(5L * BYTES), () -> {}, false);

    private List<Superslab> acquire(int n) {
        List<Superslab> superslabs = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            superslabs.add(store.tryAcquire(1, 0));
        }
        return superslabs;
    }

    @Test
    void isPurgedAfterTheDelayAndNotBefore() {
        long before = System.nanoTime();
        store.release(store.tryAcquire(1, 0), 0);
        long after = System.nanoTime();
        assertThat(store.purge(before - 1, 0, NO_LIMIT)).isFalse();
        assertThat(store.purge(before + HOUR - 1, HOUR, NO_LIMIT)).isFalse();
        assertThat(store.residentBytes()).as("a moment before its time").isEqualTo(BYTES);
        assertThat(store.purge(after + HOUR, HOUR, NO_LIMIT)).isFalse();
        assertThat(store.residentBytes()).isZero();
        assertThat(store.purgedBytes()).isEqualTo(BYTES);
        assertThat(store.purges()).isEqualTo(1);
        assertThat(store.releases()).isZero();
        assertThat(memory.purges()).isEqualTo(1);
    }

    /** They go back whole where no part can: direct buffers and arrays. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWasMissedInTimeIsKeptAsLongAsThatPays(boolean whole) {
        long paying = 1000L * HOUR;
        memory.refusePurges(whole);
        store.paying(paying);
        store.release(store.tryAcquire(1, 0), 0);
        store.purge(System.nanoTime() + HOUR, HOUR, NO_LIMIT);
        assertThat(gone(whole)).as("nothing is known yet").isEqualTo(1);
        store.release(store.tryAcquire(1, 0), 0);
        long now = System.nanoTime();
        store.purge(now + HOUR, HOUR, NO_LIMIT);
        store.purge(now + paying - HOUR, HOUR, NO_LIMIT);
        assertThat(gone(whole)).as("it was needed again at once").isEqualTo(1);
        store.purge(now + paying + HOUR, HOUR, NO_LIMIT);
        assertThat(gone(whole)).isEqualTo(2);
    }

    private long gone(boolean whole) {
        assertThat(whole ? store.purges() : store.releases()).isZero();
        return whole ? store.releases() : store.purges();
    }

    @Test
    void whatWasMissedIsForgottenInTime() {
        store.paying(2 * HOUR);
        store.release(store.tryAcquire(1, 0), 0);
        store.purge(System.nanoTime() + HOUR, HOUR, NO_LIMIT);
        Superslab superslab = store.tryAcquire(1, 0);
        store.purge(System.nanoTime() + 1000 * HOUR, HOUR, NO_LIMIT); // a look long afterwards
        store.release(superslab, 0);
        store.purge(System.nanoTime() + HOUR, HOUR, NO_LIMIT);
        assertThat(store.purges()).isEqualTo(2);
    }

    @Test
    void aSuperslabMoreThanWentIsNotMissed() {
        memory.refusePurges(true);
        store.paying(2 * HOUR);
        store.release(store.tryAcquire(1, 0), 0);
        store.purge(System.nanoTime() + HOUR, HOUR, NO_LIMIT);
        store.tryAcquire(1, 0);
        store.purge(System.nanoTime() + 1000 * HOUR, HOUR, NO_LIMIT); // until that is forgotten
        store.release(store.tryAcquire(1, 0), 0);
        store.purge(System.nanoTime() + HOUR, HOUR, NO_LIMIT);
        assertThat(store.releases()).isEqualTo(2);
    }

    @Test
    void whatWasAskedForIsNotMissed() {
        memory.refusePurges(true);
        store.paying(1000 * HOUR);
        store.release(store.tryAcquire(1, 0), 0);
        store.trim();
        store.release(store.tryAcquire(1, 0), 0);
        store.purge(System.nanoTime() + HOUR, HOUR, NO_LIMIT);
        assertThat(store.releases()).isEqualTo(2);
    }

    @Test
    void nothingIsKeptLongerWhereNobodySaysThatItPaysOrAllIsToGoAtOnce() {
        for (long paying : new long[] {0, 1000 * HOUR}) {
            store.paying(paying);
            for (int i = 0; i < 3; i++) {
                store.release(store.tryAcquire(1, 0), 0);
                long delay = paying == 0 ? HOUR : 0;
                store.purge(System.nanoTime() + delay, delay, NO_LIMIT);
                assertThat(store.residentBytes()).isZero();
            }
        }
    }

    /** The governor looks at the clock first, and others go on releasing. */
    @Test
    void whatIsReleasedAfterTheClockWasReadIsNotPurgedHoweverLongTheDelay() {
        long now = System.nanoTime();
        store.release(store.tryAcquire(1, 0), 0);
        for (long delay : new long[] {0, 1, HOUR, Long.MAX_VALUE - 1, Long.MAX_VALUE}) {
            assertThat(store.purge(now - 1, delay, NO_LIMIT)).isFalse();
            assertThat(store.residentBytes()).as("delay " + delay).isEqualTo(BYTES);
        }
    }

    @Test
    void theTimeInServiceDoesNotCount() throws InterruptedException {
        Superslab superslab = store.tryAcquire(1, 0);
        store.release(superslab, 0);
        assertThat(store.tryAcquire(1, 0)).isSameAs(superslab);
        Thread.sleep(2);
        long now = System.nanoTime();
        store.release(superslab, 0);
        store.purge(now, TimeUnit.MILLISECONDS.toNanos(1), NO_LIMIT);
        assertThat(store.residentBytes()).isEqualTo(BYTES);
    }

    @Test
    void theLongestEmptyIsPurgedFirst() {
        List<Superslab> superslabs = acquire(4);
        for (int i : new int[] {2, 0, 3, 1}) {
            store.release(superslabs.get(i), 0);
        }
        for (int i : new int[] {2, 0, 3, 1}) {
            assertThat(memory.isPurged(superslabs.get(i).region())).isFalse();
            store.purge(System.nanoTime(), 0, 0);
            assertThat(memory.isPurged(superslabs.get(i).region())).isTrue();
        }
    }

    @Test
    void aPassEndsWhenItsTimeIsUpAndSaysThatThereMayBeMore() {
        acquire(4).forEach(s -> store.release(s, 0));
        long resident = 4;
        while (resident > 0) {
            assertThat(store.purge(System.nanoTime(), 0, 0)).isTrue();
            assertThat(store.residentBytes()).isEqualTo(--resident * BYTES);
        }
        assertThat(store.purge(System.nanoTime(), 0, 0)).isFalse();
        acquire(4).forEach(s -> store.release(s, 0));
        assertThat(store.purge(System.nanoTime(), 0, HOUR)).isFalse();
        assertThat(store.residentBytes()).isZero();
    }
}
