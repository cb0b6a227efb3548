/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SummaryTest {
    @Test
    void medianIsTheMiddleRoundWhateverTheOrder() {
        assertThat(Summary.of(List.of(9.0, 1.0, 5.0)).median()).isEqualTo(5);
        assertThat(Summary.of(List.of(4.0, 1.0, 2.0, 3.0)).median()).isEqualTo(2.5);
    }

    @Test
    void fiveRoundsRunFromSmallestToLargest() {
        Summary summary = Summary.of(List.of(3.0, 1.0, 100.0, 2.0, 4.0));

        assertThat(summary.low()).isEqualTo(1);
        assertThat(summary.high()).isEqualTo(100);
        assertThat(summary.coverage()).isEqualTo(0.9375, within(1e-9));
        assertThat(summary.rounds()).isEqualTo(5);
    }

    @Test
    void manyRoundsLeaveOutTheExtremes() {
        List<Double> rounds =
                IntStream.rangeClosed(1, 9).mapToObj(i -> (double) i).toList();

        Summary summary = Summary.of(rounds);

        assertThat(summary.low()).isEqualTo(2);
        assertThat(summary.high()).isEqualTo(8);
        assertThat(summary.coverage()).isGreaterThanOrEqualTo(Summary.AIM);
    }

    @Test
    void oneRoundCoversNothing() {
        Summary summary = Summary.of(List.of(7.0));

        assertThat(summary.low()).isEqualTo(7);
        assertThat(summary.high()).isEqualTo(7);
        assertThat(summary.coverage()).isZero();
        assertThat(Summary.coverage(0)).isZero();
    }

    @Test
    void noRoundsAreAnError() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Summary.of(List.of()))
                .withMessage("values: 0 rounds (expected: >= 1)");
    }

    @Test
    void intervalsOverlapWhenTheyShareAValue() {
        Summary low = Summary.of(List.of(1.0, 2.0));
        assertThat(low.overlaps(Summary.of(List.of(2.0, 3.0)))).isTrue();
        assertThat(low.overlaps(Summary.of(List.of(2.1, 3.0)))).isFalse();
        assertThat(Summary.of(List.of(2.1, 3.0)).overlaps(low)).isFalse();
    }
}
