/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import io.github.acealloc.bench.Metric;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What a setting is paid for with, time or memory. Less is always better. */
enum Cost {
    TIME(Metric.TIME, "time", "ns"),
    BURST(Metric.BURST, "burst", "ms"),
    REQUEST(Metric.THROUGHPUT, "time per request", "us"),
    HELD(Metric.HELD, "held memory", "MiB"),
    RSS(Metric.RSS, "rss", "MiB"),
    RSS_GROWTH(Metric.RSS_GROWTH, "rss growth", "MiB");

    /** A workload's time is the first of these that it measures. */
    static final List<Cost> TIMES = List.of(TIME, BURST, REQUEST);

    /** A workload's memory is the first of these that it measures. */
    static final List<Cost> MEMORIES = List.of(HELD, RSS, RSS_GROWTH);

    private final Metric metric;
    private final String label;
    private final String unit;

    Cost(Metric metric, String label, String unit) {
        this.metric = metric;
        this.label = label;
        this.unit = unit;
    }

    String label() {
        return label;
    }

    String unit() {
        return unit;
    }

    /** The smallest difference that means anything. */
    double resolution() {
        return this == REQUEST ? 0 : metric.resolution();
    }

    /** Returns the cost of one round, or NaN if it was not measured. */
    double of(Map<Metric, Double> round) {
        double value = round.getOrDefault(metric, Double.NaN);
        return this == REQUEST ? TimeUnit.SECONDS.toMicros(1) / value : value;
    }
}
