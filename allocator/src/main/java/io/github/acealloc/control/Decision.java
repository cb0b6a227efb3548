/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import io.github.acealloc.slab.SizeClasses;
import java.time.Instant;
import java.util.Locale;

/**
 * One change of one class's limits, with what led to it and what came of it.
 *
 * @param time when
 * @param kind of memory: {@code direct} or {@code heap}
 * @param heap which of the allocator's heaps
 * @param sizeClass the class
 * @param policy by which rule
 * @param oldCap blocks
 * @param newCap blocks
 * @param oldBatch blocks
 * @param newBatch blocks
 * @param perSecond allocations (&lambda;)
 * @param lifetimeNanos mean lifetime (W); 0 if unknown
 * @param level blocks in the cache (L)
 * @param misses refills and spills of the turn
 * @param reason in a few words
 * @param predicted by how much it should change the class's cost; in cores
 * @param measured by how much the cost changed in the next turn; NaN as long as that is not known
 * @param rolledBack whether it takes an earlier change back
 * @param applied false in the mode {@code observe}
 */
public record Decision(
        Instant time,
        String kind,
        int heap,
        int sizeClass,
        Policy policy,
        int oldCap,
        int newCap,
        int oldBatch,
        int newBatch,
        double perSecond,
        double lifetimeNanos,
        int level,
        long misses,
        String reason,
        double predicted,
        double measured,
        boolean rolledBack,
        boolean applied) {

    /** The same with its measured effect. */
    Decision withMeasured(double cores) {
        return new Decision(
                time,
                kind,
                heap,
                sizeClass,
                policy,
                oldCap,
                newCap,
                oldBatch,
                newBatch,
                perSecond,
                lifetimeNanos,
                level,
                misses,
                reason,
                predicted,
                cores,
                rolledBack,
                applied);
    }

    /** One line. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s %s heap %d, class %d B, %s: cap %d -> %d, batch %d -> %d%s (%s; lambda %.3g/s, W %.3g ms, L %d, misses %d;"
                        + " predicted %+.2e, measured %s cores)%s",
                time,
                kind,
                heap,
                SizeClasses.blockBytes(sizeClass),
                policy,
                oldCap,
                newCap,
                oldBatch,
                newBatch,
                rolledBack ? ", rolled back" : "",
                reason,
                perSecond,
                lifetimeNanos / 1e6,
                level,
                misses,
                predicted,
                Double.isNaN(measured) ? "?" : String.format(Locale.ROOT, "%+.2e", measured),
                applied ? "" : " not applied");
    }
}
