/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.bench.plan.Workload;
import java.time.Duration;

/** How large the memory workloads are. */
public enum Scale {
    /** For figures that are to be quoted. */
    FULL,
    /** For a first look. */
    QUICK;

    /** About how long one run of a memory workload takes. */
    public Duration expected(Workload workload) {
        return create(workload).expected();
    }

    MemoryWorkload create(Workload workload) {
        boolean full = this == FULL;
        return switch (workload) {
            case FOOTPRINT -> full ? Footprint.FULL : Footprint.QUICK;
            case GROWTH -> full ? Growth.FULL : Growth.QUICK;
            case LARSON -> full ? Larson.FULL : Larson.QUICK;
            case MLEAK -> full ? Mleak.FULL : Mleak.QUICK;
            case PHASE_CHANGE -> full ? PhaseChange.FULL : PhaseChange.QUICK;
            case BURSTY -> full ? Bursty.FULL : Bursty.QUICK;
            case PROXY -> full ? Proxy.FULL : Proxy.QUICK;
            case LONG_LIVED -> full ? LongLived.FULL : LongLived.QUICK;
            case MANY_LOOPS -> full ? ManyLoops.FULL : ManyLoops.QUICK;
            case TRICKLE -> full ? Trickle.FULL : Trickle.QUICK;
            case CYCLE -> full ? Cycle.FULL : Cycle.QUICK;
            case BIG -> full ? Big.FULL : Big.QUICK;
            case HUGE -> full ? Huge.FULL : Huge.QUICK;
            default -> throw new IllegalArgumentException("workload: " + workload + " (expected: a memory workload)");
        };
    }
}
