/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.watch;

import io.github.acealloc.AceStats;
import java.util.function.Supplier;

/** One look at an allocator for all figures that a tool reads within a moment. For any thread. */
public final class Moment {
    private static final long NANOS = 200_000_000;

    private AceStats last;
    private long taken;

    /** Nothing was looked at yet. */
    public Moment() {}

    /**
     * The figures.
     *
     * @param source asked if what it told last is older than a fifth of a second
     * @return a snapshot
     */
    public synchronized AceStats of(Supplier<AceStats> source) {
        long now = System.nanoTime();
        if (last == null || now - taken > NANOS) {
            last = source.get();
            taken = now;
        }
        return last;
    }
}
