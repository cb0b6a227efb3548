/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.order;

import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;

/** An owner that keeps reading a heap's knobs sees a change in the end. */
public class KnobsSeen {

    /** The owner waits for the governor's new knobs. */
    @JCStressTest(Mode.Termination)
    @Outcome(id = "TERMINATED", expect = Expect.ACCEPTABLE, desc = "seen")
    @Outcome(id = "STALE", expect = Expect.FORBIDDEN, desc = "never seen")
    @State
    public static class Real {
        private static final Knobs CHANGED = Heaps.KNOBS.withCaches(7, 7);
        private final ThreadHeap heap = Heaps.heap();

        @Actor
        @SuppressWarnings("ReferenceEquality") // identity is the question
        public void owner() {
            while (heap.knobs() != CHANGED) {
                // until they are seen
            }
        }

        @Signal
        public void governor() {
            heap.knobs(CHANGED);
        }
    }

    /** The field is plain, so the compiler takes its read out of the loop. */
    @JCStressTest(Mode.Termination)
    @Outcome(id = "TERMINATED", expect = Expect.ACCEPTABLE, desc = "seen")
    @Outcome(id = "STALE", expect = Expect.FORBIDDEN, desc = "never seen")
    @State
    public static class PlainFieldTwin {
        private Knobs knobs;

        @Actor
        public void owner() {
            while (knobs == null) {
                // until they are seen
            }
        }

        @Signal
        public void governor() {
            knobs = Heaps.KNOBS;
        }
    }
}
