/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.control.Policy;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.slab.SizeClasses;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * How good the policies are: what each costs, from a cold start, over what the best fixed cap of that trace would have cost,
 * which nobody knows before. 1.00 is perfect. Beside them the defaults, as they are without a loop, and the rule that the
 * design was found with, which looks at the whole trace first.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CapSimulationTest {
    private static final long TURN = 100_000_000;
    private static final long SHORT_TURN = 10_000_000;

    /** A trace of fewer turns than this gets short ones. */
    private static final int FEW = 10;

    private static final int[] GIB_PER_CORE = {1, 8, 32};
    private static final int[] SIZES = {256, 2048, 16384};
    private static final String RULE = "rule";
    private static final String DEFAULTS = "defaults";

    private final Map<String, List<Double>> ratios = new TreeMap<>();
    private final StringBuilder table = new StringBuilder();

    @BeforeAll
    void simulate() {
        table.append(String.format(
                Locale.ROOT,
                "%-22s %7s %5s %6s %5s %6s %6s %6s %6s %8s%n",
                "trace",
                "seconds",
                "GiB",
                "bytes",
                "best",
                RULE,
                "swing",
                "marks",
                "fixed",
                DEFAULTS));
        for (Trace trace : List.of(
                Processes.poisson(1.2),
                Processes.twoLives(1.2),
                Processes.bursts("bursts, fast", 1e-3, 3),
                Processes.bursts("bursts, slow", 1, 30),
                Processes.onOff(3, 1))) {
            compare(trace, SIZES, TURN);
        }
        for (Trace trace : List.of(
                Processes.poisson(0.12),
                Processes.twoLives(0.12),
                Processes.bursts("bursts, fast", 1e-3, 0.3),
                Processes.bursts("bursts, slow", 1, 15))) {
            compare(trace, SIZES, SHORT_TURN);
        }
        for (String name : RecordedTraces.NAMES) {
            Trace trace = RecordedTraces.read(name);
            compare(trace, new int[] {RecordedTraces.blockBytes(name)}, trace.nanos() < FEW * TURN ? SHORT_TURN : TURN);
        }
        ratios.forEach((who, all) -> {
            Collections.sort(all);
            table.append(String.format(
                    Locale.ROOT,
                    "%-10s median %.2f, worst %.2f, geometric mean %.3f%n",
                    who,
                    all.get(all.size() / 2),
                    worst(who),
                    geometricMean(who)));
        });
        System.out.println(table);
    }

    private void compare(Trace trace, int[] sizes, long turn) {
        FixedCaps fixed = new FixedCaps(trace);
        for (int gib : GIB_PER_CORE) {
            for (int bytes : sizes) {
                compare(trace, fixed, gib, bytes, turn);
            }
        }
    }

    private void compare(Trace trace, FixedCaps fixed, int gib, int bytes, long turn) {
        double price = 1 / (gib * (double) (1 << 30));
        double blockPrice = bytes * price;
        int best = fixed.best(blockPrice);
        double least = fixed.cost(best, blockPrice);
        int sizeClass = SizeClasses.of(bytes);
        double tau = FixedCaps.MISS_NANOS / FixedCaps.BATCH / blockPrice;
        double rule = add(RULE, fixed.cost(SwingRule.cap(trace, tau), blockPrice) / least);
        double defaults = add(DEFAULTS, fixed.cost(Knobs.defaults().cap(sizeClass), blockPrice) / least);
        Map<Policy, Double> policies = new EnumMap<>(Policy.class);
        for (Policy policy : Policy.values()) {
            int startCap = Knobs.defaults().cap(sizeClass);
            double cost = new ClosedLoop(trace, bytes, price, startCap, policy).cost(turn);
            policies.put(policy, add(policy.toString(), cost / least));
        }
        table.append(String.format(
                Locale.ROOT,
                "%-22s %7.2f %5d %6d %5d %6.2f %6.2f %6.2f %6.2f %8.2f%n",
                trace.name(),
                trace.nanos() / 1e9,
                gib,
                bytes,
                best,
                rule,
                policies.get(Policy.SWING),
                policies.get(Policy.MARKS),
                policies.get(Policy.FIXED),
                defaults));
    }

    private double add(String who, double ratio) {
        ratios.computeIfAbsent(who, w -> new ArrayList<>()).add(ratio);
        return ratio;
    }

    private double geometricMean(String who) {
        return Math.exp(
                ratios.get(who).stream().mapToDouble(Math::log).average().orElseThrow());
    }

    private double worst(String who) {
        return Collections.max(ratios.get(who));
    }

    @Test
    void theWaterMarksCostLittleMoreThanTheBestFixedCap() {
        assertThat(geometricMean("marks")).as(table.toString()).isLessThanOrEqualTo(1.15);
    }

    @Test
    void theWaterMarksNeverCostMuchMore() {
        assertThat(worst("marks")).as(table.toString()).isLessThanOrEqualTo(3);
    }

    @Test
    void theWaterMarksBeatARuleThatKnowsTheWholeTrace() {
        assertThat(geometricMean("marks")).as(table.toString()).isLessThan(geometricMean(RULE));
    }
}
