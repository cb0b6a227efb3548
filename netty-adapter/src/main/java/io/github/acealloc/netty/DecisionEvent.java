/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.control.Decision;
import io.github.acealloc.slab.SizeClasses;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A decision of the control loop as a JFR event. */
@Name("io.github.acealloc.Decision")
@Label("ACE decision")
@Category("ACE-Alloc")
@Description("The control loop moved the limits of one size class in one heap")
@StackTrace(false)
@SuppressWarnings("unused") // read by JFR
final class DecisionEvent extends Event {
    @Label("Kind of memory")
    String kind;

    @Label("Heap")
    int heap;

    @Label("Block bytes")
    int blockBytes;

    @Label("Policy")
    String policy;

    @Label("Old cap")
    int oldCap;

    @Label("New cap")
    int newCap;

    @Label("Old batch")
    int oldBatch;

    @Label("New batch")
    int newBatch;

    @Label("Allocations per second")
    double perSecond;

    @Label("Mean lifetime in nanoseconds")
    double lifetimeNanos;

    @Label("Blocks in the cache")
    int level;

    @Label("Refills and spills")
    long misses;

    @Label("Reason")
    String reason;

    @Label("Predicted effect in cores")
    double predicted;

    @Label("Measured effect in cores")
    double measured;

    @Label("Rolled back")
    boolean rolledBack;

    @Label("Applied")
    boolean applied;

    static void commit(Decision decision) {
        DecisionEvent event = new DecisionEvent();
        if (!event.isEnabled()) {
            return;
        }
        event.kind = decision.kind();
        event.heap = decision.heap();
        event.blockBytes = SizeClasses.blockBytes(decision.sizeClass());
        event.policy = decision.policy().toString();
        event.oldCap = decision.oldCap();
        event.newCap = decision.newCap();
        event.oldBatch = decision.oldBatch();
        event.newBatch = decision.newBatch();
        event.perSecond = decision.perSecond();
        event.lifetimeNanos = decision.lifetimeNanos();
        event.level = decision.level();
        event.misses = decision.misses();
        event.reason = decision.reason();
        event.predicted = decision.predicted();
        event.measured = decision.measured();
        event.rolledBack = decision.rolledBack();
        event.applied = decision.applied();
        event.commit();
    }
}
