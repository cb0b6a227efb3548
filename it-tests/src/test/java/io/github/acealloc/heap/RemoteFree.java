/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.it.order.Parcel;
import io.github.acealloc.it.order.Window;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * What is offered is drained once, and what its releaser did to it is seen then. The figures: how often the block came
 * home, what was found in it, how often a second thread's block came home.
 */
public class RemoteFree {

    /** Two threads release; one of them owns the heap afterwards. */
    @JCStressTest
    @Outcome(id = "1, 7, 1", expect = Expect.ACCEPTABLE, desc = "both home, contents seen")
    @Outcome(expect = Expect.FORBIDDEN, desc = "lost, home twice, or contents not seen")
    @State
    public static class Real {
        private final RemoteFrees queue = new RemoteFrees(0);
        private final Parcel mine = new Parcel();
        private final Parcel other = new Parcel();

        @Actor
        public void release() {
            mine.contents = 7;
            queue.offer(mine);
        }

        @Actor
        public void releaseAndDrain() {
            queue.offer(other);
            queue.drain(block -> block.arrive(this), 10);
        }

        @Arbiter
        public void end(III_Result r) {
            queue.drain(block -> block.arrive(this), 10);
            r.r1 = mine.arrivals;
            r.r2 = mine.seen;
            r.r3 = other.arrivals;
        }
    }

    /** The owner trusts the producers' index, and takes a cell that is claimed and not yet filled for an empty one. */
    @JCStressTest
    @Outcome(id = "1, 7, 1", expect = Expect.ACCEPTABLE, desc = "both home, contents seen")
    @Outcome(expect = Expect.FORBIDDEN, desc = "lost, home twice, or contents not seen")
    @State
    public static class TrustsTheIndexTwin {
        private final AtomicReferenceArray<Parcel> cells = new AtomicReferenceArray<>(2);
        private final AtomicInteger tail = new AtomicInteger();
        private int head;
        private final Parcel mine = new Parcel();
        private final Parcel other = new Parcel();

        @Actor
        public void release() {
            mine.contents = 7;
            offer(mine);
        }

        @Actor
        public void releaseAndDrain() {
            offer(other);
            drain();
        }

        private void offer(Parcel parcel) {
            int cell = tail.getAndIncrement();
            Window.open();
            cells.set(cell, parcel);
        }

        private void drain() {
            for (; head < tail.get(); head++) {
                Parcel parcel = cells.get(head);
                if (parcel != null) {
                    parcel.arrive(this);
                }
            }
        }

        @Arbiter
        public void end(III_Result r) {
            drain();
            r.r1 = mine.arrivals;
            r.r2 = mine.seen;
            r.r3 = other.arrivals;
        }
    }

    /** The block is offered before its releaser has done with it: the order that release and acquire keep. */
    @JCStressTest
    @Outcome(id = "1, 7, 1", expect = Expect.ACCEPTABLE, desc = "both home, contents seen")
    @Outcome(expect = Expect.FORBIDDEN, desc = "lost, home twice, or contents not seen")
    @State
    public static class OffersTooEarlyTwin {
        private final RemoteFrees queue = new RemoteFrees(0);
        private final Parcel mine = new Parcel();
        private final Parcel other = new Parcel();

        @Actor
        public void release() {
            queue.offer(mine);
            Window.open();
            mine.contents = 7;
        }

        @Actor
        public void releaseAndDrain() {
            queue.offer(other);
            queue.drain(block -> block.arrive(this), 10);
        }

        @Arbiter
        public void end(III_Result r) {
            queue.drain(block -> block.arrive(this), 10);
            r.r1 = mine.arrivals;
            r.r2 = mine.seen;
            r.r3 = other.arrivals;
        }
    }

    /** One thread releases, and may still know the short queue; the owner goes over to the long one. */
    @JCStressTest
    @Outcome(id = "1, 7, 1", expect = Expect.ACCEPTABLE, desc = "both home, contents seen")
    @Outcome(expect = Expect.FORBIDDEN, desc = "lost, home twice, or contents not seen")
    @State
    public static class Lengthened {
        private final RemoteFrees queue = new RemoteFrees(0, new MpscVarHandleArrayQueue<>(4));
        private final Parcel mine = new Parcel();
        private final Parcel other = new Parcel();

        @Actor
        public void release() {
            mine.contents = 7;
            queue.offer(mine);
        }

        @Actor
        public void lengthenAndDrain() {
            queue.offer(other);
            queue.lengthen(new MpscVarHandleArrayQueue<>(4));
            queue.drain(block -> block.arrive(this), 10);
        }

        @Arbiter
        public void end(III_Result r) {
            queue.drain(block -> block.arrive(this), 10);
            r.r1 = mine.arrivals;
            r.r2 = mine.seen;
            r.r3 = other.arrivals;
        }
    }

    /** The owner drains the short queue for the last time when it goes over to the long one. */
    @JCStressTest
    @Outcome(id = "1, 7, 1", expect = Expect.ACCEPTABLE, desc = "both home, contents seen")
    @Outcome(expect = Expect.FORBIDDEN, desc = "lost, home twice, or contents not seen")
    @State
    public static class ForgetsTheShortQueueTwin {
        private volatile MpscVarHandleArrayQueue<Parcel> queue = new MpscVarHandleArrayQueue<>(4);
        private final Parcel mine = new Parcel();
        private final Parcel other = new Parcel();

        @Actor
        public void release() {
            mine.contents = 7;
            MpscVarHandleArrayQueue<Parcel> seen = queue;
            Window.open();
            seen.offer(mine);
        }

        @Actor
        public void lengthenAndDrain() {
            queue.offer(other);
            queue.drain(block -> block.arrive(this));
            queue = new MpscVarHandleArrayQueue<>(4);
        }

        @Arbiter
        public void end(III_Result r) {
            queue.drain(block -> block.arrive(this));
            r.r1 = mine.arrivals;
            r.r2 = mine.seen;
            r.r3 = other.arrivals;
        }
    }
}
