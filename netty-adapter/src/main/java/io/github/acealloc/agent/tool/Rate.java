/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.tool;

import io.github.acealloc.agent.tool.Figures.Memory;
import io.github.acealloc.agent.tool.Figures.SizeClass;

/**
 * What was done between two readings.
 *
 * @param perSecond allocations
 * @param hitShare the share of them that found a block in a hot cache, 0 to 1; NaN if there were none, or it is not known
 */
record Rate(double perSecond, double hitShare) {

    static Rate of(Memory before, Memory now, double seconds) {
        return before == null
                ? of(now.allocations(), now.refills(), seconds)
                : of(now.allocations() - before.allocations(), now.refills() - before.refills(), seconds);
    }

    static Rate of(SizeClass before, SizeClass now, double seconds) {
        return before == null
                ? of(now.allocations(), now.refills(), seconds)
                : of(now.allocations() - before.allocations(), now.refills() - before.refills(), seconds);
    }

    private static Rate of(long allocations, long refills, double seconds) {
        double hits = allocations > 0 && refills >= 0 ? Math.max(1 - (double) refills / allocations, 0) : Double.NaN;
        return new Rate(Math.max(allocations, 0) / seconds, hits);
    }
}
