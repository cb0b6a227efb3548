/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.it.order.Heaps;
import io.github.acealloc.it.order.Parcel;
import io.github.acealloc.it.order.Window;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Nothing is left behind in a retired heap: who offers looks for an owner afterwards, who gives up looks at the queue
 * afterwards. The figures: how often the block came home, how many wait in the queue.
 */
public class Settle {

    /** One thread gives a retired heap up while another releases into it. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "home")
    @Outcome(expect = Expect.FORBIDDEN, desc = "left behind, or home twice")
    @State
    public static class Real {
        private final ThreadHeap heap = Heaps.heap();
        private final Parcel parcel = new Parcel();

        /** Retired, without an owner. */
        public Real() {
            heap.retire();
        }

        @Actor
        public void giveUp() {
            if (heap.tryBorrow()) {
                heap.giveUp();
            }
        }

        @Actor
        public void release() {
            heap.releaseRemote(parcel);
        }

        @Arbiter
        public void end(II_Result r) {
            r.r1 = parcel.arrivals;
            r.r2 = heap.remoteCount();
        }
    }

    /** What the twins have in common: a heap that is owned, an empty queue; whoever takes the heap drains it. */
    static class Model {
        static final int OWNED = 1;
        static final VarHandle OWNER = handle("owner");
        static final VarHandle QUEUED = handle("queued");

        int owner = OWNED;
        int queued;
        int arrivals;

        final void settle() {
            if (OWNER.compareAndSet(this, 0, OWNED)) {
                arrivals += (int) QUEUED.getAndSet(this, 0);
                OWNER.setVolatile(this, 0);
            }
        }

        /** As the real one: a full fence, then a look for an owner. */
        final void offerThenLook() {
            QUEUED.getAndSet(this, 1);
            if ((int) OWNER.getVolatile(this) == 0) {
                settle();
            }
        }

        final void tell(II_Result r) {
            r.r1 = arrivals;
            r.r2 = queued;
        }

        private static VarHandle handle(String field) {
            try {
                return MethodHandles.lookup().findVarHandle(Model.class, field, int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }
    }

    /** Looks at the queue before it gives the heap up, and not again. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "home")
    @Outcome(expect = Expect.FORBIDDEN, desc = "left behind, or home twice")
    @State
    public static class LooksTooEarlyTwin extends Model {
        @Actor
        public void giveUp() {
            boolean waits = (int) QUEUED.getVolatile(this) != 0;
            Window.open();
            OWNER.setVolatile(this, 0);
            if (waits) {
                settle();
            }
        }

        @Actor
        public void release() {
            offerThenLook();
        }

        @Arbiter
        public void end(II_Result r) {
            tell(r);
        }
    }

    /** Looks for an owner before it offers, and not again. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "home")
    @Outcome(expect = Expect.FORBIDDEN, desc = "left behind, or home twice")
    @State
    public static class OffersTooLateTwin extends Model {
        @Actor
        public void giveUp() {
            OWNER.setVolatile(this, 0);
            if ((int) QUEUED.getVolatile(this) != 0) {
                settle();
            }
        }

        @Actor
        public void release() {
            boolean free = (int) OWNER.getVolatile(this) == 0;
            Window.open();
            QUEUED.getAndSet(this, 1);
            if (free) {
                settle();
            }
        }

        @Arbiter
        public void end(II_Result r) {
            tell(r);
        }
    }

    /** Gives up by a release store, which the processor may let pass by the look at the queue. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "home")
    @Outcome(expect = Expect.FORBIDDEN, desc = "left behind, or home twice")
    @State
    public static class ReleaseStoreHardwareTwin extends Model {
        @Actor
        public void giveUp() {
            OWNER.setRelease(this, 0);
            if ((int) QUEUED.getAcquire(this) != 0) {
                settle();
            }
        }

        @Actor
        public void release() {
            offerThenLook();
        }

        @Arbiter
        public void end(II_Result r) {
            tell(r);
        }
    }
}
