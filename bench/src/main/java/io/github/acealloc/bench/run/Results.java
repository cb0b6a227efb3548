/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.run;

import io.github.acealloc.bench.AllocatorKind;
import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.plan.Cell;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every value measured so far, and every run that failed. */
public final class Results {
    /** What one allocator did in one cell: a list of values per metric, one value a round, and the failures. */
    public static final class Samples {
        private final Map<Metric, List<Double>> values = new EnumMap<>(Metric.class);
        private final List<String> failures = new ArrayList<>();
        private Measurement.Curve curve;

        /** The values of one metric in the order of the rounds; empty if there are none. */
        public List<Double> values(Metric metric) {
            return values.getOrDefault(metric, List.of());
        }

        /** The curve of the first round that gave one. */
        public Optional<Measurement.Curve> curve() {
            return Optional.ofNullable(curve);
        }

        /** One message for each round that failed. */
        public List<String> failures() {
            return failures;
        }
    }

    private final Map<Cell, Map<AllocatorKind, Samples>> samples = new LinkedHashMap<>();

    /** Makes room for every cell and allocator, in the order in which they will be reported. */
    public Results(List<Cell> cells, List<AllocatorKind> allocators) {
        for (Cell cell : cells) {
            Map<AllocatorKind, Samples> row = new LinkedHashMap<>();
            allocators.forEach(allocator -> row.put(allocator, new Samples()));
            samples.put(cell, row);
        }
    }

    /** Adds what one run measured. */
    public void add(Cell cell, AllocatorKind allocator, Measurement measured) {
        Samples row = samples.get(cell).get(allocator);
        if (row.curve == null) {
            row.curve = measured.curve();
        }
        measured.values().forEach((metric, value) -> {
            if (!value.isNaN()) {
                row.values.computeIfAbsent(metric, m -> new ArrayList<>()).add(value);
            }
        });
    }

    /** Adds a run that failed. */
    public void addFailure(Cell cell, AllocatorKind allocator, int round, String message) {
        samples.get(cell).get(allocator).failures.add("round " + round + ": " + message);
    }

    /** The cells in order, each with its allocators in order. */
    public Map<Cell, Map<AllocatorKind, Samples>> samples() {
        return samples;
    }

    /** Number of runs that failed. */
    public int failures() {
        return samples.values().stream()
                .flatMap(row -> row.values().stream())
                .mapToInt(s -> s.failures.size())
                .sum();
    }
}
