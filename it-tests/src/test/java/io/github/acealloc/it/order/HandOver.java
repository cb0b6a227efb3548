/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.order;

import io.github.acealloc.heap.ThreadHeap;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A heap has one owner at a time, and each sees all that the one before did. */
public class HandOver {

    /** Two threads borrow and count, plainly. */
    @JCStressTest
    @Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "both counted")
    @Outcome(expect = Expect.FORBIDDEN, desc = "one did not see the other")
    @State
    public static class Real {
        private final ThreadHeap heap = Heaps.heap();
        private int count;

        @Actor
        public void one() {
            borrowAndCount();
        }

        @Actor
        public void other() {
            borrowAndCount();
        }

        private void borrowAndCount() {
            while (!heap.tryBorrow()) {
                Thread.yield();
            }
            count++;
            heap.giveUp();
        }

        @Arbiter
        public void both(I_Result r) {
            r.r1 = count;
        }
    }

    /** Looks whether there is an owner and stores itself, without the compare-and-set. */
    @JCStressTest
    @Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "both counted")
    @Outcome(expect = Expect.FORBIDDEN, desc = "one did not see the other")
    @State
    public static class ChecksThenTakesTwin {
        private volatile Thread owner;
        private int count;

        @Actor
        public void one() {
            borrowAndCount();
        }

        @Actor
        public void other() {
            borrowAndCount();
        }

        private void borrowAndCount() {
            while (owner != null) {
                Thread.yield();
            }
            Window.open();
            owner = Thread.currentThread();
            int counted = count;
            Window.open();
            count = counted + 1;
            owner = null;
        }

        @Arbiter
        public void both(I_Result r) {
            r.r1 = count;
        }
    }
}
