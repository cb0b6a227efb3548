/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.testing.TestBlock;
import java.util.List;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** What misses tell of a cache: how far the live count went, and how soon what overflowed was needed again. */
class CacheMeterTest {
    private static final int CAP = 8;
    private static final int BATCH = 4;
    private static final int WINDOW = 1;

    private long now = 1_000;
    private final CacheMeter meter = new CacheMeter(1 << 10, () -> now);

    /** As a cache does that is full. */
    private void spill(int window) {
        meter.spill(CAP, window);
        meter.given(BATCH);
    }

    /** As a cache does that is empty. */
    private void refill(int window) {
        meter.refill(window, 0, BATCH);
        meter.taken(BATCH);
        meter.served();
    }

    @Test
    void countsWhatPasses() {
        refill(WINDOW);
        refill(WINDOW);
        spill(WINDOW);
        assertThat(meter.refills()).isEqualTo(2);
        assertThat(meter.spills()).isEqualTo(1);
        assertThat(meter.taken()).isEqualTo(2 * BATCH);
        assertThat(meter.given()).isEqualTo(BATCH);
    }

    @Test
    void whatWasRefusedIsNoRefill() {
        meter.refill(WINDOW, 0, BATCH);
        assertThat(meter.refills()).isZero();
    }

    // ---- swing

    @Test
    void theSwingIsHowFarTheLiveCountWentBetweenMisses() {
        refill(WINDOW);
        assertThat(meter.swing(WINDOW)).isZero();
        refill(WINDOW);
        refill(WINDOW);
        assertThat(meter.swing(WINDOW)).as("two batches more are out").isEqualTo(2 * BATCH);
        spill(WINDOW);
        spill(WINDOW);
        assertThat(meter.swing(WINDOW)).as("back to where it began").isEqualTo(2 * BATCH);
        spill(WINDOW);
        assertThat(meter.swing(WINDOW)).isEqualTo(3 * BATCH);
    }

    @Test
    void eachWindowBeginsAnew() {
        refill(WINDOW);
        refill(WINDOW);
        refill(WINDOW);
        assertThat(meter.swing(WINDOW + 1)).as("no miss yet").isZero();
        refill(WINDOW + 1);
        assertThat(meter.swing(WINDOW + 1)).isZero();
        assertThat(meter.swing(WINDOW)).as("that is over").isZero();
        refill(WINDOW + 1);
        assertThat(meter.swing(WINDOW + 1)).isEqualTo(BATCH);
    }

    @Test
    void aSwingBeyondCountingIsTheMost() {
        meter.refill(WINDOW, 0, BATCH);
        for (int i = 0; i < 3; i++) {
            meter.taken(Integer.MAX_VALUE);
        }
        meter.refill(WINDOW, 0, BATCH);
        assertThat(meter.swing(WINDOW)).isEqualTo(Integer.MAX_VALUE);
    }

    // ---- the ghost

    @Test
    void reuseIsTimedFromTheSpillToTheRefillThatNeedsTheSameBlocks() {
        spill(WINDOW);
        now += 500;
        refill(WINDOW);
        assertThat(meter.reuses()).isEqualTo(1);
        assertThat(meter.watchedNanos()).isEqualTo(500);
        assertThat(meter.lapses()).isZero();
        now += 500;
        refill(WINDOW);
        assertThat(meter.reuses()).as("nothing is watched any more").isEqualTo(1);
    }

    @Test
    void whatWasSpilledLaterIsNeededFirst() {
        spill(WINDOW);
        now += 100;
        spill(WINDOW);
        now += 100;
        refill(WINDOW);
        assertThat(meter.reuses()).as("those were the second spill's").isZero();
        now += 100;
        refill(WINDOW);
        assertThat(meter.reuses()).isEqualTo(1);
        assertThat(meter.watchedNanos()).isEqualTo(300);
    }

    @Test
    void oneInEightSpillsIsWatched() {
        for (int i = 0; i < 8; i++) {
            spill(WINDOW);
            now++;
            refill(WINDOW);
        }
        assertThat(meter.reuses()).isEqualTo(1);
        spill(WINDOW);
        refill(WINDOW);
        assertThat(meter.reuses()).isEqualTo(2);
    }

    @Test
    void aWatchOfThisWindowGoesOn() {
        spill(WINDOW);
        now += 100;
        for (int i = 0; i < 50; i++) {
            spill(WINDOW);
        }
        assertThat(meter.lapses()).isZero();
        assertThat(meter.watchedNanos()).isZero();
    }

    @Test
    void aWatchGoesOnForSomeWindows() {
        spill(WINDOW);
        for (int i = 0; i < 50; i++) {
            spill(WINDOW + 7);
        }
        assertThat(meter.lapses()).isZero();
    }

    @Test
    void aWatchLapsesInALaterWindow() {
        spill(WINDOW);
        now += 700;
        for (int i = 0; i < 8; i++) {
            spill(WINDOW + 8);
        }
        assertThat(meter.lapses()).isEqualTo(1);
        assertThat(meter.reuses()).isZero();
        assertThat(meter.watchedNanos()).isEqualTo(700);
        now += 30;
        refill(WINDOW + 8);
        assertThat(meter.reuses()).as("the watch that took its place").isEqualTo(1);
        assertThat(meter.watchedNanos()).isEqualTo(730);
    }

