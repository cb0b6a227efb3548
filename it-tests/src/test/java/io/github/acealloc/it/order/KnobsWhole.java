/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.order;

import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** An owner sees the old knobs or the new ones, never half of each. */
public class KnobsWhole {
    private static final int OLD = 3;
    private static final int NEW = 7;

    /** The governor publishes new ones while the owner reads. */
    @JCStressTest
    @Outcome(
            id = {"3, 3", "7, 7"},
            expect = Expect.ACCEPTABLE,
            desc = "whole")
    @Outcome(expect = Expect.FORBIDDEN, desc = "half of each, or half made")
    @State
    public static class Real {
        private static final Knobs BEFORE = Heaps.KNOBS.withCaches(OLD, OLD);
        private final ThreadHeap heap = Heaps.heap();

        /** With the old knobs. */
        public Real() {
            heap.knobs(BEFORE);
        }

        @Actor
        public void governor() {
            heap.knobs(Heaps.KNOBS.withCaches(NEW, NEW));
        }

        @Actor
        public void owner(II_Result r) {
            Knobs knobs = heap.knobs();
            r.r1 = knobs.cap(0);
            r.r2 = knobs.batch(0);
        }
    }

    /** Knobs that are changed in place instead of published anew. */
    @JCStressTest
    @Outcome(
            id = {"3, 3", "7, 7"},
            expect = Expect.ACCEPTABLE,
            desc = "whole")
    @Outcome(expect = Expect.FORBIDDEN, desc = "half of each")
    @State
    public static class ChangesInPlaceTwin {
        private volatile int cap = OLD;
        private volatile int batch = OLD;

        @Actor
        public void governor() {
            cap = NEW;
            Window.open();
            batch = NEW;
        }

        @Actor
        public void owner(II_Result r) {
            r.r1 = cap;
            Window.open();
            r.r2 = batch;
        }
    }
}
