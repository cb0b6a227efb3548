/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.soak;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What was done when: how often each fault was seen to happen, and what it excuses. */
final class Journal {
    private final Map<Fault, Integer> underWay = new EnumMap<>(Fault.class);
    private final Map<Fault, Long> lastEnd = new EnumMap<>(Fault.class);
    private final Map<Fault, Integer> seen = new EnumMap<>(Fault.class);

    synchronized void begins(Fault fault) {
        underWay.merge(fault, 1, Integer::sum);
    }

    synchronized void ends(Fault fault) {
        underWay.merge(fault, -1, Integer::sum);
        lastEnd.put(fault, System.nanoTime());
    }

    /** Counts a fault that did what it is meant to do. */
    synchronized void seen(Fault fault) {
        seen.merge(fault, 1, Integer::sum);
    }

    /** Whether a fault was under way at any time since then, as {@code System.nanoTime()} told it. */
    synchronized boolean was(Fault fault, long since) {
        Long end = lastEnd.get(fault);
        return underWay.getOrDefault(fault, 0) > 0 || (end != null && end - since >= 0);
    }

    /** Whether an exchange that began then may have broken. */
    boolean excuses(long since) {
        return Arrays.stream(Fault.values()).anyMatch(fault -> fault.isExcuse() && was(fault, since));
    }

    synchronized Map<Fault, Integer> counts() {
        return new EnumMap<>(seen);
    }

    /** Those that were never seen. */
    synchronized List<Fault> missing() {
        return Arrays.stream(Fault.values())
                .filter(fault -> !seen.containsKey(fault))
                .toList();
    }
}
