/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.it.order.Window;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReference;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** What {@link RemoteBit} would be with one order taken away. The figures: how often the block of either thread came home. */
public class RemoteBitTwins {
    private static final int MINE = 1;
    private static final int OTHER = 2;
    private static final int NEXT = 4;

    /** The bits of a slab with the link of the stack in which it lies. */
    static class Bits {
        static final VarHandle WORD = handle("word", int.class);
        static final VarHandle LINKED = handle("linked", boolean.class);

        int word;
        boolean linked;
        Bits below;

        private static VarHandle handle(String field, Class<?> type) {
            try {
                return MethodHandles.lookup().findVarHandle(Bits.class, field, type);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }
    }

    /** A small copy of both classes. Each twin overrides the step that it has wrong. */
    static class Model {
        final AtomicReference<Bits> stack = new AtomicReference<>();
        final Bits bits = new Bits();
        private Bits taken;
        int mine;
        int other;

        void offer(Bits to, int bit) {
            set(to, bit);
            if (!(boolean) Bits.LINKED.getVolatile(to) && Bits.LINKED.compareAndSet(to, false, true)) {
                push(to);
            }
        }

        void set(Bits to, int bit) {
            Bits.WORD.getAndBitwiseOr(to, bit);
        }

        void push(Bits linked) {
            Bits top;
            do {
                top = stack.get();
                linked.below = top;
            } while (!stack.compareAndSet(top, linked));
        }

        final void drain(int limit) {
            int left = limit;
            while (left > 0 && (taken != null || stack.get() != null)) {
                if (taken == null) {
                    taken = stack.getAndSet(null);
                }
                Bits from = taken;
                left -= take(from, left);
                if (left > 0) {
                    taken = from.below;
                    left -= leave(from, left);
                }
            }
        }

        /** Takes the slab off the stack, and its blocks in for the last time. */
        int leave(Bits from, int limit) {
            unlink(from);
            int n = take(from, limit);
            relink(from);
            return n;
        }

        void unlink(Bits from) {
            Bits.LINKED.setVolatile(from, false);
        }

        void relink(Bits from) {
            if ((int) Bits.WORD.getVolatile(from) != 0 && Bits.LINKED.compareAndSet(from, false, true)) {
                push(from);
            }
        }

        final int take(Bits from, int limit) {
            int found = (int) Bits.WORD.getVolatile(from);
            int done = 0;
            for (int left = found; left != 0 && Integer.bitCount(done) < limit; left &= left - 1) {
                int bit = Integer.lowestOneBit(left);
                done |= bit;
                mine += bit == MINE || bit == NEXT ? 1 : 0;
                other += bit == OTHER ? 1 : 0;
            }
            if (done != 0) {
                clear(from, done);
            }
            return Integer.bitCount(done);
        }

        void clear(Bits from, int done) {
            Bits.WORD.getAndBitwiseAnd(from, ~done);
        }

        final void releaseMine() {
            offer(bits, MINE);
        }

        final void releaseOtherAndDrain() {
            offer(bits, OTHER);
            drain(Integer.MAX_VALUE);
        }

        final void tell(II_Result r) {
            drain(Integer.MAX_VALUE);
            r.r1 = mine;
            r.r2 = other;
        }
    }

    /** The owner looks at the bits for the last time before it says that they lie in the stack no more. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "both home")
    @Outcome(expect = Expect.FORBIDDEN, desc = "lost, or home twice")
    @State
    public static class UnlinksTooLateTwin extends Model {
        @Override
        int leave(Bits from, int limit) {
            int n = take(from, limit);
            Window.open();
            unlink(from);
            return n;
        }

        @Actor
        public void release() {
            releaseMine();
        }

        @Actor
        public void releaseAndDrain() {
            releaseOtherAndDrain();
        }

        @Arbiter
        public void end(II_Result r) {
            tell(r);
        }
    }

    /** A releaser looks whether its slab lies in the stack before it sets its bit, and not again. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "both home")
    @Outcome(expect = Expect.FORBIDDEN, desc = "lost, or home twice")
    @State
    public static class LooksTooEarlyTwin extends Model {
        @Override
        void offer(Bits to, int bit) {
            boolean links = Bits.LINKED.compareAndSet(to, false, true);
            Window.open();
            set(to, bit);
            if (links) {
                push(to);
            }
        }

        @Actor
        public void release() {
            releaseMine();
        }

        @Actor
        public void releaseAndDrain() {
            releaseOtherAndDrain();
        }

        @Arbiter
        public void end(II_Result r) {
            tell(r);
        }
    }

    /** A releaser writes back a word that it has read before, with the bit of a block that is home by now. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "both home")
    @Outcome(expect = Expect.FORBIDDEN, desc = "lost, or home twice")
    @State
    public static class ReadsThenSetsTwin extends Model {
        @Override
        void set(Bits to, int bit) {
            int found = (int) Bits.WORD.getVolatile(to);
            Window.open();
            Bits.WORD.setVolatile(to, found | bit);
        }

        @Actor
        public void release() {
            releaseMine();
        }

        @Actor
        public void releaseAndDrain() {
            releaseOtherAndDrain();
        }

        @Arbiter
        public void end(II_Result r) {
            tell(r);
        }
    }

    /** The owner clears more than it has taken in. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "both home")
    @Outcome(expect = Expect.FORBIDDEN, desc = "lost, or home twice")
    @State
    public static class ClearsAllTwin extends Model {
        @Override
        void clear(Bits from, int done) {
            Window.open();
            Bits.WORD.setVolatile(from, 0);
        }

        @Actor
        public void release() {
            releaseMine();
        }

        @Actor
        public void releaseAndDrain() {
            releaseOtherAndDrain();
        }

        @Arbiter
        public void end(II_Result r) {
            tell(r);
        }
    }

    /** Who puts a slab into the stack overwrites what another has put there since it looked. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "both home")
    @Outcome(expect = Expect.FORBIDDEN, desc = "lost, or home twice")
    @State
    public static class PushesBlindlyTwin extends Model {
        private final Bits others = new Bits();

        @Override
        void push(Bits linked) {
            linked.below = stack.get();
            Window.open();
            stack.set(linked);
        }

        @Actor
        public void release() {
            offer(bits, MINE);
        }

        @Actor
        public void releaseAndDrain() {
            offer(others, OTHER);
            drain(Integer.MAX_VALUE);
        }

        @Arbiter
        public void end(II_Result r) {
            tell(r);
        }
    }

    /** The owner, which has taken in enough, leaves the rest to nobody. */
    @JCStressTest
    @Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "all home")
    @Outcome(expect = Expect.FORBIDDEN, desc = "lost, or home twice")
    @State
    public static class ForgetsTheRestTwin extends Model {
        @Override
        void unlink(Bits from) {
            Window.open();
            super.unlink(from);
        }

        @Override
        void relink(Bits from) {
            // as before the limit was thought of
        }

        @Actor
        public void release() {
            offer(bits, MINE);
            offer(bits, NEXT);
        }

        @Actor
        public void releaseAndDrain() {
            offer(bits, OTHER);
            drain(2);
        }

        @Arbiter
        public void end(II_Result r) {
            tell(r);
        }
    }
}