    @Test
    void theSwingReachesBackToWhereAWatchBegan() {
        spill(WINDOW);
        spill(WINDOW + 1);
        spill(WINDOW + 2);
        for (int i = 0; i < 3; i++) {
            refill(WINDOW + 3);
        }
        assertThat(meter.reuses()).isEqualTo(1);
        assertThat(meter.swing(WINDOW + 3))
                .as("a cap and two batches above what was needed again")
                .isEqualTo(CAP + BATCH);
    }

    @Test
    void aReuseInTimeRaisesTheCapForTheRestOfTheWindow() {
        spill(WINDOW);
        spill(WINDOW);
        now += 10;
        meter.refill(WINDOW, 11, BATCH);
        assertThat(meter.raised(WINDOW)).as("not yet where it was").isZero();
        meter.taken(BATCH);
        meter.refill(WINDOW, 11, BATCH);
        assertThat(meter.raised(WINDOW)).isEqualTo(meter.swing(WINDOW) + BATCH);
        assertThat(meter.raised(WINDOW + 1)).isZero();
    }

    @Test
    void aRaisedCapIsBoundedInBytes() {
        CacheMeter large = new CacheMeter(1 << 20, () -> now);
        for (int i = 0; i < 2; i++) {
            large.spill(CAP, WINDOW);
            large.given(BATCH);
        }
        for (int i = 0; i < 2; i++) {
            large.refill(WINDOW, 11, BATCH);
            large.taken(BATCH);
        }
        assertThat(large.swing(WINDOW)).isGreaterThan(BATCH);
        assertThat(large.raised(WINDOW)).as("4 MiB").isEqualTo(4);
    }

    @Test
    void aReuseTooLateRaisesNothing() {
        spill(WINDOW);
        now += 10;
        meter.refill(WINDOW, 10, BATCH);
        assertThat(meter.reuses()).isEqualTo(1);
        assertThat(meter.raised(WINDOW)).isZero();
    }

    @Test
    void aStreamThatOnlyReleasesNeedsNothingAgain() {
        for (int i = 0; i < 1000; i++) {
            now += 10;
            spill(i / 10);
        }
        assertThat(meter.reuses()).isZero();
        assertThat(meter.lapses()).isBetween(11L, 13L);
        assertThat(meter.watchedNanos()).isBetween(8_000L, 10_000L);
    }

    @Test
    void aStreamThatOnlyAllocatesIsNotWatched() {
        for (int i = 0; i < 1000; i++) {
            now += 10;
            refill(i / 100);
        }
        assertThat(meter.reuses()).isZero();
        assertThat(meter.lapses()).isZero();
        assertThat(meter.watchedNanos()).isZero();
        assertThat(meter.swing(9)).isEqualTo(99 * BATCH);
    }

    // ---- with a cache

    /** The level that a cache without a cap would have, less what it has when all is live: the live count's mirror image. */
    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void theSwingIsThatOfTheLiveCountAtMisses(@ForAll long seed) {
        Random random = new Random(seed);
        int cap = random.nextInt(40);
        int batch = 1 + random.nextInt(16);
        SimulatedCache cache = new SimulatedCache(cap, batch, 0);
        int live = 0;
        int lowest = Integer.MAX_VALUE;
        int highest = Integer.MIN_VALUE;
        for (int i = 0; i < 1000; i++) {
            long misses = cache.meter().refills() + cache.meter().spills();
            int before = live;
            if (live == 0 || random.nextInt(100) < 50 + 30 * Math.sin(i / 50.0)) {
                cache.allocate(i);
                live++;
            } else {
                cache.release(i);
                live--;
            }
            if (cache.meter().refills() + cache.meter().spills() > misses) {
                lowest = Math.min(lowest, before);
                highest = Math.max(highest, before);
                assertThat(cache.meter().swing(cache.window())).isEqualTo(highest - lowest);
            }
            long taken = cache.meter().taken() - cache.meter().given();
            assertThat(live + cache.level()).as("live + cached = taken - given").isEqualTo((int) taken);
        }
    }

    @Test
    void whatATurnGivesBackChangesNothingAboutTheLiveCount() {
        HeapRig rig = new HeapRig().caches(16, BATCH);
        List<TestBlock> live = rig.allocate(1024, 16);
        HotCache cache = rig.cache(1024);
        assertThat(cache.size()).isZero();
        rig.knobs = rig.knobs.withObservation(WINDOW, 0);
        live.add(rig.allocate(1024)); // a miss while 16 are live
        for (int i = 0; i < 13; i++) {
            rig.release(live.remove(0));
        }
        rig.scavenge(false, false, 1024);
        rig.scavenge(false, false, 1024);
        assertThat(cache.size()).isZero();
        assertThat(live).hasSize(4);
        rig.allocate(1024); // a miss while 4 are live
        assertThat(cache.meter().refills()).isEqualTo(16 / BATCH + 2);
        assertThat(cache.meter().swing(WINDOW)).isEqualTo(16 - 4);
    }
}
