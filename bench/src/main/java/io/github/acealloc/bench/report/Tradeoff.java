/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import io.github.acealloc.bench.Contestant;
import io.github.acealloc.bench.plan.Cell;
import io.github.acealloc.bench.run.Results;
import io.github.acealloc.bench.stats.Summary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What time and memory each contestant takes in one cell.
 *
 * <p>Two contestants are compared round by round, because what a round has in common is most of the noise: they differ
 * <em>beyond noise</em> if the interval of their ratio does not hold 1 and their medians differ by the metric's resolution. A contestant is <em>dominated</em> by one that is beyond noise both faster and
 * smaller. The <em>front</em> are those to whose medians nobody else's are as good in both and better in one.
 *
 * @param cell what was done
 * @param time the time that it took
 * @param memory the memory that it took
 * @param row what each contestant did
 */
record Tradeoff(Cell cell, Cost time, Cost memory, Map<Contestant, Results.Samples> row) {
    private static final Results.Samples NOTHING = new Results.Samples();

    /** A median of each with its interval. */
    record Point(Summary time, Summary memory) {}

    /** Returns all cells that measure both time and memory. */
    static List<Tradeoff> all(Results results) {
        List<Tradeoff> all = new ArrayList<>();
        results.samples().forEach((cell, row) -> {
            Optional<Cost> time = measured(Cost.TIMES, row);
            Optional<Cost> memory = measured(Cost.MEMORIES, row);
            if (time.isPresent() && memory.isPresent()) {
                all.add(new Tradeoff(cell, time.get(), memory.get(), row));
            }
        });
        return all;
    }

    private static Optional<Cost> measured(List<Cost> costs, Map<Contestant, Results.Samples> row) {
        return costs.stream()
                .filter(cost -> row.values().stream()
                        .anyMatch(samples -> !values(cost, samples).isEmpty()))
                .findFirst();
    }

    /** What one did: nothing if it was not among those that were measured. */
    private Results.Samples samples(Contestant who) {
        return row.getOrDefault(who, NOTHING);
    }

    private static List<Double> values(Cost cost, Results.Samples samples) {
        return samples.rounds().values().stream()
                .map(cost::of)
                .filter(value -> !value.isNaN())
                .toList();
    }

    /** Returns where a contestant stands, if it measured both. */
    Optional<Point> point(Contestant who) {
        List<Double> times = values(time, samples(who));
        List<Double> memories = values(memory, samples(who));
        return times.isEmpty() || memories.isEmpty()
                ? Optional.empty()
                : Optional.of(new Point(Summary.of(times), Summary.of(memories)));
    }

    /** Returns the contestants of a kind that measured both. */
    List<Contestant> contestants(Predicate<Contestant> kind) {
        return row.keySet().stream()
                .filter(kind)
                .filter(who -> point(who).isPresent())
                .toList();
    }

    /** Returns the fastest of a kind by its median; of equally fast ones the smaller. */
    Optional<Contestant> fastest(Predicate<Contestant> kind) {
        Comparator<Contestant> byTime = Comparator.comparingDouble(this::medianTime);
        return contestants(kind).stream().min(byTime.thenComparingDouble(this::medianMemory));
    }

    /**
     * Returns what one takes divided by what another takes, round by round, so that a machine that gets slower does not
     * matter; nothing if no round gave two positive values.
     */
    Optional<Summary> ratio(Cost cost, Contestant one, Contestant other) {
        List<Double> ratios = new ArrayList<>();
        samples(one).rounds().forEach((round, values) -> {
            double a = cost.of(values);
            double b = cost.of(samples(other).rounds().getOrDefault(round, Map.of()));
            if (a > 0 && b > 0) {
                ratios.add(a / b);
            }
        });
        return ratios.isEmpty() ? Optional.empty() : Optional.of(Summary.of(ratios));
    }

    /** Returns those of a kind whose medians nobody of that kind beats, from the smallest to the fastest. */
    List<Contestant> front(Predicate<Contestant> kind) {
        List<Contestant> all = contestants(kind);
        return all.stream()
                .filter(who -> all.stream().noneMatch(other -> beats(other, who)))
                .sorted(Comparator.comparingDouble(this::medianMemory))
                .toList();
    }

    private boolean beats(Contestant one, Contestant other) {
        double time = medianTime(one) - medianTime(other);
        double memory = medianMemory(one) - medianMemory(other);
        return time <= 0 && memory <= 0 && (time < 0 || memory < 0);
    }

    /** Returns those of a kind that are beyond noise both faster and smaller. */
    List<Contestant> dominating(Contestant who, Predicate<Contestant> kind) {
        return contestants(kind).stream()
                .filter(other -> difference(time, who, other) > 0 && difference(memory, who, other) > 0)
                .toList();
    }

    /** Returns whether one takes beyond noise more (1) or less (-1) than another, or neither (0). */
    int difference(Cost cost, Contestant one, Contestant other) {
        Summary a = summary(cost, one);
        Summary b = summary(cost, other);
        boolean same = ratio(cost, one, other)
                .map(ratio -> ratio.low() <= 1 && ratio.high() >= 1)
                .orElseGet(() -> a.overlaps(b)); // a ratio to nothing says nothing
        boolean noise = same || Math.abs(a.median() - b.median()) < cost.resolution();
        return noise ? 0 : Double.compare(a.median(), b.median());
    }

    private Summary summary(Cost cost, Contestant who) {
        return Summary.of(values(cost, samples(who)));
    }

    private double medianTime(Contestant who) {
        return summary(time, who).median();
    }

    private double medianMemory(Contestant who) {
        return summary(memory, who).median();
    }
}
