/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.order;

import io.github.acealloc.heap.ThreadHeap;
import java.util.concurrent.atomic.AtomicReference;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The heap of a thread that has ended is adopted by one thread. The figures: 0 for a thread that does not get it, 1 for one
 * that does, 2 for one that does while another live thread has it (jcstress lets some threads end early).
 */
public class DeadOwner {

    private static int take(AtomicReference<Thread> adopter) {
        Thread before = adopter.getAndSet(Thread.currentThread());
        return before == null || !before.isAlive() ? 1 : 2;
    }

    /** Two event loops attach. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "one has it")
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "one had it, ended in turn, and the other has it")
    @Outcome(expect = Expect.FORBIDDEN, desc = "two live threads have it, or none")
    @State
    public static class Real {
        private final Heaps.Orphan orphan = Heaps.orphan();
        private final AtomicReference<Thread> adopter = new AtomicReference<>();

        @Actor
        public void one(II_Result r) {
            r.r1 = adopt();
        }

        @Actor
        public void other(II_Result r) {
            r.r2 = adopt();
        }

        @SuppressWarnings("ReferenceEquality") // identity is the question
        private int adopt() {
            ThreadHeap heap = orphan.registry.attach(Runnable::run);
            return heap == orphan.heap ? take(adopter) : 0;
        }
    }

    /** Stores itself whoever the owner is by then. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "one has it")
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "one had it, ended in turn, and the other has it")
    @Outcome(expect = Expect.FORBIDDEN, desc = "two live threads have it, or none")
    @State
    public static class TakesBlindlyTwin {
        private static final Thread DEAD = Heaps.deadThread();
        private final AtomicReference<Thread> adopter = new AtomicReference<>();
        private volatile Thread owner = DEAD;

        @Actor
        public void one(II_Result r) {
            r.r1 = adopt();
        }

        @Actor
        public void other(II_Result r) {
            r.r2 = adopt();
        }

        private int adopt() {
            if (owner.isAlive()) {
                return 0;
            }
            Window.open();
            owner = Thread.currentThread();
            return take(adopter);
        }
    }
}
