/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import io.github.acealloc.bench.AllocatorKind;
import io.github.acealloc.bench.Contestant;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.run.Results;
import io.github.acealloc.bench.stats.Summary;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/**
 * How ACE stands against the best of the others in one cell.
 *
 * @param best the best rival
 * @param ratio ACE's median divided by that rival's; NaN unless both are positive, because then only their difference
 *     means something
 * @param outcome whether the difference is larger than the noise and large enough to matter
 */
record Verdict(Contestant best, double ratio, Outcome outcome) {
    /** Who is ahead. */
    enum Outcome {
        WON("won"),
        /** The intervals overlap, or the difference is too small to matter. */
        LEVEL("level"),
        LOST("LOST");

        private final String label;

        Outcome(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    /** Returns the verdict, or nothing if ACE or every rival has no value or the metric has no good direction. */
    static Optional<Verdict> of(Metric metric, Map<Contestant, Results.Samples> row) {
        Results.Samples aceSamples = row.get(AllocatorKind.ACE);
        if (metric.better() == Metric.Better.NEITHER
                || aceSamples == null
                || aceSamples.values(metric).isEmpty()) {
            return Optional.empty();
        }
        Summary ace = Summary.of(aceSamples.values(metric));
        boolean higher = metric.better() == Metric.Better.HIGHER;
        Comparator<Contestant> byMedian = Comparator.comparingDouble(
                kind -> Summary.of(row.get(kind).values(metric)).median());
        return row.keySet().stream()
                .filter(kind -> kind != AllocatorKind.ACE
                        && !row.get(kind).values(metric).isEmpty())
                .min(higher ? byMedian.reversed() : byMedian)
                .map(best -> against(best, metric, Summary.of(row.get(best).values(metric)), ace));
    }

    private static Verdict against(Contestant best, Metric metric, Summary rival, Summary ace) {
        boolean immaterial = Math.abs(ace.median() - rival.median()) < metric.resolution();
        boolean higher = metric.better() == Metric.Better.HIGHER;
        Outcome outcome;
        if (immaterial || ace.overlaps(rival)) {
            outcome = Outcome.LEVEL;
        } else {
            outcome = ace.median() > rival.median() == higher ? Outcome.WON : Outcome.LOST;
        }
        boolean comparable = ace.median() > 0 && rival.median() > 0;
        return new Verdict(best, comparable ? ace.median() / rival.median() : Double.NaN, outcome);
    }
}
