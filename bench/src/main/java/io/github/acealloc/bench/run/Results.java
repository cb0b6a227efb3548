/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.run;

import io.github.acealloc.bench.Contestant;
import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.plan.Cell;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Every value measured so far, and every run that failed. */
public final class Results {
    /** What one contestant did in one cell: its values of each round, and the failures. */
    public static final class Samples {
        private final SortedMap<Integer, Map<Metric, Double>> rounds = new TreeMap<>();
        private final SortedMap<Integer, String> failures = new TreeMap<>();
        private Measurement.Curve curve;

        /** The values of one metric in the order of the rounds; empty if there are none. */
        public List<Double> values(Metric metric) {
            return rounds.values().stream()
                    .filter(values -> values.containsKey(metric))
                    .map(values -> values.get(metric))
                    .toList();
        }

        /** What each round that succeeded gave, by its number. */
        public SortedMap<Integer, Map<Metric, Double>> rounds() {
            return Collections.unmodifiableSortedMap(rounds);
        }

        /** The curve of the first round that gave one. */
        public Optional<Measurement.Curve> curve() {
            return Optional.ofNullable(curve);
        }

        /** One message for each round that failed. */
        public List<String> failures() {
            List<String> messages = new ArrayList<>();
            failures.forEach((round, message) -> messages.add("round " + round + ": " + message));
            return messages;
        }

        /** Why each round that failed did, by its number. */
        public SortedMap<Integer, String> failedRounds() {
            return Collections.unmodifiableSortedMap(failures);
        }
    }

    private final Map<Cell, Map<Contestant, Samples>> samples = new LinkedHashMap<>();

    /** Makes room for every cell and contestant, in the order in which they will be reported. */
    public Results(List<Cell> cells, List<? extends Contestant> contestants) {
        for (Cell cell : cells) {
            Map<Contestant, Samples> row = new LinkedHashMap<>();
            contestants.forEach(contestant -> row.put(contestant, new Samples()));
            samples.put(cell, row);
        }
    }

    /** Adds what one run measured. */
    public void add(Cell cell, Contestant contestant, int round, Measurement measured) {
        Samples row = samples.get(cell).get(contestant);
        if (row.curve == null) {
            row.curve = measured.curve();
        }
        Map<Metric, Double> values = row.rounds.computeIfAbsent(round, r -> new EnumMap<>(Metric.class));
        measured.values().forEach((metric, value) -> {
            if (!value.isNaN()) {
                values.put(metric, value);
            }
        });
    }

    /** Adds a run that failed. */
    public void addFailure(Cell cell, Contestant contestant, int round, String message) {
        samples.get(cell).get(contestant).failures.put(round, message);
    }

    /** The cells in order, each with its contestants in order. */
    public Map<Cell, Map<Contestant, Samples>> samples() {
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
