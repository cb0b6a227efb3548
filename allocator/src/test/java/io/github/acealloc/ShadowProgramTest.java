/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.testing.Program;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole engine under random programs, against a shadow of what is out. */
class ShadowProgramTest {
    private static final long SMALL = 16L << 20;
    private static final long LARGE = 64L << 20;
    private static final int STEPS = 12_000;

    @Property(tries = 80)
    void everyStepKeepsTheLaws(
            @ForAll boolean direct,
            @ForAll boolean closeWhileLive,
            @ForAll @Size(min = 20, max = 120) List<@IntRange(min = 0) Integer> steps) {
        try (Program program = new Program(direct, SMALL)) {
            for (int step : steps) {
                program.step(step);
                program.check();
            }
            if (!closeWhileLive) {
                program.releaseAll();
            }
            program.closeAndReleaseAll();
        }
    }

    /** The seed is in the test's name; the last one differs each time. */
    @ParameterizedTest(name = "direct {0}, limit {1}, seed {2}")
    @MethodSource("programs")
    void longProgramsLoseNothing(boolean direct, long limit, long seed) {
        Random random = new Random(seed);
        try (Program program = new Program(direct, limit)) {
            for (int i = 1; i <= STEPS; i++) {
                program.step(random.nextInt(Integer.MAX_VALUE));
                if (i % 500 == 0) {
                    program.check();
                }
            }
            if (limit == SMALL) {
                assertThat(program.refusals()).as("times the limit was reached").isPositive();
            }
            program.releaseAll();
            program.closeAndReleaseAll();
        }
    }

    static Stream<Arguments> programs() {
        return Stream.of(
                Arguments.of(false, SMALL, 1L),
                Arguments.of(true, SMALL, 2L),
                Arguments.of(true, LARGE, 3L),
                Arguments.of(false, LARGE, System.nanoTime()));
    }
}
