/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import io.github.acealloc.bench.AllocatorKind;
import io.github.acealloc.bench.Contestant;
import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.plan.Cell;
import io.github.acealloc.bench.plan.Plan;
import io.github.acealloc.bench.plan.Workload;
import io.github.acealloc.bench.run.Results;
import java.util.List;
import java.util.Map;

/** Made-up results. */
final class Samples {
    static final List<AllocatorKind> KINDS = List.of(AllocatorKind.ACE, AllocatorKind.POOLED, AllocatorKind.ADAPTIVE);
    static final Cell CELL = Plan.quick(List.of(Workload.SINGLE_PAIR)).get(0);
    static final Cell SERVER = Plan.quick(List.of(Workload.HTTP)).get(0);

    static final Cell MEMORY = Plan.quick(List.of(Workload.MLEAK)).get(0);

    private static final double[] NOISE = {0.97, 1, 1.03};

    private Samples() {}

    /** One row with three rounds for each allocator, a few per cent around the given medians. */
    static Map<Contestant, Results.Samples> row(Metric metric, double ace, double pooled, double adaptive) {
        Results results = new Results(List.of(CELL), KINDS);
        add(results, CELL, metric, ace, pooled, adaptive);
        return results.samples().get(CELL);
    }

    /** Two cells; in the second one Pooled fails with a message that would break careless HTML. */
    static Results results() {
        Results results = new Results(List.of(CELL, SERVER), KINDS);
        add(results, CELL, Metric.TIME, 8, 40, 13);
        add(results, CELL, Metric.RSS, 92, 80, 95);
        add(results, CELL, Metric.GARBAGE, 0.01, 6, 3);
        results.add(
                CELL,
                AllocatorKind.ACE,
                1,
                Measurement.of(Map.of(Metric.HOT, 99.5, Metric.WARM, 0.5, Metric.COLD, 0.0)));
        for (int r = 0; r < NOISE.length; r++) {
            double noise = NOISE[r];
            results.add(
                    SERVER,
                    AllocatorKind.ACE,
                    r + 1,
                    Measurement.of(Map.of(Metric.THROUGHPUT, 50_000 * noise, Metric.P99, 900 * noise)));
            results.add(
                    SERVER,
                    AllocatorKind.ADAPTIVE,
                    r + 1,
                    Measurement.of(Map.of(Metric.THROUGHPUT, 40_000 * noise, Metric.P99, 500 * noise)));
            results.addFailure(SERVER, AllocatorKind.POOLED, r + 1, "</script><b>,\"no luck\"\n<!-- at all");
        }
        return results;
    }

    /** A memory workload with a curve and with ACE's heaps; its memory per thread shrinks under ACE. */
    static Results memory() {
        Results results = new Results(List.of(MEMORY), KINDS);
        for (int i = 0; i < KINDS.size(); i++) {
            Measurement.Curve curve = new Measurement.Curve(
                    "threads", "MiB", List.of(new Measurement.Point(10, i), new Measurement.Point(20, 2 * i)));
            results.add(MEMORY, KINDS.get(i), 1, new Measurement(Map.of(Metric.RSS_PER_THREADS, 8.0 * i - 3), curve));
        }
        results.add(MEMORY, AllocatorKind.ACE, 1, Measurement.of(Map.of(Metric.HEAPS, 11.0, Metric.ADOPTIONS, 9990.0)));
        return results;
    }

    private static void add(Results results, Cell cell, Metric metric, double... medians) {
        for (int r = 0; r < NOISE.length; r++) {
            double noise = NOISE[r];
            for (int i = 0; i < KINDS.size(); i++) {
                results.add(cell, KINDS.get(i), r + 1, Measurement.of(Map.of(metric, medians[i] * noise)));
            }
        }
    }
}
