/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import io.github.acealloc.bench.Contestant;
import io.github.acealloc.bench.plan.Sweep;
import io.github.acealloc.bench.stats.Summary;
import java.util.List;
import java.util.Optional;

/**
 * How ACE stands in one cell against fixed settings that were chosen for it: against the fastest of them, which without
 * the sweep nobody would know.
 *
 * @param who ACE as it learns, or with its built-in limits
 * @param best the fastest fixed setting
 * @param speed operations in the time in which the best does one
 * @param memory ACE's memory divided by the best's
 * @param dominatedBy fixed settings that are beyond noise both faster and smaller
 */
record SweepVerdict(
        Contestant who,
        Contestant best,
        Optional<Summary> speed,
        Optional<Summary> memory,
        List<Contestant> dominatedBy) {
    /** The least share of the best fixed setting's speed. */
    static final double SPEED_GOAL = 0.95;

    /** The most memory, in that setting's. */
    static final double MEMORY_GOAL = 1.10;

    /** Whether a goal is reached. */
    enum Goal {
        MET("met"),
        /** The median misses it, the interval does not. */
        WITHIN_NOISE("within noise"),
        MISSED("MISSED");

        private final String label;

        Goal(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    /** Returns the verdicts on ACE in one cell: none if it, or every fixed setting, failed. */
    static List<SweepVerdict> of(Tradeoff cell) {
        Optional<Contestant> best = cell.fastest(Sweep::isFixed);
        return best.isEmpty()
                ? List.of()
                : cell.contestants(who -> !Sweep.isFixed(who)).stream()
                        .map(who -> of(cell, who, best.get()))
                        .toList();
    }

    private static SweepVerdict of(Tradeoff cell, Contestant who, Contestant best) {
        return new SweepVerdict(
                who,
                best,
                cell.ratio(cell.time(), best, who),
                cell.ratio(cell.memory(), who, best),
                cell.dominating(who, Sweep::isFixed));
    }

    /** Whether ACE is fast enough. */
    Optional<Goal> speedGoal() {
        return speed.map(s -> goal(s.median() >= SPEED_GOAL, s.high() >= SPEED_GOAL));
    }

    /** Whether ACE is small enough. */
    Optional<Goal> memoryGoal() {
        return memory.map(m -> goal(m.median() <= MEMORY_GOAL, m.low() <= MEMORY_GOAL));
    }

    private static Goal goal(boolean median, boolean interval) {
        return median ? Goal.MET : interval ? Goal.WITHIN_NOISE : Goal.MISSED;
    }
}
