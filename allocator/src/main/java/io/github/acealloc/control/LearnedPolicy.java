/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import io.github.acealloc.heap.Knobs;
import io.github.acealloc.slab.SizeClasses;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was learned about the size classes of one kind of memory, to be carried over to another server. Immutable.
 *
 * @param limits by the size of a class's blocks; classes that were not used are left out
 */
public record LearnedPolicy(Map<Integer, Limits> limits) {
    /**
     * One class's.
     *
     * @param cap blocks, 0 to {@link Controller#MOST_CAP}
     * @param batch blocks, 1 to {@link Controller#MOST_BATCH}
     */
    public record Limits(int cap, int batch) {
        /** Checks them. */
        public Limits {
            if (cap < 0 || cap > Controller.MOST_CAP || batch < 1 || batch > Controller.MOST_BATCH) {
                throw new IllegalArgumentException("cap: " + cap + " (expected: 0 to " + Controller.MOST_CAP
                        + "), batch: " + batch + " (expected: 1 to " + Controller.MOST_BATCH + ")");
            }
        }
    }

    /** Nothing learned. */
    public static final LearnedPolicy NONE = new LearnedPolicy(Map.of());

    /** Checks the sizes and keeps a copy in their order. */
    public LearnedPolicy {
        for (int bytes : limits.keySet()) {
            boolean isClass = bytes > 0
                    && bytes <= SizeClasses.MAX_BLOCK
                    && SizeClasses.blockBytes(SizeClasses.of(bytes)) == bytes;
            if (!isClass) {
                throw new IllegalArgumentException("block size: " + bytes + " (expected: a size class)");
            }
        }
        limits = java.util.Collections.unmodifiableMap(new TreeMap<>(limits));
    }

    /**
     * Limits to start with.
     *
     * @param knobs for classes of which nothing was learned
     * @return the same, with what was learned
     */
    public Knobs over(Knobs knobs) {
        int[] caps = new int[SizeClasses.COUNT];
        int[] batches = new int[SizeClasses.COUNT];
        for (int c = 0; c < caps.length; c++) {
            Limits learned = limits.get(SizeClasses.blockBytes(c));
            caps[c] = learned != null ? learned.cap() : knobs.cap(c);
            batches[c] = learned != null ? learned.batch() : knobs.batch(c);
        }
        return knobs.withCaches(caps, batches);
    }
}
