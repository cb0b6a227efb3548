/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** When a load counts as another one. */
class SizeMixTest {
    private final SizeMix mix = new SizeMix();

    private static Reading reading(int sizeClass, long allocations, double meanNanos) {
        return new ReadingMaker(sizeClass, 1024, 64, 16)
                .allocations(allocations)
                .lifetimes(meanNanos, meanNanos)
                .make();
    }

    private boolean shifts(Reading... readings) {
        mix.add(List.of(readings));
        return mix.hasShifted();
    }

    @Test
    void theFirstLoadIsNoOther() {
        assertThat(mix.hasShifted()).isFalse();
        assertThat(shifts(reading(3, 1000, 1e5))).isFalse();
        assertThat(shifts(reading(3, 1000, 1e5))).isFalse();
    }

    @Test
    void theSameSharesAtAnotherRateAreTheSameLoad() {
        shifts(reading(3, 1000, 1e5), reading(4, 3000, 1e6));
        assertThat(shifts(reading(3, 10, 1e5), reading(4, 30, 1e6))).isFalse();
        assertThat(shifts(reading(3, 1_000_000, 1e5), reading(4, 3_000_000, 1e6)))
                .isFalse();
    }

    @Test
    void otherSizesAreAnotherLoad() {
        shifts(reading(3, 500, 1e5), reading(4, 500, 1e5));
        assertThat(shifts(reading(3, 790, 1e5), reading(4, 210, 1e5)))
                .as("29 %")
                .isFalse();
        assertThat(shifts(reading(3, 480, 1e5), reading(4, 520, 1e5)))
                .as("31 %")
                .isTrue();
        assertThat(shifts(reading(9, 1000, 1e5))).isTrue();
        assertThat(shifts(reading(9, 1000, 1e5)))
                .as("what is new becomes what is known")
                .isFalse();
    }

    @Test
    void otherLifetimesAreAnotherLoad() {
        shifts(reading(3, 1000, 1e5));
        assertThat(shifts(reading(3, 1000, 2.5e5))).as("less than e times").isFalse();
        assertThat(shifts(reading(3, 1000, 7.5e5))).as("three times").isTrue();
        assertThat(shifts(reading(3, 1000, 7.5e5))).isFalse();
        assertThat(shifts(reading(3, 1000, 1e5))).as("back again").isTrue();
    }

    @Test
    void theLifetimesOfFewBuffersSayLittle() {
        shifts(reading(3, 900, 1e5), reading(4, 100, 1e5));
        assertThat(shifts(reading(3, 900, 1e5), reading(4, 100, 1e8))).isFalse();
    }

    @Test
    void aPauseIsNotAnotherLoad() {
        shifts(reading(3, 1000, 1e5));
        assertThat(shifts(reading(3, 0, 1e5))).isFalse();
        assertThat(shifts()).isFalse();
        assertThat(shifts(reading(3, 1000, 1e5))).isFalse();
        assertThat(shifts(reading(3, 0, 1e5))).isFalse();
        assertThat(shifts(reading(5, 1000, 1e5)))
                .as("what was before the pause is still known")
                .isTrue();
    }

    @Test
    void whatSeveralHeapsDoIsAddedUp() {
        mix.add(List.of(reading(3, 500, 1e5)));
        mix.add(List.of(reading(4, 500, 1e5)));
        assertThat(mix.hasShifted()).isFalse();
        assertThat(shifts(reading(3, 500, 1e5), reading(4, 500, 1e5))).isFalse();
    }

    @Test
    void negativeCountsAreNone() {
        shifts(reading(3, 1000, 1e5));
        assertThat(shifts(reading(3, 1000, 1e5), reading(4, Long.MIN_VALUE, 1e5)))
                .isFalse();
    }
}
