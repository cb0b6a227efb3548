/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control.sim;

import java.util.HashMap;
import java.util.Map;

/**
 * What caches with fixed caps cost on one trace. How often such a cache misses and how much it holds does not depend on prices,
 * so each cap is run once.
 */
final class FixedCaps {
    /** Blocks of a refill or spill. */
    static final int BATCH = 16;

    /** What a refill or spill takes. */
    static final double MISS_NANOS = 160;

    private static final int[] GRID = {
        0, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 4096
    };

    private final Trace trace;
    private final Map<Integer, Run> runs = new HashMap<>();

    /** What one cap led to. */
    private record Run(long misses, double blockNanos) {}

    FixedCaps(Trace trace) {
        this.trace = trace;
    }

    /** In cores. */
    double cost(int cap, double blockPrice) {
        Run run = runs.computeIfAbsent(cap, this::run);
        return (run.misses() * MISS_NANOS + run.blockNanos() * blockPrice) / trace.nanos();
    }

    /** The cap that costs least. */
    int best(double blockPrice) {
        int best = GRID[0];
        for (int cap : GRID) {
            best = cost(cap, blockPrice) < cost(best, blockPrice) ? cap : best;
        }
        return best;
    }

    private Run run(int cap) {
        int level = 0;
        long misses = 0;
        double blockNanos = 0;
        long last = 0;
        for (int i = 0; i < trace.events(); i++) {
            blockNanos += (double) level * (trace.time(i) - last);
            last = trace.time(i);
            if (trace.allocates(i)) {
                if (level == 0) {
                    misses++;
                    level = Math.min(BATCH, Math.max(cap, 1));
                }
                level--;
            } else {
                if (level >= cap) {
                    misses++;
                    level -= Math.min(BATCH, level);
                }
                level += cap > 0 ? 1 : 0;
            }
        }
        return new Run(misses, blockNanos);
    }
}
