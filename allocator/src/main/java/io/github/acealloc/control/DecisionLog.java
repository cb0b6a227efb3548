/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** The last decisions of one allocator, and how many there were in all. Safe for use by any thread. */
public final class DecisionLog {
    /** How many are kept. */
    public static final int CAPACITY = 256;

    private final ArrayDeque<Decision> decisions = new ArrayDeque<>();
    private final List<Consumer<Decision>> listeners = new CopyOnWriteArrayList<>();
    private long count;
    private long rolledBack;

    /** Empty. */
    public DecisionLog() {}

    /**
     * Adds somebody who is told of each decision when its effect is known, on the governor's thread.
     *
     * @param listener what it throws is the governor's failure
     */
    public void listen(Consumer<Decision> listener) {
        listeners.add(listener);
    }

    /** Tells the listeners of a decision and keeps it; the oldest one goes. What is seen here has been told. */
    void add(Decision decision) {
        try {
            listeners.forEach(listener -> listener.accept(decision));
        } finally {
            keep(decision);
        }
    }

    private synchronized void keep(Decision decision) {
        if (decisions.size() == CAPACITY) {
            decisions.removeFirst();
        }
        decisions.addLast(decision);
        count++;
        rolledBack += decision.rolledBack() ? 1 : 0;
    }

    /**
     * What was decided last.
     *
     * @return a copy, the oldest first
     */
    public synchronized List<Decision> decisions() {
        return new ArrayList<>(decisions);
    }

    /**
     * How many there were.
     *
     * @return a count
     */
    public synchronized long count() {
        return count;
    }

    /**
     * How many took an earlier one back.
     *
     * @return a count
     */
    public synchronized long rolledBack() {
        return rolledBack;
    }
}
