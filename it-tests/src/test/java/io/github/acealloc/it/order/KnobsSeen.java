/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.order;

import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/** An owner that keeps reading a heap's knobs sees a change soon. */
public class KnobsSeen {
    /** How long the owner reads. */
    private static final long PATIENCE_NANOS = 500_000;

    /** Between two looks at the clock. */
    private static final int READS = 1000;

    /** The owner waits for the governor's new knobs. */
    @JCStressTest
    @Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "seen, or changed too late")
    @Outcome(id = "false", expect = Expect.FORBIDDEN, desc = "not seen")
    @State
    public static class Real {
        private static final Knobs CHANGED = Heaps.KNOBS.withCaches(7, 7);
        private final ThreadHeap heap = Heaps.heap();
        private final Change change = new Change();

        @Actor
        @SuppressWarnings("ReferenceEquality") // identity is the question
        public void owner(Z_Result r) {
            long start = change.await();
            long before;
            long now = start;
            boolean isSeen = false;
            do {
                before = now;
                for (int i = 0; i < READS && !isSeen; i++) {
                    isSeen = heap.knobs() == CHANGED;
                }
                now = System.nanoTime();
            } while (!isSeen && now - start < PATIENCE_NANOS);
            r.r1 = isSeen || !change.wasMadeBy(before);
        }

        @Actor
        public void governor() {
            change.awaitReader();
            heap.knobs(CHANGED);
            change.made();
        }
    }

    /** The field is plain, so the compiler takes its read out of the loop, which therefore cannot be shared. */
    @JCStressTest
    @Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "seen, or changed too late")
    @Outcome(id = "false", expect = Expect.FORBIDDEN, desc = "not seen")
    @State
    public static class PlainFieldTwin {
        private final Change change = new Change();
        private Knobs knobs;

        @Actor
        public void owner(Z_Result r) {
            long start = change.await();
            long before;
            long now = start;
            boolean isSeen = false;
            do {
                before = now;
                for (int i = 0; i < READS && !isSeen; i++) {
                    isSeen = knobs != null;
                }
                now = System.nanoTime();
            } while (!isSeen && now - start < PATIENCE_NANOS);
            r.r1 = isSeen || !change.wasMadeBy(before);
        }

        @Actor
        public void governor() {
            change.awaitReader();
            knobs = Heaps.KNOBS;
            change.made();
        }
    }

    /** When something is changed. The reader asks only when it has given up: to ask is to see what came before. */
    private static final class Change {
        private volatile boolean isAwaited;
        private volatile boolean isMade;

        /** Written by who makes the change, before {@code isMade}; read after it. */
        private long nanos;

        /** Says that reading begins; returns the time. */
        long await() {
            isAwaited = true;
            return System.nanoTime();
        }

        void awaitReader() {
            while (!isAwaited) {
                Thread.yield();
            }
        }

        void made() {
            nanos = System.nanoTime();
            isMade = true;
        }

        /** Whether the change had been made at a time after which the reader has read again. */
        boolean wasMadeBy(long time) {
            return isMade && nanos - time < 0;
        }
    }
}
