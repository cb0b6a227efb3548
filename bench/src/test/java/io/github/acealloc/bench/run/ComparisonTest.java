/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.bench.AllocatorKind;
import io.github.acealloc.bench.Contestant;
import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.plan.Cell;
import io.github.acealloc.bench.plan.Family;
import io.github.acealloc.bench.plan.Plan;
import io.github.acealloc.bench.plan.Workload;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static final List<Cell> CELLS = Plan.quick(List.of(Workload.SINGLE_PAIR));
    private static final List<AllocatorKind> ALL = List.of(AllocatorKind.values());
    private static final Duration LONG = Duration.ofHours(1);

    private final StringWriter out = new StringWriter();

    private Results run(CellRunner runner, int rounds, Duration limit) throws InterruptedException {
        Comparison comparison = new Comparison(CELLS, ALL, rounds, Timing.QUICK, limit, Map.of(Family.MICRO, runner));
        try (Progress progress = new Progress.Lines(comparison.runs(), new PrintWriter(out, true))) {
            return comparison.run(progress, results -> {});
        }
    }

    @Test
    void everyAllocatorRunsInEveryRoundAndTheOrderRotates() throws Exception {
        List<Contestant> order = new ArrayList<>();
        Results results = run(
                (cell, allocator, round) -> {
                    order.add(allocator);
                    return Measurement.of(Map.of(Metric.TIME, (double) round));
                },
                4,
                LONG);

        assertThat(order).hasSize(16);
        for (int position = 0; position < 4; position++) {
            int p = position;
            assertThat(List.of(order.get(p), order.get(4 + p), order.get(8 + p), order.get(12 + p)))
                    .containsExactlyInAnyOrderElementsOf(ALL);
        }
        assertThat(results.samples().get(CELLS.get(0)).get(AllocatorKind.ACE).values(Metric.TIME))
                .containsExactly(1.0, 2.0, 3.0, 4.0);
    }

    @Test
    void aFailedRunIsRecordedAndTheOthersGoOn() throws Exception {
        Results results = run(
                (cell, allocator, round) -> {
                    if (allocator == AllocatorKind.POOLED && round == 2) {
                        throw new IllegalStateException("out of luck");
                    }
                    return Measurement.of(Map.of(Metric.TIME, 1.0));
                },
                3,
                LONG);

        Results.Samples pooled = results.samples().get(CELLS.get(0)).get(AllocatorKind.POOLED);
        assertThat(results.failures()).isOne();
        assertThat(pooled.values(Metric.TIME)).hasSize(2);
        assertThat(pooled.failures()).singleElement().asString().contains("round 2", "out of luck");
        assertThat(out.toString()).contains("FAILED", "out of luck");
    }

    @Test
    void aRunWithoutItsMainFigureHasFailed() throws Exception {
        Results results = run((cell, allocator, round) -> Measurement.of(Map.of(Metric.RSS, 1.0)), 1, LONG);

        assertThat(results.failures()).isEqualTo(ALL.size());
    }

    @Test
    void aRoundThatWouldTakeTooLongIsNotBegun() throws Exception {
        CellRunner slow = (cell, allocator, round) -> {
            Thread.sleep(20);
            return Measurement.of(Map.of(Metric.TIME, 1.0));
        };
        Results results = run(slow, 5, Duration.ofMillis(120));

        assertThat(results.samples().get(CELLS.get(0)).get(AllocatorKind.ACE).values(Metric.TIME))
                .hasSize(1);
        assertThat(out.toString()).contains("No time for round 2 of 5");
    }

    @Test
    void progressDoesNotFlood() {
        Progress.Lines lines = new Progress.Lines(1000, new PrintWriter(out, true));
        for (int i = 0; i < 1000; i++) {
            lines.begin("run " + i);
            lines.step();
        }
        lines.close();

        assertThat(out.toString().lines().count()).isEqualTo(21);
    }

    @Test
    void estimateCountsRunsAndCalibration() {
        Comparison micro = comparison(Workload.SINGLE_PAIR);
        Comparison http = comparison(Workload.HTTP);
        Comparison memory = comparison(Workload.FOOTPRINT);

        assertThat(micro.runs()).isEqualTo(8);
        assertThat(micro.estimate()).isEqualTo(Timing.QUICK.micro().multipliedBy(8));
        assertThat(http.estimate())
                .isEqualTo(Timing.QUICK
                        .http()
                        .multipliedBy(8)
                        .plus(Timing.QUICK.calibration().multipliedBy(4)));
        assertThat(memory.estimate()).isBetween(Duration.ofSeconds(8 * 6), Duration.ofSeconds(8 * 14));
    }

    private static Comparison comparison(Workload workload) {
        return new Comparison(Plan.quick(List.of(workload)), ALL, 2, Timing.QUICK, LONG, Map.of());
    }

    @Test
    void everyRunGoesToTheRunnerOfItsFamily() throws Exception {
        List<Workload> workloads = List.of(Workload.HTTP, Workload.MLEAK, Workload.MIXED);
        Map<Family, CellRunner> runners = new EnumMap<>(Family.class);
        for (Family family : Family.values()) {
            runners.put(family, (cell, allocator, round) -> {
                assertThat(cell.workload().family()).isEqualTo(family);
                return Measurement.of(Map.of(cell.workload().primary(), 1.0));
            });
        }
        Comparison comparison = new Comparison(Plan.quick(workloads), ALL, 1, Timing.QUICK, LONG, runners);

        Results results = comparison.run(new Progress.Lines(12, new PrintWriter(out)), partial -> {});

        assertThat(results.failures()).isZero();
    }

    @Test
    void theCurveIsThatOfTheFirstRound() throws Exception {
        Results results = run(
                (cell, allocator, round) -> new Measurement(
                        Map.of(Metric.TIME, 1.0), new Measurement.Curve("x", "round " + round, List.of())),
                2,
                LONG);

        assertThat(results.samples().get(CELLS.get(0)).get(AllocatorKind.ACE).curve())
                .hasValueSatisfying(curve -> assertThat(curve.y()).isEqualTo("round 1"));
    }

    @Test
    void durationsReadWell() {
        assertThat(Format.duration(Duration.ofSeconds(45))).isEqualTo("45 s");
        assertThat(Format.duration(Duration.ofSeconds(125))).isEqualTo("2 min 5 s");
        assertThat(Format.duration(Duration.ofSeconds(4900))).isEqualTo("1 h 21 min");
    }
}
