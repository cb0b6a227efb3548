/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.order;

import java.util.concurrent.ConcurrentLinkedQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A block that is released while the allocator is closed comes home, from the heap of a thread that has ended, where
 * nobody else would fetch it. The figures: how often it came home, how many wait in the queue.
 */
public class CloseRelease {

    /** The registry and the heap themselves. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "home")
    @Outcome(expect = Expect.FORBIDDEN, desc = "left behind, or home twice")
    @State
    public static class Real {
        private final Heaps.Orphan orphan = Heaps.orphan();
        private final Parcel parcel = new Parcel();

        @Actor
        public void close() {
            orphan.registry.close(() -> {});
        }

        @Actor
        public void release() {
            orphan.heap.releaseRemote(parcel);
        }

        @Arbiter
        public void end(II_Result r) {
            r.r1 = parcel.arrivals;
            r.r2 = orphan.heap.remoteCount();
        }
    }

    /** Closes by draining first and marking the heap as retired afterwards. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "home")
    @Outcome(expect = Expect.FORBIDDEN, desc = "left behind, or home twice")
    @State
    public static class RetiresLastTwin {
        private final ConcurrentLinkedQueue<Parcel> queue = new ConcurrentLinkedQueue<>();
        private final Parcel parcel = new Parcel();
        private volatile boolean retired;

        @Actor
        public void close() {
            drain();
            Window.open();
            retired = true;
        }

        @Actor
        public void release() {
            queue.add(parcel);
            if (retired) {
                drain();
            }
        }

        private void drain() {
            Parcel home = queue.poll();
            if (home != null) {
                home.arrive(this);
            }
        }

        @Arbiter
        public void end(II_Result r) {
            r.r1 = parcel.arrivals;
            r.r2 = queue.size();
        }
    }
}
