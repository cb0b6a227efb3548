/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.it.order.Window;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The owner of a heap leaves its fast path while another thread tends the heap. What lies behind the caches is a plain number here; the
 * figures: how often it was changed, and how often it should have been.
 */
public class Tending {

    /** The keeper itself. */
    @JCStressTest
    @Outcome(
            id = {"2, 2", "1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "one after the other; the second figure counts who was let in")
    @Outcome(expect = Expect.FORBIDDEN, desc = "both were inside, or one did not see the other's work")
    @State
    public static class Real {
        private final Keeper keeper = new Keeper();
        private int lists;
        private int tended;

        @Actor
        public void owner() {
            boolean entered = keeper.enter();
            boolean again = keeper.enter(); // what it calls inside may come back
            lists++;
            if (again) {
                keeper.state = Keeper.NOBODY;
            }
            if (entered) {
                keeper.state = Keeper.NOBODY;
            }
        }

        @Actor
        public void other() {
            if (keeper.tryEnter(1_000)) {
                lists++;
                tended = 1;
                keeper.state = Keeper.NOBODY;
            }
        }

        @Arbiter
        public void end(II_Result r) {
            r.r1 = lists;
            r.r2 = 1 + tended;
        }
    }

    /** Looks whether anybody is inside, and enters then. */
    @JCStressTest
    @Outcome(
            id = {"2, 2", "1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "one after the other")
    @Outcome(expect = Expect.FORBIDDEN, desc = "both were inside")
    @State
    public static class LooksThenEntersTwin {
        private volatile boolean inside;
        private int lists;
        private int tended;

        @Actor
        public void owner() {
            while (inside) {
                Thread.onSpinWait();
            }
            inside = true;
            change();
            inside = false;
        }

        @Actor
        public void other() {
            if (!inside) {
                inside = true;
                change();
                tended = 1;
                inside = false;
            }
        }

        private void change() {
            int found = lists;
            Window.open();
            lists = found + 1;
        }

        @Arbiter
        public void end(II_Result r) {
            r.r1 = lists;
            r.r2 = 1 + tended;
        }
    }
}
