/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import io.github.acealloc.bench.Contestant;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.stats.Summary;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Time and memory of settings as comma-separated values with a header line. */
final class SettingsCsv {
    private static final String WHAT = "workload,parameters,setting,options,";
    private static final String RUNS_HEADER =
            WHAT + "round,time,time_value,time_unit,memory,memory_value,memory_unit,failure";
    private static final String SUMMARY_HEADER = WHAT
            + "time,time_unit,time_median,time_low,time_high,memory,memory_unit,memory_median,memory_low,memory_high,"
            + "time_ratio,time_ratio_low,time_ratio_high,memory_ratio,memory_ratio_low,memory_ratio_high,"
            + "front,rounds,failures,java,cpu";

    private SettingsCsv() {}

    /** Returns one line for each run, in the order of the rounds within a setting. */
    static String runs(List<Tradeoff> cells) {
        StringBuilder text = new StringBuilder(RUNS_HEADER).append('\n');
        for (Tradeoff cell : cells) {
            cell.row().forEach((who, samples) -> {
                samples.rounds().forEach((round, values) -> text.append(run(cell, who, round, values, null)));
                samples.failedRounds()
                        .forEach((round, failure) -> text.append(run(cell, who, round, Map.of(), failure)));
            });
        }
        return text.toString();
    }

    private static String run(Tradeoff cell, Contestant who, int round, Map<Metric, Double> values, String failure) {
        return what(cell, who)
                + ","
                + CsvTable.line(
                        round,
                        cell.time().label(),
                        number(cell.time().of(values)),
                        cell.time().unit(),
                        cell.memory().label(),
                        number(cell.memory().of(values)),
                        cell.memory().unit(),
                        failure)
                + '\n';
    }

    /**
     * Returns one line for each setting in each cell.
     *
     * @param reference the setting that ratios are to
     * @param kind the settings of which there is a front
     */
    static String summary(List<Tradeoff> cells, Contestant reference, Predicate<Contestant> kind, Machine machine) {
        StringBuilder text = new StringBuilder(SUMMARY_HEADER).append('\n');
        for (Tradeoff cell : cells) {
            List<Contestant> front = cell.front(kind);
            cell.row()
                    .forEach((who, samples) -> text.append(what(cell, who))
                            .append(',')
                            .append(costs(cell, who, reference))
                            .append(',')
                            .append(CsvTable.line(
                                    front.contains(who),
                                    samples.rounds().size(),
                                    samples.failures().size(),
                                    machine.java(),
                                    machine.cpu()))
                            .append('\n'));
        }
        return text.toString();
    }

    private static String what(Tradeoff cell, Contestant who) {
        return CsvTable.line(
                cell.cell().workload(),
                CsvTable.parameters(cell.cell().parameters()),
                who.label(),
                String.join(" ", who.jvmArgs()));
    }

    private static String costs(Tradeoff cell, Contestant who, Contestant reference) {
        Optional<Tradeoff.Point> point = cell.point(who);
        return String.join(
                ",",
                CsvTable.line(cell.time().label(), cell.time().unit()),
                interval(point.map(Tradeoff.Point::time)),
                CsvTable.line(cell.memory().label(), cell.memory().unit()),
                interval(point.map(Tradeoff.Point::memory)),
                interval(cell.ratio(cell.time(), who, reference)),
                interval(cell.ratio(cell.memory(), who, reference)));
    }

    private static String interval(Optional<Summary> summary) {
        return summary.map(s -> CsvTable.line(s.median(), s.low(), s.high())).orElse(",,");
    }

    private static Double number(double value) {
        return Double.isNaN(value) ? null : value;
    }
}
