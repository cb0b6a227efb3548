/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a histogram of powers of two knows of lifetimes, and how it forgets. */
class LifetimesTest {
    private static final long HALF_LIFE = 2_000_000_000;
    private static final double NO_LIMIT = Double.MAX_VALUE;

    private final Lifetimes lifetimes = new Lifetimes();

    private void add(int n, long nanos) {
        for (int i = 0; i < n; i++) {
            lifetimes.add(nanos, false);
        }
    }

    @Test
    void withoutSamplesItKnowsNothing() {
        assertThat(lifetimes.samples()).isZero();
        assertThat(lifetimes.mean(NO_LIMIT)).isZero();
        assertThat(lifetimes.remoteShare()).isZero();
        assertThat(lifetimes.distance(new Lifetimes())).isZero();
        lifetimes.age(HALF_LIFE);
        assertThat(lifetimes.samples()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 1000, 1023, 1024, 1_000_000, 1L << 40, (1L << 40) - 1, 1L << 62, Long.MAX_VALUE})
    void oneLifetimeIsKnownWithinItsBucket(long nanos) {
        add(1, nanos);
        assertThat(lifetimes.mean(NO_LIMIT) / nanos).isBetween(0.75, 1.5);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void whatTookNoTimeLivedForNone(long nanos) {
        add(1, nanos);
        assertThat(lifetimes.mean(NO_LIMIT)).isZero();
        assertThat(lifetimes.samples()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e3, 1e5, 3e6, 1e9})
    void theMeanOfExponentialLifetimesIsKnown(double mean) {
        Random random = new Random(1);
        double cutOff = 0;
        double limit = mean / 2;
        int n = 20_000;
        for (int i = 0; i < n; i++) {
            double nanos = -Math.log(1 - random.nextDouble()) * mean;
            lifetimes.add((long) nanos, false);
            cutOff += Math.min(nanos, limit) / n;
        }
        assertThat(lifetimes.mean(NO_LIMIT)).isCloseTo(mean, within(0.15 * mean));
        assertThat(lifetimes.mean(limit)).isCloseTo(cutOff, within(0.15 * cutOff));
    }

    @Test
    void whatLivesLongCountsAsTheLimit() {
        add(95, 100_000);
        add(5, 100_000_000);
        double low = Math.scalb(0.75, 17);
        double high = Math.scalb(0.75, 27);
        assertThat(lifetimes.mean(NO_LIMIT)).isCloseTo(0.95 * low + 0.05 * high, within(1.0));
        assertThat(lifetimes.mean(1e6)).isCloseTo(0.95 * low + 0.05 * 1e6, within(1.0));
        assertThat(lifetimes.mean(1000)).isCloseTo(1000, within(1e-9));
        assertThat(lifetimes.mean(0)).isZero();
    }

    @Test
    void halfLivedNoLongerThanTheMedian() {
        assertThat(lifetimes.median()).isZero();
        add(49, 100_000_000);
        add(51, 100_000);
        assertThat(lifetimes.median()).isEqualTo(Math.scalb(0.75, 17));
        add(3, 100_000_000);
        assertThat(lifetimes.median()).isEqualTo(Math.scalb(0.75, 27));
    }

    @Test
    void halfIsForgottenInTwoSeconds() {
        add(1000, 1000);
        lifetimes.age(HALF_LIFE);
        assertThat(lifetimes.samples()).isCloseTo(500, within(1e-6));
        for (int i = 0; i < 10; i++) {
            lifetimes.age(HALF_LIFE / 10);
        }
        assertThat(lifetimes.samples()).isCloseTo(250, within(1e-6));
        assertThat(lifetimes.mean(NO_LIMIT)).as("but not how long").isCloseTo(768, within(1e-3));
    }

    @Test
    void theNewCountsMoreThanTheOld() {
        add(100, 1000);
        lifetimes.age(2 * HALF_LIFE);
        add(100, 1_000_000);
        double low = Math.scalb(0.75, 10);
        double high = Math.scalb(0.75, 20);
        assertThat(lifetimes.mean(NO_LIMIT)).isCloseTo((25 * low + 100 * high) / 125, within(1.0));
    }

    @Test
    void aFewSamplesAreNeverForgotten() {
        add(1000, 1000);
        lifetimes.age(Long.MAX_VALUE);
        assertThat(lifetimes.samples()).isCloseTo(16, within(1e-6));
        for (int i = 0; i < 1000; i++) {
            lifetimes.age(HALF_LIFE);
        }
        assertThat(lifetimes.samples()).isCloseTo(16, within(1e-3));
        assertThat(lifetimes.mean(NO_LIMIT)).isCloseTo(768, within(1.0));
        Lifetimes few = new Lifetimes();
        few.add(1000, true);
        few.age(Long.MAX_VALUE);
        assertThat(few.samples()).isEqualTo(1);
    }

    @Test
    void timeThatGoesBackwardsForgetsNothing() {
        add(100, 1000);
        lifetimes.age(-HALF_LIFE);
        lifetimes.age(Long.MIN_VALUE);
        assertThat(lifetimes.samples()).isEqualTo(100);
    }

    @Test
    void theShareThatOthersReleaseAgesWithTheRest() {
        add(30, 1000);
        for (int i = 0; i < 10; i++) {
            lifetimes.add(1000, true);
        }
        assertThat(lifetimes.remoteShare()).isEqualTo(0.25);
        lifetimes.age(HALF_LIFE);
        assertThat(lifetimes.remoteShare()).isCloseTo(0.25, within(1e-9));
        add(20, 1000);
        assertThat(lifetimes.remoteShare()).isCloseTo(5 / 40.0, within(1e-9));
    }

    @Test
    void distanceIsTheShareThatDiffers() {
        Lifetimes other = new Lifetimes();
        add(10, 1000);
        other.add(1020, false);
        assertThat(lifetimes.distance(other)).as("the same bucket").isZero();
        other.add(1 << 20, false);
        assertThat(lifetimes.distance(other)).isEqualTo(0.5);
        assertThat(other.distance(lifetimes)).isEqualTo(0.5);
        Lifetimes third = new Lifetimes();
        third.add(1 << 30, false);
        assertThat(third.distance(lifetimes)).as("nothing in common").isEqualTo(1);
    }

    @Test
    void aCopyStaysAsItIs() {
        add(10, 1000);
        lifetimes.add(1000, true);
        Lifetimes copy = lifetimes.copy();
        assertThat(copy.distance(lifetimes)).isZero();
        assertThat(copy.samples()).isEqualTo(11);
        assertThat(copy.remoteShare()).isEqualTo(lifetimes.remoteShare());
        add(100, 1 << 30);
        assertThat(copy.samples()).isEqualTo(11);
        assertThat(copy.mean(NO_LIMIT)).isCloseTo(768, within(1e-3));
    }
}
