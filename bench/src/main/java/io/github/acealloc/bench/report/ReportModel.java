/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import io.github.acealloc.bench.Contestant;
import io.github.acealloc.bench.Measurement.Curve;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.plan.Cell;
import io.github.acealloc.bench.run.Results;
import io.github.acealloc.bench.stats.Summary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the page shows, with every judgement already made: the script in the page only draws.
 *
 * @param machine what was measured on
 * @param quick whether this was the short comparison
 * @param rounds the largest number of rounds of any cell
 * @param coverage probability in percent that an interval of that many rounds holds the true median
 * @param allocators names in the order they are shown
 * @param metrics the quantities in the order they are shown
 * @param cells one entry for each row of the comparison
 * @param failures one message for each run that failed
 */
record ReportModel(
        Machine machine,
        boolean quick,
        int rounds,
        double coverage,
        List<String> allocators,
        List<MetricInfo> metrics,
        List<CellModel> cells,
        List<String> failures) {
    /** A quantity's name, unit and good direction. */
    record MetricInfo(String name, String unit, String better) {}

    /** One row: what was run, the values and verdict of each metric by its name, and the curves by allocator. */
    record CellModel(
            String workload,
            String family,
            String summary,
            String title,
            Map<String, String> parameters,
            Map<String, Map<String, Value>> values,
            Map<String, VerdictModel> verdicts,
            Map<String, Curve> curves,
            List<String> failed) {}

    /** A median with its interval. */
    record Value(double median, double low, double high, int rounds) {}

    /** How ACE stands against the best rival; without a ratio if there is none that means something. */
    record VerdictModel(String best, Double ratio, String outcome) {}

    static ReportModel of(Results results, Machine machine, boolean quick) {
        List<CellModel> cells = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        List<Contestant> allocators = new ArrayList<>();
        results.samples().forEach((cell, row) -> {
            if (allocators.isEmpty()) {
                allocators.addAll(row.keySet());
            }
            cells.add(cell(cell, row));
            row.forEach((allocator, samples) -> samples.failures()
                    .forEach(message -> failures.add(cell.title() + ", " + allocator.label() + ", " + message)));
        });
        int rounds = cells.stream()
                .flatMap(cell -> cell.values().values().stream())
                .flatMap(values -> values.values().stream())
                .mapToInt(Value::rounds)
                .max()
                .orElse(0);
        return new ReportModel(
                machine,
                quick,
                rounds,
                100 * Summary.coverage(rounds),
                allocators.stream().map(Contestant::label).toList(),
                Arrays.stream(Metric.values()).map(ReportModel::info).toList(),
                cells,
                failures);
    }

    private static MetricInfo info(Metric metric) {
        return new MetricInfo(
                metric.label(), metric.unit(), metric.better().name().toLowerCase(Locale.ROOT));
    }

    private static CellModel cell(Cell cell, Map<Contestant, Results.Samples> row) {
        Map<String, Map<String, Value>> values = new LinkedHashMap<>();
        Map<String, VerdictModel> verdicts = new LinkedHashMap<>();
        for (Metric metric : Metric.values()) {
            Map<String, Value> byAllocator = new LinkedHashMap<>();
            row.forEach((allocator, samples) -> {
                if (!samples.values(metric).isEmpty()) {
                    byAllocator.put(allocator.label(), value(Summary.of(samples.values(metric))));
                }
            });
            if (!byAllocator.isEmpty()) {
                values.put(metric.label(), byAllocator);
            }
            Verdict.of(metric, row).ifPresent(verdict -> verdicts.put(metric.label(), verdict(verdict)));
        }
        List<String> failed = row.entrySet().stream()
                .filter(entry -> !entry.getValue().failures().isEmpty())
                .map(entry -> entry.getKey().label())
                .toList();
        Map<String, Curve> curves = new LinkedHashMap<>();
        row.forEach((allocator, samples) -> samples.curve().ifPresent(curve -> curves.put(allocator.label(), curve)));
        return new CellModel(
                cell.workload().toString(),
                cell.workload().family().toString(),
                cell.workload().summary(),
                cell.title(),
                cell.parameters(),
                values,
                verdicts,
                curves,
                failed);
    }

    private static Value value(Summary summary) {
        return new Value(summary.median(), summary.low(), summary.high(), summary.rounds());
    }

    private static VerdictModel verdict(Verdict verdict) {
        return new VerdictModel(
                verdict.best().label(),
                Double.isNaN(verdict.ratio()) ? null : verdict.ratio(),
                verdict.outcome().name().toLowerCase(Locale.ROOT));
    }
}
