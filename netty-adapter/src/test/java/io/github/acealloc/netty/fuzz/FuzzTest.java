/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Random programs over the whole buffer API on six threads; {@code docs/fuzzing.md} says what is modelled. */
class FuzzTest {
    private static final long SHORT = 2_000_000;
    private static final long STRESS = 100_000_000;

    @Test
    void nobodyFindsAnythingThatItDidNotWrite() {
        long wanted = Long.getLong("fuzz.operations", Boolean.getBoolean("stress") ? STRESS : SHORT);
        Fuzz fuzz = new Fuzz(Long.getLong("fuzz.seed", System.nanoTime()), Math.max(wanted / 12, SHORT / 12));
        fuzz.run(wanted, done -> {});
        assertThat(fuzz.operations()).isGreaterThanOrEqualTo(wanted);
    }
}
