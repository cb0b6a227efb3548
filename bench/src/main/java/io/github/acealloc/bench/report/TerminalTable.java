/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import io.github.acealloc.bench.AllocatorKind;
import io.github.acealloc.bench.Contestant;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.plan.Cell;
import io.github.acealloc.bench.run.Results;
import io.github.acealloc.bench.stats.Summary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The report as plain text: one table for each metric, one line for each cell. */
public final class TerminalTable {
    private final StringBuilder text = new StringBuilder();
    private final Results results;

    private TerminalTable(Results results) {
        this.results = results;
    }

    /** Returns the tables. */
    public static String of(Results results) {
        TerminalTable table = new TerminalTable(results);
        for (Metric metric : Metric.values()) {
            if (metric.better() != Metric.Better.NEITHER) {
                table.append(metric);
            }
        }
        table.appendAceOnly("Where ACE served its allocations from", "%");
        table.appendAceOnly("ACE's heaps, and how often one was taken over from a thread that ended", "count");
        return table.text.toString();
    }

    private void append(Metric metric) {
        List<List<String>> rows = new ArrayList<>();
        results.samples().forEach((cell, row) -> {
            if (row.values().stream().anyMatch(s -> !s.values(metric).isEmpty())
                    || cell.workload().primary() == metric) {
                rows.add(line(metric, cell, row));
            }
        });
        if (rows.isEmpty()) {
            return;
        }
        rows.add(0, header());
        text.append('\n')
                .append(metric.label())
                .append(" [")
                .append(metric.unit())
                .append("]")
                .append(
                        switch (metric.better()) {
                            case LOWER -> ", lower is better";
                            case HIGHER -> ", higher is better";
                            case NEITHER -> "";
                        })
                .append('\n');
        text.append(TextTable.of(rows, true));
    }

    private List<String> header() {
        List<String> header = new ArrayList<>(List.of(""));
        allocators().forEach(allocator -> header.add(allocator.label()));
        header.add("ACE / best rival");
        header.add("");
        return header;
    }

    /** One line per cell with ACE's own figures of a unit. */
    private void appendAceOnly(String title, String unit) {
        List<Metric> metrics = Arrays.stream(Metric.values())
                .filter(metric -> metric.better() == Metric.Better.NEITHER
                        && metric.unit().equals(unit))
                .toList();
        List<List<String>> rows = new ArrayList<>();
        results.samples().forEach((cell, row) -> {
            Results.Samples ace = row.get(AllocatorKind.ACE);
            if (ace != null
                    && metrics.stream().anyMatch(metric -> !ace.values(metric).isEmpty())) {
                List<String> line = new ArrayList<>(List.of(cell.title()));
                metrics.forEach(metric -> line.add(median(ace, metric)));
                rows.add(line);
            }
        });
        if (!rows.isEmpty()) {
            List<String> header = new ArrayList<>(List.of(""));
            metrics.forEach(metric -> header.add(metric.label()));
            rows.add(0, header);
            text.append(String.format("%n%s [%s]%n", title, unit));
            text.append(TextTable.of(rows, false));
        }
    }

    private static String median(Results.Samples samples, Metric metric) {
        List<Double> values = samples.values(metric);
        return values.isEmpty() ? "-" : number(Summary.of(values).median());
    }

    private List<Contestant> allocators() {
        return results.samples().values().stream()
                .findFirst()
                .map(row -> List.copyOf(row.keySet()))
                .orElse(List.of());
    }

    private List<String> line(Metric metric, Cell cell, Map<Contestant, Results.Samples> row) {
        List<String> line = new ArrayList<>(List.of(cell.title()));
        row.forEach((allocator, samples) -> {
            if (!samples.values(metric).isEmpty()) {
                line.add(value(Summary.of(samples.values(metric))));
            } else {
                line.add(samples.failures().isEmpty() ? "-" : "FAILED");
            }
        });
        Optional<Verdict> verdict = Verdict.of(metric, row);
        line.add(verdict.map(Verdict::ratio)
                .filter(ratio -> !ratio.isNaN())
                .map(TerminalTable::number)
                .orElse("-"));
        line.add(verdict.map(v -> v.outcome().label()).orElse(""));
        return line;
    }

    static String value(Summary summary) {
        return number(summary.median()) + " (" + number(summary.low()) + "-" + number(summary.high()) + ")";
    }

    /** Three significant digits, which is more than the noise allows. */
    static String number(double value) {
        double size = Math.abs(value);
        int decimals = size >= 100 ? 0 : size >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
