/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.acealloc.bench.plan.Sweep;
import io.github.acealloc.bench.report.SweepVerdict.Goal;
import io.github.acealloc.bench.stats.Summary;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SweepVerdictTest {
    @ParameterizedTest
    @CsvSource({
        "20, 100, MET, MET",
        "19, 90, MET, MET",
        "21, 109, MET, MET",
        "22, 100, MISSED, MET",
        "20, 120, MET, MISSED",
    })
    void goalsAreSharesOfTheFastestFixedSetting(double time, double memory, Goal speed, Goal size) {
        SweepVerdict verdict = SweepVerdict.of(new SettingsSamples(Sweep.settings(false))
                        .with("learn", time, memory)
                        .with("64/8", 20, 100)
                        .with("16/1", 40, 10)
                        .tradeoff())
                .get(0);

        assertThat(verdict.best().label()).isEqualTo("64/8");
        assertThat(verdict.speed().orElseThrow().median()).isCloseTo(20 / time, within(1e-9));
        assertThat(verdict.memory().orElseThrow().median()).isCloseTo(memory / 100, within(1e-9));
        assertThat(verdict.speedGoal()).contains(speed);
        assertThat(verdict.memoryGoal()).contains(size);
    }

    @Test
    void aGoalThatTheIntervalReachesIsMissedWithinNoise() {
        Summary speed = Summary.of(List.of(0.90, 0.94, 0.96));
        Summary memory = Summary.of(List.of(1.09, 1.12, 1.13));
        SweepVerdict verdict =
                new SweepVerdict(Sweep.LEARN, Sweep.OFF, Optional.of(speed), Optional.of(memory), List.of());

        assertThat(verdict.speedGoal()).contains(Goal.WITHIN_NOISE);
        assertThat(verdict.memoryGoal()).contains(Goal.WITHIN_NOISE);
    }

    @Test
    void bothAcesAreJudgedAndTheFixedSettingsAreNot() {
        Tradeoff cell = new SettingsSamples(Sweep.settings(false))
                .with("learn", 20, 100)
                .with("off", 30, 200)
                .with("64/8", 25, 150)
                .tradeoff();

        List<SweepVerdict> verdicts = SweepVerdict.of(cell);

        assertThat(verdicts).extracting(SweepVerdict::who).containsExactly(Sweep.LEARN, Sweep.OFF);
        assertThat(verdicts.get(0).dominatedBy()).isEmpty();
        assertThat(verdicts.get(1).dominatedBy()).containsExactly(SettingsSamples.fixed("64/8"));
    }

    @Test
    void withoutAnythingToCompareThereIsNoVerdict() {
        assertThat(SweepVerdict.of(new SettingsSamples(Sweep.settings(false))
                        .with("learn", 20, 100)
                        .tradeoff()))
                .isEmpty();
        assertThat(SweepVerdict.of(new SettingsSamples(Sweep.settings(false))
                        .with("64/8", 20, 100)
                        .tradeoff()))
                .isEmpty();
    }
}
