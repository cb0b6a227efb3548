/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import java.time.Duration;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class PhaseChangeTest {
    private static final int PHASES = PhaseChange.Phase.values().length;

    @Test
    void everyPhaseHasItsFiguresAndEndsWithTheNextOne() throws Exception {
        FakeAllocator allocator = new FakeAllocator(live -> live + (7 << 20));

        Measurement measured = new PhaseChange(Duration.ofMillis(100), PHASES + 1).measure(allocator);

        Map<Metric, Double> values = measured.values();
        assertThat(allocator.live()).isZero();
        assertThat(allocator.threads).hasSize(1);
        assertThat(values.get(Metric.SPARE)).isCloseTo(7, within(1e-6));
        assertThat(values.get(Metric.SMALL_HELD)).isLessThan(values.get(Metric.MEDIUM_HELD));
        assertThat(values.get(Metric.TIME))
                .isCloseTo(
                        (values.get(Metric.SMALL_TIME)
                                        + values.get(Metric.MEDIUM_TIME)
                                        + values.get(Metric.RECORDS_TIME)
                                        + values.get(Metric.MIXED_TIME))
                                / PHASES,
                        within(1e-6));
        assertThat(values)
                .containsKeys(Metric.HELD, Metric.RSS_AVERAGE, Metric.SETTLING, Metric.RECORDS_HELD)
                .containsKeys(Metric.SMALL_SETTLING, Metric.MEDIUM_SETTLING, Metric.MIXED_SETTLING);
        assertThat(measured.curve().points()).hasSize(PHASES + 1);
    }

    @Test
    void theFirstPhaseFollowsNoChange() throws Exception {
        FakeAllocator allocator = new FakeAllocator(live -> live);

        assertThat(new PhaseChange(PhaseChange.TURN, 1).measure(allocator).values())
                .containsKeys(Metric.SMALL_TIME, Metric.TIME)
                .doesNotContainKeys(Metric.SMALL_SETTLING, Metric.SETTLING, Metric.MEDIUM_TIME);
    }

    @Test
    void theTimeHasSettledWhenItFirstIsNearItsLaterLevel() {
        assertThat(settling(turn -> 10)).isZero();
        assertThat(settling(turn -> turn <= 20 ? 13 : 10)).isEqualTo(18);
        assertThat(settling(turn -> turn <= 20 ? 11.9 : 10)).isZero();
        assertThat(settling(turn -> turn == 3 || turn == 70 ? 1000 : 10))
                .as("single turns are noise")
                .isZero();
        assertThat(settling(turn -> turn <= 20 || (turn > 60 && turn < 70) ? 13 : 10))
                .as("later noise is not the change's doing")
                .isEqualTo(18);
    }

    private static int settling(IntToDoubleFunction function) {
        Series series = new Series();
        for (int turn = 1; turn <= 100; turn++) {
            series.add(turn, function.applyAsDouble(turn));
        }
        return PhaseChange.settling(series);
    }
}
