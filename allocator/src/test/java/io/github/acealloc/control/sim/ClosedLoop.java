/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control.sim;

import io.github.acealloc.control.Controller;
import io.github.acealloc.control.Economics;
import io.github.acealloc.control.Lifetimes;
import io.github.acealloc.control.Policy;
import io.github.acealloc.control.Reading;
import io.github.acealloc.heap.CacheMeter;
import io.github.acealloc.heap.SimulatedCache;

/** The controller and one cache, from a cold start: turn by turn it reads what the cache did and moves its cap. */
final class ClosedLoop {
    /** Bytes to one lifetime that is measured. */
    private static final int LIFETIME_BYTES = 512 << 10;

    private final Trace trace;
    private final int blockBytes;
    private final Economics economics;
    private final int startCap;
    private final Policy policy;
    private final double tau;
    private final SimulatedCache cache;
    private final Lifetimes lifetimes = new Lifetimes();
    private Controller.Memory memory = Controller.Memory.NONE;
    private long allocations;
    private long lastTurn;
    private long lastAged;

    // What the counters were at the last turn.
    private long allocationsBefore;
    private long refills;
    private long spills;
    private long moved;
    private long reuses;
    private long watchedNanos;
    private long aged;

    ClosedLoop(Trace trace, int blockBytes, double price, int startCap, Policy policy) {
        this.trace = trace;
        this.blockBytes = blockBytes;
        this.startCap = startCap;
        economics = new Economics(price, FixedCaps.MISS_NANOS);
        tau = economics.tau(blockBytes, FixedCaps.BATCH);
        this.policy = policy;
        long payingNanos = policy == Policy.FIXED ? 0 : (long) tau;
        cache = new SimulatedCache(startCap, FixedCaps.BATCH, payingNanos);
    }

    /** What the trace costs; in cores. */
    double cost(long turnNanos) {
        long untilLifetime = 0;
        for (int i = 0; i < trace.events(); i++) {
            while (trace.time(i) - lastTurn >= turnNanos) {
                turn(lastTurn + turnNanos);
            }
            if (trace.allocates(i)) {
                cache.allocate(trace.time(i));
                allocations++;
                untilLifetime -= blockBytes;
            } else {
                cache.release(trace.time(i));
                if (untilLifetime <= 0) {
                    untilLifetime += LIFETIME_BYTES;
                    lifetimes.add(trace.lifetime(i), false);
                }
            }
        }
        return (cache.transfers() * FixedCaps.MISS_NANOS + cache.held() * blockBytes * economics.price())
                / trace.nanos();
    }

    private void turn(long now) {
        lifetimes.age(now - lastTurn);
        Controller.Choice choice = Controller.decide(policy, read(now - lastTurn), memory, economics, startCap);
        memory = choice.memory();
        lastTurn = now;
        boolean isDue = now - lastAged >= tau;
        lastAged = isDue ? now : lastAged;
        cache.turn(now, isDue, choice.cap());
    }

    private Reading read(long nanos) {
        CacheMeter meter = cache.meter();
        Reading reading = new Reading(
                0,
                blockBytes,
                nanos,
                allocations - allocationsBefore,
                meter.refills() - refills,
                meter.spills() - spills,
                meter.taken() + meter.given() - moved,
                meter.swing(cache.window()),
                meter.reuses() - reuses,
                meter.watchedNanos() - watchedNanos,
                cache.aged() - aged,
                cache.level(),
                cache.cap(),
                FixedCaps.BATCH,
                lifetimes.mean(Double.MAX_VALUE),
                lifetimes.mean(tau));
        allocationsBefore = allocations;
        refills = meter.refills();
        spills = meter.spills();
        moved = meter.taken() + meter.given();
        reuses = meter.reuses();
        watchedNanos = meter.watchedNanos();
        aged = cache.aged();
        return reading;
    }
}
