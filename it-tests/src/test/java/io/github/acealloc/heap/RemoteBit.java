/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.os.HeapMemory;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.slab.Block;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Slab;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.slab.SuperslabStore;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * The same as in {@link RemoteFree} where the queue is full: what is released as a bit of a slab comes home once, and what its releaser
 * did to it is seen then. The real classes; {@link RemoteBitTwins} are weakened. The figures: how often a block came home, what was
 * found in it, how often others came home.
 */
public class RemoteBit {

    /** A block of a slab, which notes that it came home. Only the owner of the heap touches it there. */
    private static final class Released implements Block {
        private final Slab slab;
        private final int slot;
        private int contents;
        private int seen;
        private int arrivals;

        Released(Slab slab, int slot) {
            this.slab = slab;
            this.slot = slot;
            slab.bind(slot, this);
        }

        @Override
        public int blockId() {
            return slab.blockId(slot);
        }

        @Override
        public Slab slab() {
            return slab;
        }
    }

    /** What all have in common: a heap whose queue takes nothing, and slabs of its superslab. */
    abstract static class Rig {
        private static final int HEAP = 0;
        private static final int CLASS = SizeClasses.of(4096);
        private static final Superslab SUPERSLAB = superslab();

        final RemoteFrees frees = new RemoteFrees(HEAP, new MpscVarHandleArrayQueue<>(2) {
            @Override
            public boolean offer(Block block) {
                return false;
            }
        });

        private static Superslab superslab() {
            Superslab superslab =
                    new SuperslabStore(new HeapMemory(), new MemoryBudget(64 << 20), () -> {}, false).tryAcquire(1, 0);
            superslab.enterService(HEAP);
            return superslab;
        }

        static Slab slab() {
            return Slab.ofClass(SUPERSLAB, 0, CLASS, 0);
        }

        /** Takes in as much as one refill may. */
        final void drain(int limit) {
            frees.drain(
                    block -> {
                        Released released = (Released) block;
                        released.arrivals++;
                        released.seen = released.contents;
                    },
                    limit);
        }
    }

    /** Two threads release blocks of one slab; one of them owns the heap afterwards. */
    @JCStressTest
    @Outcome(id = "1, 7, 1", expect = Expect.ACCEPTABLE, desc = "both home, contents seen")
    @Outcome(expect = Expect.FORBIDDEN, desc = "lost, home twice, or contents not seen")
    @State
    public static class Real extends Rig {
        private final Slab slab = slab();
        private final Released mine = new Released(slab, 0);
        private final Released other = new Released(slab, 1);

        @Actor
        public void release() {
            mine.contents = 7;
            frees.offer(mine);
        }

        @Actor
        public void releaseAndDrain() {
            frees.offer(other);
            drain(10);
        }

        @Arbiter
        public void end(III_Result r) {
            drain(10);
            r.r1 = mine.arrivals;
            r.r2 = mine.seen;
            r.r3 = other.arrivals;
        }
    }

    /** The same with blocks of two slabs, both of which go onto the stack. */
    @JCStressTest
    @Outcome(id = "1, 7, 1", expect = Expect.ACCEPTABLE, desc = "both home, contents seen")
    @Outcome(expect = Expect.FORBIDDEN, desc = "lost, home twice, or contents not seen")
    @State
    public static class TwoSlabs extends Rig {
        private final Released mine = new Released(slab(), 0);
        private final Released other = new Released(slab(), 0);

        @Actor
        public void release() {
            mine.contents = 7;
            frees.offer(mine);
        }

        @Actor
        public void releaseAndDrain() {
            frees.offer(other);
            drain(10);
        }

        @Arbiter
        public void end(III_Result r) {
            drain(10);
            r.r1 = mine.arrivals;
            r.r2 = mine.seen;
            r.r3 = other.arrivals;
        }
    }

    /** Two blocks come as the owner has one more to take in before it has enough. */
    @JCStressTest
    @Outcome(id = "2, 7, 1", expect = Expect.ACCEPTABLE, desc = "all home, contents seen")
    @Outcome(expect = Expect.FORBIDDEN, desc = "lost, home twice, or contents not seen")
    @State
    public static class AtTheLimit extends Rig {
        private final Slab slab = slab();
        private final Released mine = new Released(slab, 0);
        private final Released next = new Released(slab, 1);
        private final Released other = new Released(slab, 2);

        @Actor
        public void release() {
            frees.offer(mine);
            next.contents = 7;
            frees.offer(next);
        }

        @Actor
        public void releaseAndDrain() {
            frees.offer(other);
            drain(2);
        }

        @Arbiter
        public void end(III_Result r) {
            drain(10);
            r.r1 = mine.arrivals + next.arrivals;
            r.r2 = next.seen;
            r.r3 = other.arrivals;
        }
    }
}
