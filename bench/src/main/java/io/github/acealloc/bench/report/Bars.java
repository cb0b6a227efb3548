/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.plan.Cell;
import io.github.acealloc.bench.plan.Workload;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * One group of bars of the {@link Picture}: what one cell took of one thing, time or memory, with each allocator.
 *
 * @param title the cell in a few words
 * @param unit what is counted
 * @param bars allocator to its bar, in the order of the results
 */
record Bars(String title, String unit, Map<String, Bar> bars) {
    /** The first of these that a cell has measured is its time. */
    private static final List<Metric> TIMES = List.of(Metric.TIME, Metric.BURST, Metric.THROUGHPUT);

    /** The first of these that a cell has measured is its memory. */
    private static final List<Metric> MEMORIES =
            List.of(Metric.RSS_AVERAGE, Metric.HELD, Metric.RSS, Metric.RSS_GROWTH);

    /** A median between the ends of its interval. Less is better. */
    record Bar(double value, double low, double high) {}

    /** The longest that a bar or its interval gets. */
    double longest() {
        return bars.values().stream().mapToDouble(Bar::high).max().orElse(0);
    }

    static List<Bars> times(List<ResultRecord> records) {
        return all(records, TIMES);
    }

    static List<Bars> memories(List<ResultRecord> records) {
        return all(records, MEMORIES);
    }

    /** One group for each cell; without bars where nothing of the kind was measured. */
    private static List<Bars> all(List<ResultRecord> records, List<Metric> metrics) {
        return records.stream()
                .collect(Collectors.groupingBy(
                        r -> List.of(r.workload(), r.parameters()), LinkedHashMap::new, Collectors.toList()))
                .values()
                .stream()
                .map(cell -> of(cell, metrics))
                .toList();
    }

    private static Bars of(List<ResultRecord> cell, List<Metric> metrics) {
        Map<String, Bar> bars = new LinkedHashMap<>();
        Metric metric = metrics.stream()
                .filter(m -> cell.stream().anyMatch(r -> isMeasured(r, m)))
                .findFirst()
                .orElse(metrics.get(0));
        cell.stream().filter(r -> isMeasured(r, metric)).forEach(r -> bars.put(r.allocator(), bar(r, metric)));
        return new Bars(title(cell.get(0)), unit(metric), bars);
    }

    private static String unit(Metric metric) {
        return switch (metric) {
            case TIME -> "ns";
            case THROUGHPUT -> "µs/request";
            case HELD -> "MiB held";
            case RSS, RSS_AVERAGE -> "MiB resident";
            case RSS_GROWTH -> "MiB more";
            default -> metric.unit();
        };
    }

    private static boolean isMeasured(ResultRecord record, Metric metric) {
        return record.metric().equals(metric.label()) && Objects.nonNull(record.value());
    }

    private static Bar bar(ResultRecord r, Metric metric) {
        if (metric == Metric.THROUGHPUT) {
            double second = TimeUnit.SECONDS.toMicros(1);
            return new Bar(second / r.value(), second / r.high(), second / r.low());
        }
        return new Bar(r.value(), r.low(), r.high());
    }

    private static String title(ResultRecord cell) {
        return switch (Workload.named(cell.workload())) {
            case PATTERN ->
                "%,d live buffers".formatted(Integer.valueOf(cell.parameters().get(Cell.LIVE)));
            case TINY_HOT -> "64 bytes, in batches";
            case SINGLE_PAIR -> "one buffer, in and out";
            case PRODUCER_CONSUMER -> "released elsewhere";
            case HTTP -> "HTTP server";
            case FOOTPRINT -> "burst, then silence";
            case GROWTH -> "drifting sizes";
            case LARSON -> "threads come and go";
            default -> cell.workload();
        };
    }
}
