/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.watch;

import io.github.acealloc.AceStats;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Percentage;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;

/** What an allocator holds of one kind of memory, again and again, as a JFR event. */
@Name("io.github.acealloc.Totals")
@Label("ACE totals")
@Category("ACE-Alloc")
@Description("What an allocator holds of one kind of memory")
@Period("10 s")
@StackTrace(false)
@SuppressWarnings("unused") // read by JFR
final class TotalsEvent extends Event {
    @Label("Allocator")
    String allocator;

    @Label("Kind of memory")
    String kind;

    @Label("Held by buffers")
    @DataAmount
    long live;

    @Label("Ready in caches")
    @DataAmount
    long cached;

    @Label("Committed")
    @DataAmount
    long committed;

    @Label("Limit of committed")
    @DataAmount
    long limit;

    @Label("Of committed in huge blocks")
    @DataAmount
    long huge;

    @Label("Heaps")
    int heaps;

    @Label("Allocations so far")
    long allocations;

    @Label("Hit rate of the hot caches so far")
    @Percentage
    double hitRate;

    @Label("Decisions so far")
    long decisions;

    @Label("Mode")
    String mode;

    /** Tells of both kinds. */
    static void commit(Watched watched) {
        commit(watched, true);
        commit(watched, false);
    }

    private static void commit(Watched watched, boolean isDirect) {
        TotalsEvent event = new TotalsEvent();
        if (!event.isEnabled()) {
            return;
        }
        AceStats stats = watched.stats(isDirect);
        event.allocator = watched.name();
        event.kind = isDirect ? "direct" : "heap";
        event.live = stats.liveBytes();
        event.cached = stats.cachedBytes();
        event.committed = stats.committedBytes();
        event.limit = stats.limitBytes();
        event.huge = stats.hugeBytes();
        event.heaps = stats.heaps();
        event.allocations = stats.allocations();
        event.hitRate = stats.hotShare();
        event.decisions = watched.decisions(isDirect);
        event.mode = watched.mode();
        event.commit();
    }
}
