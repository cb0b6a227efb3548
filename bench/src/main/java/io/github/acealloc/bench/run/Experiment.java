/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.run;

import io.github.acealloc.bench.Contestant;
import io.github.acealloc.bench.plan.Cell;
import java.time.Duration;
import java.util.List;

/**
 * What is measured, and how long.
 *
 * @param name the command that asks for it
 * @param cells what each contestant does
 * @param contestants who does it
 * @param rounds how often
 * @param timing how long one run takes
 * @param limit no round is begun, after the first, that would not end within it
 * @param jvmArgs options of all measured JVMs
 */
public record Experiment(
        String name,
        List<Cell> cells,
        List<? extends Contestant> contestants,
        int rounds,
        Timing timing,
        Duration limit,
        List<String> jvmArgs) {
    /** As long as it takes. */
    public static final Duration NO_LIMIT = Duration.ofDays(365);
}
