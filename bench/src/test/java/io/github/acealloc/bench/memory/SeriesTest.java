/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.acealloc.bench.Measurement.Curve;
import io.github.acealloc.bench.Measurement.Point;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class SeriesTest {
    private static Series of(double... places) {
        Series series = new Series();
        for (int i = 0; i < places.length; i += 2) {
            series.add(places[i], places[i + 1]);
        }
        return series;
    }

    private static Series of(int samples, DoubleUnaryOperator function) {
        Series series = new Series();
        for (int x = 0; x <= samples; x++) {
            series.add(x, function.applyAsDouble(x));
        }
        return series;
    }

    @Test
    void aStretchCountsByItsLengthWhateverTheNumberOfSamples() {
        Series series = of(0, 10, 0.1, 10, 0.2, 10, 1, 10, 1, 20, 9, 20);

        assertThat(series.mean(0, 9)).isCloseTo((10 + 8 * 20) / 9.0, within(1e-9));
        assertThat(series.mean(1, 9)).isCloseTo(20, within(1e-9));
        assertThat(series.mean(9, 9)).isEqualTo(20);
    }

    @Test
    void maximumBelongsToTheWindowAndItsEnds() {
        Series series = of(0, 99, 1, 5, 2, 7, 3, 6, 4, 99);

        assertThat(series.max(1, 3)).isEqualTo(7);
        assertThat(series.max(2.5, 3)).isEqualTo(6);
        assertThat(series.max(3, 4)).isEqualTo(99);
    }

    @Test
    void theMedianCountsSamplesAndNotStretches() {
        Series series = of(0, 99, 1, 5, 2, 7, 3, 6, 100, 1);

        assertThat(series.median(1, 3)).isEqualTo(6);
        assertThat(series.median(1, 100)).isEqualTo(5.5);
        assertThat(series.median(2, 2)).isEqualTo(7);
        assertThat(series.end()).isEqualTo(100);
    }

    @Test
    void theValueAtAPlaceIsTheLastOneBefore() {
        Series series = of(0, 1, 5, 2, 10, 3);

        assertThat(series.at(4.99)).isEqualTo(1);
        assertThat(series.at(5)).isEqualTo(2);
        assertThat(series.at(100)).isEqualTo(3);
        assertThatIllegalArgumentException().isThrownBy(() -> series.at(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> series.mean(11, 12));
        assertThatIllegalArgumentException().isThrownBy(() -> series.max(6, 7));
    }

    @Test
    void aStraightLineRisesByTheDifferenceOfItsEnds() {
        assertThat(of(300, x -> 5 + 0.25 * x).rise(100, 300)).isCloseTo(50, within(1e-9));
        assertThat(of(300, x -> 5 - 0.25 * x).rise(100, 300)).isCloseTo(-50, within(1e-9));
    }

    @Test
    void wholeTurnsDoNotRise() {
        assertThat(of(400, x -> 2 + Math.sin(2 * Math.PI * x / 100)).rise(200, 400))
                .isCloseTo(0, within(1e-9));
        assertThat(of(400, x -> 0.01 * x + Math.cos(2 * Math.PI * x / 100)).rise(200, 400))
                .isCloseTo(2, within(1e-9));
    }

    @Test
    void aboveALevelIsShifted() {
        Series above = of(0, 10, 1, 12).above(10);

        assertThat(above.at(0)).isZero();
        assertThat(above.at(1)).isEqualTo(2);
    }

    @Test
    void placesOnlyGoForward() {
        Series series = of(0, 1, 5, 2);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> series.add(4, 1))
                .withMessage("x: 4.0 (expected: >= 5.0)");
    }

    @Test
    void aCurveIsScaledAndKeepsItsEnd() {
        assertThat(of(0, 1, 1000, 2.00049).curve("x", 1e-3, "y"))
                .isEqualTo(new Curve("x", "y", List.of(new Point(0, 1), new Point(1, 2))));

        Curve thinned = of(5000, x -> x).curve("x", 1, "y");
        assertThat(thinned.points()).hasSizeBetween(300, 400).endsWith(new Point(5000, 5000));
    }

    @Test
    void whatIsNotKnownIsNotDrawn() {
        assertThat(of(0, Double.NaN, 1, Double.NaN).curve("x", 1, "y").points()).isEmpty();
    }
}
