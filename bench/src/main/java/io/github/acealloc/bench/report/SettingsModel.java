/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import io.github.acealloc.bench.Contestant;
import io.github.acealloc.bench.plan.AceSetting;
import io.github.acealloc.bench.run.Results;
import io.github.acealloc.bench.stats.Summary;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What the pages about settings show, with every judgement already made.
 *
 * @param machine what was measured on
 * @param quick whether this was a first look
 * @param rounds the largest number of rounds of any cell
 * @param coverage probability in percent that an interval of that many rounds holds the true median
 * @param settings what was measured, in the order it is shown
 * @param reference the setting that ratios are to
 * @param cells one entry for each picture
 * @param failures one message for each run that failed
 */
record SettingsModel(
        Machine machine,
        boolean quick,
        int rounds,
        double coverage,
        List<SettingInfo> settings,
        String reference,
        List<CellModel> cells,
        List<String> failures) {
    /** A setting in words, and the options that select it. */
    record SettingInfo(String label, String about, String options) {}

    /** A quantity's name and unit. */
    record CostInfo(String name, String unit) {}

    /** One workload with its parameters. */
    record CellModel(
            String title,
            String summary,
            CostInfo time,
            CostInfo memory,
            List<PointModel> points,
            List<VerdictModel> verdicts) {}

    /** A median or a ratio with its interval. */
    record Value(double median, double low, double high, int rounds) {}

    /** Where a setting stands; differences are to the reference, 1 for more and -1 for less beyond noise. */
    record PointModel(
            String label,
            Value time,
            Value memory,
            boolean front,
            Value timeRatio,
            int timeDifference,
            Value memoryRatio,
            int memoryDifference) {}

    /** How ACE stands against the best fixed setting. */
    record VerdictModel(
            String who,
            String best,
            Value speed,
            String speedGoal,
            Value memory,
            String memoryGoal,
            List<String> dominatedBy) {}

    /** Makes the model; {@code kind} are the settings of which there is a front. */
    static SettingsModel of(
            Results results,
            Machine machine,
            boolean quick,
            AceSetting reference,
            Predicate<Contestant> kind,
            Function<Tradeoff, List<SweepVerdict>> judge) {
        List<String> failures = new ArrayList<>();
        results.samples()
                .forEach((cell, row) -> row.forEach((who, samples) -> samples.failures()
                        .forEach(message -> failures.add(cell.title() + ", " + who.label() + ", " + message))));
        int rounds = results.samples().values().stream()
                .flatMap(row -> row.values().stream())
                .mapToInt(samples -> samples.rounds().size())
                .max()
                .orElse(0);
        List<SettingInfo> settings = results.samples().values().stream()
                .limit(1)
                .flatMap(row -> row.keySet().stream())
                .map(SettingsModel::info)
                .toList();
        List<CellModel> cells = Tradeoff.all(results).stream()
                .map(cell -> cell(cell, reference, kind, judge.apply(cell)))
                .toList();
        return new SettingsModel(
                machine, quick, rounds, 100 * Summary.coverage(rounds), settings, reference.label(), cells, failures);
    }

    private static SettingInfo info(Contestant who) {
        String about =
                who instanceof AceSetting setting ? setting.about() : who.kind().summary();
        return new SettingInfo(who.label(), about, String.join(" ", who.jvmArgs()));
    }

    private static CellModel cell(
            Tradeoff cell, Contestant reference, Predicate<Contestant> kind, List<SweepVerdict> verdicts) {
        List<Contestant> front = cell.front(kind);
        return new CellModel(
                cell.cell().title(),
                cell.cell().workload().summary(),
                new CostInfo(cell.time().label(), cell.time().unit()),
                new CostInfo(cell.memory().label(), cell.memory().unit()),
                cell.contestants(who -> true).stream()
                        .map(who -> point(cell, who, reference, front.contains(who)))
                        .toList(),
                verdicts.stream().map(SettingsModel::verdict).toList());
    }

    private static PointModel point(Tradeoff cell, Contestant who, Contestant reference, boolean front) {
        Tradeoff.Point point = cell.point(who).orElseThrow();
        boolean comparable = cell.point(reference).isPresent();
        return new PointModel(
                who.label(),
                value(point.time()),
                value(point.memory()),
                front,
                value(cell.ratio(cell.time(), who, reference)),
                comparable ? cell.difference(cell.time(), who, reference) : 0,
                value(cell.ratio(cell.memory(), who, reference)),
                comparable ? cell.difference(cell.memory(), who, reference) : 0);
    }

    private static VerdictModel verdict(SweepVerdict verdict) {
        return new VerdictModel(
                verdict.who().label(),
                verdict.best().label(),
                value(verdict.speed()),
                verdict.speedGoal().map(SweepVerdict.Goal::label).orElse(null),
                value(verdict.memory()),
                verdict.memoryGoal().map(SweepVerdict.Goal::label).orElse(null),
                verdict.dominatedBy().stream().map(Contestant::label).toList());
    }

    private static Value value(Optional<Summary> summary) {
        return summary.map(SettingsModel::value).orElse(null);
    }

    private static Value value(Summary summary) {
        return new Value(summary.median(), summary.low(), summary.high(), summary.rounds());
    }
}
