/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.acealloc.slab.SizeClasses;
import java.lang.reflect.Field;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which allocations are samples, and how all of them are counted by the few. */
class SamplingTest {
    private final HeapRig rig = new HeapRig();
    private final SampleDice dice = rig.heap.dice();

    @ParameterizedTest
    @ValueSource(ints = {16, 4096, 8192, 65536, 1 << 19, 1 << 20})
    void oneIn128AllocationsIsASampleAndOnePer512KiB(int bytes) {
        HotCache cache = rig.cache(bytes);
        int samples = 0;
        int expected = 3000;
        int mean = HotCache.meanSpan(SizeClasses.of(bytes));
        assertThat(mean).isEqualTo(Math.max(Math.min((512 << 10) / bytes, 128), 1));
        for (int i = 0; i < expected * mean; i++) {
            if (cache.isSampleDue()) {
                samples++;
                cache.restartSampling();
            }
        }
        assertThat((double) samples / expected).isCloseTo(1, within(0.08));
        assertThat(cache.allocations()).isEqualTo((long) expected * mean);
    }

    @Test
    void everyAllocationIsCountedAtAnyMoment() {
        HotCache cache = rig.cache(64);
        HotCache other = rig.cache(1024);
        for (int i = 1; i <= 2000; i++) {
            if (cache.isSampleDue() || i % 7 == 0) {
                if (i % 3 == 0) {
                    cache.sampleEach();
                } else {
                    cache.restartSampling();
                }
            }
            assertThat(cache.allocations()).isEqualTo(i);
        }
        assertThat(other.isSampleDue()).as("the first is a sample").isTrue();
        assertThat(rig.heap.allocations()).isEqualTo(2001);
    }

    @Test
    void distancesVary() {
        HotCache cache = rig.cache(64);
        cache.restartSampling();
        int shortest = Integer.MAX_VALUE;
        int longest = 0;
        int distance = 0;
        for (int i = 0; i < 100_000; i++) {
            distance++;
            if (cache.isSampleDue()) {
                cache.restartSampling();
                shortest = Math.min(shortest, distance);
                longest = Math.max(longest, distance);
                distance = 0;
            }
        }
        assertThat(shortest).isBetween(1, 32);
        assertThat(longest).isBetween(224, 256);
    }

    @Test
    void canMakeEachAllocationASample() {
        HotCache cache = rig.cache(64);
        for (int i = 0; i < 1000; i++) {
            assertThat(cache.isSampleDue()).isTrue();
            cache.sampleEach();
        }
        assertThat(cache.allocations()).isEqualTo(1000);
    }

    /** Moves alone bring no sample about, but one that they found due stays due, and each is counted. */
    @Test
    void movesAreCountedHoweverManyThereAre() throws ReflectiveOperationException {
        HotCache cache = rig.cache(64);
        cache.restartSampling();
        for (int i = 0; i < 1000; i++) {
            cache.countMove();
        }
        assertThat(cache.allocations()).isEqualTo(1000);
        Field untilSample = HotCache.class.getDeclaredField("untilSample");
        untilSample.setAccessible(true);
        assertThat(untilSample.getInt(cache)).as("does not run away").isGreaterThanOrEqualTo(0);
        assertThat(cache.isSampleDue()).isTrue();
        cache.restartSampling();
        assertThat(cache.allocations()).isEqualTo(1001);
    }

    @Test
    void samplingEachTakesInWhatOthersGaveBack() {
        HotCache cache = rig.cache(64);
        rig.releaseElsewhere(rig.allocate(64, 100));
        assertThat(rig.heap.remoteCount()).isEqualTo(100);
        assertThat(cache.isSampleDue()).isTrue();
        cache.sampleEach();
        assertThat(rig.heap.remoteCount()).isZero();
    }

    @Test
    void randomNumbersStayInBoundsAndReachAll() {
        int[] hits = new int[10];
        for (int i = 0; i < 10_000; i++) {
            hits[dice.roll(hits.length)]++;
        }
        for (int n : hits) {
            assertThat(n).isBetween(700, 1300);
        }
        assertThat(dice.roll(1)).isZero();
    }

    @Test
    void somethingExpensiveIsDueOnceInAWhile() throws InterruptedException {
        assertThat(dice.isDue(1_000_000_000_000L)).isFalse();
        assertThat(dice.isDue(0)).isTrue();
        Thread.sleep(2);
        assertThat(dice.isDue(1_000_000)).isTrue();
        assertThat(dice.isDue(1_000_000_000_000L)).isFalse();
    }
}
