/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.order;

import io.github.acealloc.os.MemoryBudget;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;

/**
 * {@code Σ committed ≤ limit} at every instant, and what is given back is all that was taken. Each thread takes more
 * than half, notes what is committed then (0 if it got nothing), and gives it back.
 */
public class BudgetLimit {
    private static final long LIMIT = 10;
    private static final long PART = 6;

    /** The budget itself. */
    @JCStressTest
    @Outcome(
            id = {"6, 6, 0", "6, 0, 0", "0, 6, 0"},
            expect = Expect.ACCEPTABLE,
            desc = "one at a time")
    @Outcome(expect = Expect.FORBIDDEN, desc = "above the limit, or not given back")
    @State
    public static class Real {
        private final MemoryBudget budget = new MemoryBudget(LIMIT);

        @Actor
        public void one(JJJ_Result r) {
            r.r1 = takeAndGive();
        }

        @Actor
        public void other(JJJ_Result r) {
            r.r2 = takeAndGive();
        }

        private long takeAndGive() {
            if (!budget.tryTake(PART)) {
                return 0;
            }
            long peak = budget.committed();
            budget.give(PART);
            return peak;
        }

        @Arbiter
        public void end(JJJ_Result r) {
            r.r3 = budget.committed();
        }
    }

    /** Looks whether it fits and then adds, two steps. */
    @JCStressTest
    @Outcome(
            id = {"6, 6, 0", "6, 0, 0", "0, 6, 0"},
            expect = Expect.ACCEPTABLE,
            desc = "one at a time")
    @Outcome(expect = Expect.FORBIDDEN, desc = "above the limit, or not given back")
    @State
    public static class ChecksThenAddsTwin {
        private final AtomicLong committed = new AtomicLong();

        @Actor
        public void one(JJJ_Result r) {
            r.r1 = takeAndGive();
        }

        @Actor
        public void other(JJJ_Result r) {
            r.r2 = takeAndGive();
        }

        private long takeAndGive() {
            if (committed.get() > LIMIT - PART) {
                return 0;
            }
            Window.open();
            long peak = committed.addAndGet(PART);
            Window.open();
            committed.addAndGet(-PART);
            return peak;
        }

        @Arbiter
        public void end(JJJ_Result r) {
            r.r3 = committed.get();
        }
    }

    /** Adds first and takes back what was too much: right at the end, above the limit meanwhile. */
    @JCStressTest
    @Outcome(
            id = {"6, 6, 0", "6, 0, 0", "0, 6, 0"},
            expect = Expect.ACCEPTABLE,
            desc = "one at a time")
    @Outcome(expect = Expect.FORBIDDEN, desc = "above the limit, or not given back")
    @State
    public static class AddsThenChecksTwin {
        private final AtomicLong committed = new AtomicLong();

        @Actor
        public void one(JJJ_Result r) {
            r.r1 = takeAndGive();
        }

        @Actor
        public void other(JJJ_Result r) {
            r.r2 = takeAndGive();
        }

        private long takeAndGive() {
            long after = committed.addAndGet(PART);
            Window.open();
            long peak = after > LIMIT ? 0 : committed.get();
            committed.addAndGet(-PART);
            return peak;
        }

        @Arbiter
        public void end(JJJ_Result r) {
            r.r3 = committed.get();
        }
    }
}
