/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.acealloc.bench.Contestant;
import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.plan.Cell;
import io.github.acealloc.bench.plan.Sweep;
import io.github.acealloc.bench.plan.Workload;
import io.github.acealloc.bench.run.Results;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TradeoffTest {
    private static SettingsSamples samples() {
        return new SettingsSamples(Sweep.settings(false));
    }

    private static List<String> labels(List<Contestant> contestants) {
        return contestants.stream().map(Contestant::label).toList();
    }

    @Test
    void theFrontAreThoseThatNobodyBeatsFromTheSmallestToTheFastest() {
        Tradeoff cell = samples()
                .with("1024/32", 10, 200)
                .with("64/8", 20, 100)
                .with("64/1", 20, 101)
                .with("16/1", 40, 50)
                .with("0/1", 40, 60)
                .with("256/1", 30, 90)
                .with("learn", 5, 40)
                .tradeoff();

        assertThat(labels(cell.front(Sweep::isFixed))).containsExactly("16/1", "256/1", "64/8", "1024/32");
        assertThat(labels(cell.front(who -> true))).containsExactly("learn");
    }

    @Test
    void equalsDoNotBeatEachOther() {
        Tradeoff cell = samples().with("64/8", 20, 100).with("64/1", 20, 100).tradeoff();

        assertThat(labels(cell.front(Sweep::isFixed))).containsExactlyInAnyOrder("64/1", "64/8");
    }

    @Test
    void dominatedIsWhoIsSlowerAndBiggerBeyondNoise() {
        Tradeoff cell = samples()
                .with("learn", 20, 100)
                .with("16/1", 10, 50)
                .swaying("16/8", 19.9, 50) // as fast within noise
                .with("64/1", 10, 99.5) // as small within the resolution
                .with("64/8", 10, 120) // faster, but bigger
                .with("0/1", 30, 50) // smaller, but slower
                .tradeoff();

        assertThat(labels(cell.dominating(Sweep.LEARN, Sweep::isFixed))).containsExactly("16/1");
    }

    @Test
    void lessThanAMebibyteIsNoDifference() {
        Tradeoff cell = samples().with("learn", 20, 4.9).with("16/1", 10, 4.0).tradeoff();

        assertThat(cell.difference(cell.memory(), Sweep.LEARN, SettingsSamples.fixed("16/1")))
                .isZero();
        assertThat(cell.difference(cell.time(), Sweep.LEARN, SettingsSamples.fixed("16/1")))
                .isOne();
        assertThat(cell.difference(cell.time(), SettingsSamples.fixed("16/1"), Sweep.LEARN))
                .isNegative();
    }

    @Test
    void theFastestIsTheSmallestOfThoseThatAreEquallyFast() {
        Tradeoff cell = samples()
                .with("learn", 1, 1)
                .with("64/8", 20, 100)
                .with("64/1", 20, 90)
                .with("0/1", 21, 1)
                .tradeoff();

        assertThat(cell.fastest(Sweep::isFixed))
                .hasValueSatisfying(who -> assertThat(who.label()).isEqualTo("64/1"));
    }

    @Test
    void ratiosAreTakenRoundByRound() {
        Results results = new Results(List.of(SettingsSamples.CELL), Sweep.settings(true));
        double[] machine = {1, 5, 2};
        for (int r = 0; r < machine.length; r++) {
            results.add(SettingsSamples.CELL, Sweep.LEARN, r + 1, both(30 * machine[r]));
            if (r < 2) {
                results.add(SettingsSamples.CELL, Sweep.OFF, r + 1, both(10 * machine[r]));
            }
        }
        Tradeoff cell = Tradeoff.all(results).get(0);

        assertThat(cell.ratio(cell.time(), Sweep.LEARN, Sweep.OFF)).hasValueSatisfying(ratio -> {
            assertThat(ratio.rounds()).isEqualTo(2);
            assertThat(ratio.low()).isCloseTo(3, within(1e-9));
            assertThat(ratio.high()).isCloseTo(3, within(1e-9));
        });
        assertThat(cell.ratio(cell.time(), Sweep.LEARN, SettingsSamples.fixed("0/1")))
                .isEmpty();
        assertThat(cell.contestants(who -> true)).containsExactly(Sweep.LEARN, Sweep.OFF);
    }

    private static Measurement both(double time) {
        return Measurement.of(Map.of(Metric.TIME, time, Metric.HELD, 8.0));
    }

    @Test
    void timeAndMemoryAreWhatTheWorkloadMeasures() {
        Cell footprint = Sweep.cells(List.of(Workload.FOOTPRINT), true).get(0);
        Cell http = Sweep.cells(List.of(Workload.HTTP), true).get(0);
        Cell mleak = Sweep.cells(List.of(Workload.MLEAK), true).get(0);
        Results results = new Results(List.of(footprint, http, mleak), List.of(Sweep.LEARN));
        results.add(footprint, Sweep.LEARN, 1, Measurement.of(Map.of(Metric.BURST, 900.0, Metric.HELD, 200.0)));
        results.add(http, Sweep.LEARN, 1, Measurement.of(Map.of(Metric.THROUGHPUT, 100_000.0, Metric.RSS, 180.0)));
        results.add(mleak, Sweep.LEARN, 1, Measurement.of(Map.of(Metric.RSS_PER_THREADS, 1.0)));

        List<Tradeoff> all = Tradeoff.all(results);

        assertThat(all).extracting(Tradeoff::time).containsExactly(Cost.BURST, Cost.REQUEST);
        assertThat(all).extracting(Tradeoff::memory).containsExactly(Cost.HELD, Cost.RSS);
        assertThat(all.get(1).point(Sweep.LEARN).orElseThrow().time().median())
                .as("us per request")
                .isCloseTo(10, within(1e-9));
    }
}
