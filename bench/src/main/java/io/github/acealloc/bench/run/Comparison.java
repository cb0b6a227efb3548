/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.run;

import io.github.acealloc.bench.Contestant;
import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.plan.Cell;
import io.github.acealloc.bench.plan.Family;
import io.github.acealloc.bench.plan.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The main loop: rounds over all cells, and in each cell all contestants one after the other.
 *
 * <p>Rounds are interleaved, so that a machine that gets slower or faster meanwhile does so for all alike;
 * within a cell the order is rotated from round to round, so that nobody always runs first.
 */
public final class Comparison {
    private final List<Cell> cells;
    private final List<Contestant> contestants;
    private final int rounds;
    private final Timing timing;
    private final Duration limit;
    private final Map<Family, CellRunner> runners;

    Comparison(
            List<Cell> cells,
            List<? extends Contestant> contestants,
            int rounds,
            Timing timing,
            Duration limit,
            Map<Family, CellRunner> runners) {
        this.cells = List.copyOf(cells);
        this.contestants = List.copyOf(contestants);
        this.rounds = rounds;
        this.timing = timing;
        this.limit = limit;
        this.runners = Map.copyOf(runners);
    }

    /** Number of runs, each in its own JVM, if all rounds are done. */
    int runs() {
        return rounds * cells.size() * contestants.size();
    }

    /** The time all rounds are expected to take. */
    Duration estimate() {
        Duration round = Duration.ZERO;
        for (Cell cell : cells) {
            round = round.plus(timing.run(cell.workload()).multipliedBy(contestants.size()));
        }
        boolean anyHttp = cells.stream().anyMatch(cell -> cell.workload() == Workload.HTTP);
        Duration calibration = anyHttp ? timing.calibration().multipliedBy(contestants.size()) : Duration.ZERO;
        return round.multipliedBy(rounds).plus(calibration);
    }

    /**
     * Does the rounds. After the first, a round is begun only if it should end within the time limit.
     *
     * @param afterRound called with everything measured so far
     */
    Results run(Progress progress, Consumer<Results> afterRound) throws InterruptedException {
        Results results = new Results(cells, contestants);
        long start = System.nanoTime();
        for (int round = 1; round <= rounds; round++) {
            Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
            if (round > 1 && elapsed.plus(elapsed.dividedBy(round - 1)).compareTo(limit) > 0) {
                progress.note("No time for round " + round + " of " + rounds + " within " + limit.toSeconds() + " s.");
                break;
            }
            for (int c = 0; c < cells.size(); c++) {
                for (Contestant contestant : rotated(round + c)) {
                    progress.begin("round " + round + "/" + rounds + ", "
                            + cells.get(c).title() + ", " + contestant.label());
                    runOne(cells.get(c), contestant, round, results, progress);
                    progress.step();
                }
            }
            afterRound.accept(results);
        }
        return results;
    }

    private void runOne(Cell cell, Contestant contestant, int round, Results results, Progress progress)
            throws InterruptedException {
        CellRunner runner = runners.get(cell.workload().family());
        try {
            Measurement measured = runner.run(cell, contestant, round);
            if (!measured.values().containsKey(cell.workload().primary())) {
                throw new IllegalStateException("measured: " + measured.values().keySet() + " (expected: also "
                        + cell.workload().primary() + ")");
            }
            results.add(cell, contestant, round, measured);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) { // whatever it is, it belongs into the report and must not end the other cells
            results.addFailure(cell, contestant, round, e.toString());
            progress.note("FAILED: " + cell.title() + ", " + contestant.label() + ", round " + round + ": " + e);
        }
    }

    private List<Contestant> rotated(int by) {
        List<Contestant> order = new ArrayList<>(contestants);
        Collections.rotate(order, -by);
        return order;
    }
}
