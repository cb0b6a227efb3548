/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How often the control loop makes a turn. */
class PaceTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long DELAY = TimeUnit.SECONDS.toNanos(1);
    private static final long QUICK = MILLI / 100;

    private final Pace pace = new Pace(0);
    private long now;

    /** Makes a turn at the first visit at which it is due. */
    private void turn(long took, boolean isActive) {
        do {
            now += pace.millis() * MILLI;
        } while (!pace.isDue(now));
        pace.turned(now, took, isActive, true, DELAY);
        assertThat(pace.isDue(now + 1)).as("at once again").isFalse();
    }

    @Test
    void isQuickWhileSomethingIsAllocated() {
        turn(QUICK, true);
        assertThat(pace.millis()).isEqualTo(Pace.LEARNING_MILLIS);
        assertThat(pace.isDue(now + Pace.LEARNING_MILLIS * MILLI / 2)).isFalse();
        assertThat(pace.isDue(now + Pace.LEARNING_MILLIS * MILLI)).isTrue();
    }

    @Test
    void getsSlowerWhenNothingIsButOnlyAfterAllHasGoneBack() {
        turn(QUICK, true);
        long active = now;
        while (pace.millis() < Pace.LONGEST_MILLIS) {
            turn(QUICK, false);
            assertThat(pace.millis() > Pace.TICK_MILLIS)
                    .as("%d ms apart after %d ms", pace.millis(), (now - active) / MILLI)
                    .isEqualTo(now - active > 4 * DELAY);
        }
        turn(QUICK, true);
        assertThat(pace.millis()).isEqualTo(Pace.LEARNING_MILLIS);
    }

    @Test
    void longTurnsAreRareSoThatTheyTakeAQuarterOfAPercentOfACore() {
        turn(MILLI, true);
        assertThat(pace.millis()).as("one alone may have been interrupted").isEqualTo(Pace.LEARNING_MILLIS);
        turn(MILLI, true);
        assertThat(pace.millis()).isEqualTo(Pace.REST);
        assertThat(pace.isDue(now + Pace.LEARNING_MILLIS * MILLI))
                .as("when the governor comes for another allocator")
                .isFalse();
        turn(1000 * MILLI, true);
        turn(1000 * MILLI, true);
        assertThat(pace.millis()).as("for idle memory").isEqualTo(Pace.TICK_MILLIS);
        assertThat(pace.isDue(now + 3 * Pace.TICK_MILLIS * MILLI)).isFalse();
        assertThat(pace.isDue(now + Pace.LONGEST_REST_MILLIS * MILLI))
                .as("the longest")
                .isTrue();
    }

    @Test
    void looksAtAllHeapsAreRareOnlyWhereOneTakesLong() {
        pace.looked(now, QUICK);
        pace.looked(now, 1000 * MILLI);
        assertThat(pace.isLookDue(now))
                .as("one alone may have been interrupted")
                .isTrue();
        pace.looked(now, MILLI);
        assertThat(pace.isLookDue(now))
                .as("no longer than the governor waits anyway")
                .isTrue();
        pace.looked(now, 5 * MILLI);
        pace.looked(now, 5 * MILLI);
        assertThat(pace.isLookDue(now + Pace.LOOK_REST * MILLI)).isFalse();
        assertThat(pace.isLookDue(now + 5 * Pace.LOOK_REST * MILLI)).isTrue();
        pace.looked(now, 1000 * MILLI);
        pace.looked(now, 1000 * MILLI);
        assertThat(pace.isLookDue(now + Pace.LONGEST_LOOK_MILLIS * MILLI))
                .as("the longest")
                .isTrue();
        assertThat(pace.isLookDue(now - 1)).as("a clock that jumps back").isTrue();
    }

    @Test
    void aClockThatJumpsIsNoReasonToWait() {
        turn(QUICK, true);
        assertThat(pace.isDue(now - DELAY)).isTrue();
        pace.turned(Long.MAX_VALUE, Long.MAX_VALUE, true, true, 0);
        pace.turned(Long.MIN_VALUE, -1, false, true, Long.MAX_VALUE);
        assertThat(pace.millis()).isBetween(1L, Pace.LONGEST_MILLIS);
    }
}
