/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.upkeep;

import java.util.concurrent.atomic.AtomicLong;

/** The time that the governor sees while this is open; it can jump. Everybody else goes on to ask the system. */
public final class GovernorClock implements AutoCloseable {
    private final AtomicLong wrongReads = new AtomicLong();
    private volatile long offset;

    public GovernorClock() {
        Governor.clock(this::nanos);
    }

    private long nanos() {
        long ahead = offset;
        if (ahead != 0) {
            wrongReads.incrementAndGet();
        }
        return System.nanoTime() + ahead;
    }

    /** From now on it is ahead of the system's by so many nanoseconds, behind it if negative. */
    public void ahead(long nanos) {
        offset = nanos;
    }

    /** How often the governor was told a time that was not the system's. */
    public long wrongReads() {
        return wrongReads.get();
    }

    @Override
    public void close() {
        Governor.clock(System::nanoTime);
    }
}
