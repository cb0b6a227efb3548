/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.heap.HeapWalker;
import io.github.acealloc.heap.HotCache;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.os.HeapMemory;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.SuperslabStore;
import io.github.acealloc.testing.TestBlock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is dropped from a full ring has cost its owner time for nothing, so lifetimes are measured as often as they are of use. */
class LifetimeRateTest {
    private static final int USUAL = 512 << 10;
    private static final int CLASS = SizeClasses.of(1 << 10);
    private static final int ENOUGH = HeapWatch.ENOUGH_LIFETIMES;

    private final MemoryBudget budget = new MemoryBudget(64 << 20);
    private final SuperslabStore store = new SuperslabStore(new HeapMemory(), budget, () -> {}, false);
    private final ThreadHeap heap = new ThreadHeap(0, store, TestBlock.BINDER, budget, Knobs::defaults);
    private final Economics economics = new Economics(Profile.BALANCED.price(), 160);
    private final HeapWatch watch = new HeapWatch(heap, Knobs.defaults(), 0);
    private long now;

    @AfterEach
    void holdsTheLaws() {
        assertThat(HeapWalker.walk(heap)).isEmpty();
    }

    /** How many bytes lie between two lifetimes after a turn that so many lifetimes came in. */
    private int after(int lifetimes) {
        heap.ring().open();
        for (int i = 0; i < lifetimes; i++) {
            heap.observe(CLASS, 5000);
        }
        now += 100_000_000;
        watch.read(now, economics);
        return watch.knobs(Knobs.defaults(), USUAL).lifetimeBytes();
    }

    @Test
    void enoughIsNotTooMany() {
        assertThat(after(0)).isEqualTo(USUAL);
        assertThat(after(ENOUGH)).isEqualTo(USUAL);
    }

    @Test
    void asManyTimesTooManyAreMeasuredAsManyTimesLessOften() {
        assertThat(after(ENOUGH + 1)).isEqualTo(2 * USUAL);
        assertThat(after(8 * ENOUGH)).as("those that were dropped are counted").isEqualTo(16 * USUAL);
        assertThat(after(ENOUGH)).as("once each").isEqualTo(16 * USUAL);
        assertThat(after(ENOUGH / 4)).isEqualTo(16 * USUAL);
    }

    @Test
    void noRateIsTooHighAndAQuietHeapComesBack() {
        assertThat(after(1_000_000)).isEqualTo(USUAL << HeapWatch.MOST_DOUBLINGS);
        assertThat(after(1_000_000)).isEqualTo(USUAL << HeapWatch.MOST_DOUBLINGS);
        for (int i = HeapWatch.MOST_DOUBLINGS - 1; i >= 0; i--) {
            assertThat(after(1)).isEqualTo(USUAL << i);
        }
        assertThat(after(0)).isEqualTo(USUAL);
    }

    /** Half a GiB is due while the class is busy; once it is quiet, that must not be waited for. */
    @Test
    void whatWasDueInTheDistanceIsDueSoonerOnceThereIsRoom() {
        HotCache cache = heap.cache(CLASS);
        assertThat(cache.isLifetimeDue(USUAL << HeapWatch.MOST_DOUBLINGS)).isTrue();
        assertThat(cache.isLifetimeDue(USUAL << HeapWatch.MOST_DOUBLINGS)).isFalse();
        assertThat(cache.isLifetimeDue(USUAL)).isFalse();
        assertThat(heap.tryBorrow()).isTrue();
        for (int i = 0; i < 2 * USUAL / 1024; i++) {
            int id = cache.pop();
            if (cache.isSampleDue()) {
                cache.restartSampling();
            }
            cache.push(id);
        }
        assertThat(cache.isLifetimeDue(USUAL)).isTrue();
    }
}
