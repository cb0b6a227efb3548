/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import io.github.acealloc.bench.Contestant;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.plan.Cell;
import io.github.acealloc.bench.run.Results;
import io.github.acealloc.bench.stats.Summary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Turns measured values into the records of the report. */
final class Records {
    private Records() {}

    static List<ResultRecord> of(Results results, Machine machine) {
        List<ResultRecord> records = new ArrayList<>();
        for (Map.Entry<Cell, Map<Contestant, Results.Samples>> cell :
                results.samples().entrySet()) {
            cell.getValue().forEach((allocator, samples) -> {
                for (Metric metric : Metric.values()) {
                    boolean failedOutright = metric == cell.getKey().workload().primary()
                            && !samples.failures().isEmpty();
                    if (!samples.values(metric).isEmpty() || failedOutright) {
                        records.add(record(cell.getKey(), allocator, metric, samples, machine));
                    }
                }
            });
        }
        return records;
    }

    private static ResultRecord record(
            Cell cell, Contestant allocator, Metric metric, Results.Samples samples, Machine machine) {
        List<Double> values = samples.values(metric);
        Summary summary = values.isEmpty() ? null : Summary.of(values);
        return new ResultRecord(
                cell.workload().toString(),
                cell.parameters(),
                allocator.label(),
                metric.label(),
                metric.unit(),
                metric.better().name().toLowerCase(Locale.ROOT),
                summary == null ? null : summary.median(),
                summary == null ? null : summary.low(),
                summary == null ? null : summary.high(),
                values.size(),
                values,
                samples.failures(),
                machine.java(),
                machine.cpu());
    }
}
