/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.bench.AllocatorKind;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.report.Verdict.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictTest {
    @ParameterizedTest
    @CsvSource({
        "TIME, 10, 20, WON",
        "TIME, 20, 10, LOST",
        "TIME, 10, 10.5, LEVEL",
        "THROUGHPUT, 20, 10, WON",
        "THROUGHPUT, 10, 20, LOST",
        "GARBAGE, 0.9, 0.001, LEVEL",
        "GARBAGE, 30, 10, LOST",
        "RSS_15S, 5.9, 5.1, LEVEL",
        "RSS_15S, 7.1, 5.1, LOST",
    })
    void outcomeDependsOnDirectionNoiseAndResolution(Metric metric, double ace, double rival, Outcome expected) {
        Verdict verdict =
                Verdict.of(metric, Samples.row(metric, ace, rival, rival)).orElseThrow();

        assertThat(verdict.outcome()).isEqualTo(expected);
        assertThat(verdict.ratio()).isEqualTo(ace / rival);
    }

    @Test
    void aceIsComparedWithTheBestRival() {
        assertThat(Verdict.of(Metric.TIME, Samples.row(Metric.TIME, 1, 3, 2))
                        .orElseThrow()
                        .best())
                .isEqualTo(AllocatorKind.ADAPTIVE);
        assertThat(Verdict.of(Metric.THROUGHPUT, Samples.row(Metric.THROUGHPUT, 1, 3, 2))
                        .orElseThrow()
                        .best())
                .isEqualTo(AllocatorKind.POOLED);
    }

    @Test
    void aFigureThatIsNotPositiveHasAnOutcomeButNoRatio() {
        Verdict verdict = Verdict.of(Metric.RSS_GROWTH, Samples.row(Metric.RSS_GROWTH, -5, 20, 30))
                .orElseThrow();

        assertThat(verdict.outcome()).isEqualTo(Outcome.WON);
        assertThat(verdict.ratio()).isNaN();
    }

    @Test
    void metricsThatOnlyExplainHaveNoVerdict() {
        assertThat(Verdict.of(Metric.HOT, Samples.row(Metric.HOT, 1, 2, 3))).isEmpty();
        assertThat(Verdict.of(Metric.RSS, Samples.row(Metric.TIME, 1, 2, 3))).isEmpty();
    }
}
