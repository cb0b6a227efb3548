/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.it.order.Window;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ResourceLeakDetector;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A wrong program releases one reference on two threads at the same instant, one of them the owner: whatever it is told,
 * the block comes home once. The figures: whether each release was taken, and whether the block came home once.
 */
public class Count {

    /** The buffer itself; a slab refuses a block that comes home to it twice. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 1", "0, 1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "one was told")
    @Outcome(
            id = "1, 1, 1",
            expect = Expect.ACCEPTABLE,
            desc = "neither was told, and the owner ignored the second arrival")
    @Outcome(expect = Expect.FORBIDDEN, desc = "home twice, or never released")
    @State
    public static class Real {
        private static final Logger ARRIVALS = Logger.getLogger(AceByteBuf.class.getName());
        private static final AceByteBufAllocator ALLOCATOR = new AceByteBufAllocator();

        static {
            ARRIVALS.setLevel(Level.OFF); // it says what is done on purpose here
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED); // the bare buffer
        }

        private final AceByteBuf buf = (AceByteBuf) ALLOCATOR.heapBuffer(64);
        private final ThreadHeap heap = (ThreadHeap) buf.heap();

        @Actor
        public void owner(III_Result r) {
            borrow();
            r.r1 = release();
            heap.giveUp();
        }

        @Actor
        public void other(III_Result r) {
            r.r2 = release();
        }

        private void borrow() {
            while (!heap.tryBorrow()) {
                Thread.yield();
            }
        }

        private int release() {
            try {
                return buf.release() ? 1 : 0;
            } catch (IllegalReferenceCountException told) {
                return 0;
            }
        }

        @Arbiter
        public void end(III_Result r) {
            borrow();
            try {
                heap.trim();
                r.r3 = 1;
            } catch (IllegalStateException twice) {
                r.r3 = 2;
            } finally {
                heap.giveUp();
            }
        }
    }

    /** Another thread's release leaves the count as the owner's does, so the owner cannot tell a second arrival. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 1", "0, 1, 1", "1, 1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "home once")
    @Outcome(expect = Expect.FORBIDDEN, desc = "home twice, or never released")
    @State
    public static class NotOnItsWayTwin {
        private final AtomicInteger count = new AtomicInteger(1);
        private final AtomicInteger home = new AtomicInteger();

        @Actor
        public void owner(III_Result r) {
            if (count.getAcquire() == 1) {
                Window.open();
                count.setPlain(0);
                home.incrementAndGet();
                r.r1 = 1;
            }
        }

        @Actor
        public void other(III_Result r) {
            if (count.compareAndSet(1, 0)) {
                home.incrementAndGet();
                r.r2 = 1;
            }
        }

        @Arbiter
        public void end(III_Result r) {
            r.r3 = home.get();
        }
    }
}
