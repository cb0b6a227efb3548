/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.it.order.Window;
import io.github.acealloc.slab.Block;
import io.github.acealloc.slab.Slab;
import io.netty.util.ResourceLeakDetector;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two threads hold one reference each: one grows the buffer and releases it, the other, which owns the heap that it came from,
 * only releases. The figures: whether each release was the last, and whether both blocks are home where they belong.
 */
public class TwoHolders {

    /** The buffer itself. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 1", "0, 1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "one was the last, and the blocks are home")
    @Outcome(expect = Expect.FORBIDDEN, desc = "none or both were the last, or a block went to another heap")
    @State
    public static class Real {
        private static final AceByteBufAllocator ALLOCATOR = new AceByteBufAllocator();

        static {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED); // the bare buffer
        }

        private final AceByteBuf buf = (AceByteBuf) ALLOCATOR.heapBuffer(64).retain();
        private final ThreadHeap home = (ThreadHeap) buf.heap();
        private final Slab slab = buf.slab();
        private final int slot = buf.slot();

        @Actor
        public void grower(III_Result r) {
            buf.capacity(1024);
            r.r1 = buf.release() ? 1 : 0;
        }

        @Actor
        public void other(III_Result r) {
            borrow(home);
            try {
                r.r2 = buf.release() ? 1 : 0;
            } finally {
                home.giveUp();
            }
        }

        private static void borrow(ThreadHeap heap) {
            while (!heap.tryBorrow()) {
                Thread.yield();
            }
        }

        @Arbiter
        public void end(III_Result r) {
            r.r3 = isHome(home, slab, slot) && isHome((ThreadHeap) buf.heap(), buf.slab(), buf.slot()) ? 1 : 0;
        }

        /**
         * Heaps are shared with other states, whose blocks may be half-way into the queue before ours; or one of them has the slot
         * by now, so that it has been home.
         */
        private static boolean isHome(ThreadHeap heap, Slab slab, int slot) {
            boolean free = false;
            for (int tries = 0; tries < 10_000 && !free; tries++) {
                borrow(heap);
                try {
                    heap.trim();
                    Block bound = slab.block(slot);
                    free = slab.isFree(slot) || (bound instanceof AceByteBuf other && other.refCnt() > 0);
                } finally {
                    heap.giveUp();
                }
            }
            return free;
        }
    }

    /** Whose heap it is is asked before the count, so that the answer may be older than the growth. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 1", "0, 1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "one was the last, and the block is home")
    @Outcome(expect = Expect.FORBIDDEN, desc = "none or both were the last, or the block went to another heap")
    @State
    public static class HeapFirstTwin {
        private static final int HOME = 1;
        private static final int OTHER = 2;

        private final AtomicInteger count = new AtomicInteger(2);
        private int heap = HOME;
        private int cache = HOME;
        private int wentTo;
        private int belongsTo;

        @Actor
        public void grower(III_Result r) {
            heap = OTHER;
            cache = OTHER;
            r.r1 = release(OTHER);
        }

        @Actor
        public void other(III_Result r) {
            r.r2 = release(HOME);
        }

        private int release(int mine) {
            boolean isOwner = heap == mine;
            Window.open();
            if (isOwner && count.getAcquire() == 1) {
                count.setPlain(0);
                wentTo = mine; // the lists of the thread that believes to own it
                belongsTo = cache;
                return 1;
            }
            if (count.getAndAdd(-1) == 1) {
                wentTo = heap; // by the remote queue
                belongsTo = heap;
                return 1;
            }
            return 0;
        }

        @Arbiter
        public void end(III_Result r) {
            r.r3 = wentTo == belongsTo ? 1 : 0;
        }
    }

    /** Both holders release at once, and one of them retains before: each step is an add that cannot fail. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 1", "0, 1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "one was the last, and the block is home")
    @Outcome(expect = Expect.FORBIDDEN, desc = "none or both were the last")
    @State
    public static class Adds {
        private final AceByteBuf buf =
                (AceByteBuf) Real.ALLOCATOR.heapBuffer(64).retain();

        @Actor
        public void retains(III_Result r) {
            r.r1 = (buf.retain().release() ? 1 : 0) + (buf.release() ? 1 : 0);
        }

        @Actor
        public void releases(III_Result r) {
            r.r2 = buf.release() ? 1 : 0;
        }

        @Arbiter
        public void end(III_Result r) {
            r.r3 = Real.isHome((ThreadHeap) buf.heap(), buf.slab(), buf.slot()) ? 1 : 0;
        }
    }

    /** What an add leaves is looked at by a second read, so that two releases may both believe to be the last. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 1", "0, 1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "one was the last, and the block is home")
    @Outcome(expect = Expect.FORBIDDEN, desc = "none or both were the last")
    @State
    public static class LooksAgainTwin {
        private final AtomicInteger count = new AtomicInteger(2);
        private final AtomicInteger home = new AtomicInteger();

        @Actor
        public void one(III_Result r) {
            r.r1 = release();
        }

        @Actor
        public void other(III_Result r) {
            r.r2 = release();
        }

        private int release() {
            count.getAndAdd(-1);
            Window.open();
            return count.get() == 0 ? home.incrementAndGet() : 0;
        }

        @Arbiter
        public void end(III_Result r) {
            r.r3 = home.get();
        }
    }
}
