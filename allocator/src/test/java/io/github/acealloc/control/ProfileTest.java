/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What memory is worth, and what follows from it. */
class ProfileTest {
    @ParameterizedTest
    @CsvSource({"FOOTPRINT, 1", "BALANCED, 8", "THROUGHPUT, 64"})
    void soManyGibibytesAreWorthACore(Profile profile, int gib) {
        assertThat(profile.price() * gib * (1L << 30)).isCloseTo(1, within(1e-12));
    }

    @Test
    void namesAreThoseOfTheSetting() {
        assertThat(Profile.values())
                .extracting(Profile::toString)
                .containsExactly("footprint", "balanced", "throughput");
        assertThat(Policy.values()).extracting(Policy::toString).containsExactly("swing", "marks", "fixed");
        assertThat(Mode.values()).extracting(Mode::toString).containsExactly("off", "observe", "learn", "frozen");
    }

    @Test
    void whatMemoryIsWorthLessIsKeptLonger() {
        double footprint = new Economics(Profile.FOOTPRINT.price(), 160).tau(1024, 16);
        assertThat(footprint).as("10 ns are worth 1 KiB for 10 ms").isCloseTo(10 * (1 << 20), within(1e-3));
        assertThat(new Economics(Profile.BALANCED.price(), 160).tau(1024, 16) / footprint)
                .isCloseTo(8, within(1e-9));
        assertThat(new Economics(Profile.THROUGHPUT.price(), 160).tau(1024, 16) / footprint)
                .isCloseTo(64, within(1e-9));
    }

    @Test
    void aClassCostsItsMissesAndWhatItHolds() {
        Economics economics = new Economics(Profile.FOOTPRINT.price(), 100);
        Reading reading =
                new ReadingMaker(0, 1 << 20, 64, 16).misses(3, 7).level(4).make();
        assertThat(economics.cost(reading)).isCloseTo(1000.0 / ReadingMaker.TURN + 4 / 1024.0, within(1e-12));
        Reading noTime = new ReadingMaker(0, 1 << 20, 64, 16)
                .nanos(0)
                .misses(3, 7)
                .level(4)
                .make();
        assertThat(economics.cost(noTime)).isCloseTo(4 / 1024.0, within(1e-12));
    }
}
