/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Which blocks of a slab other threads have released and its heap's owner has not taken in yet: a bit for each slot, made with the
 * slab, so that a release needs no object and cannot fail; and the link of the stack in which the owner finds the slab.
 *
 * <p>A bit that is set twice is set once, and a slab lies in the stack once. So a program that releases a block twice at the same
 * instant breaks no list here; {@link Block#arrive} finds it out.
 *
 * <p><b>Memory order.</b> A releaser sets its bit and then looks at {@code linked}; the owner clears {@code linked} and then looks at
 * the bits, all by volatile access: either the releaser sees that it has to link the slab again, or the owner sees the bit. Reading
 * a bit acquires what its releaser did to the block.
 */
public final class RemoteBits {
    private static final VarHandle BITS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle LINKED = linkedHandle();

    static {
        rehearse();
    }

    private final Slab slab;
    private final long[] bits;

    private boolean linked;

    private RemoteBits below;

    RemoteBits(Slab slab, int capacity) {
        this.slab = slab;
        bits = new long[(capacity + Long.SIZE - 1) / Long.SIZE];
    }

    /** Has the JVM link all that is called here, which makes objects: the first release of all might meet a full Java heap. */
    private static void rehearse() {
        RemoteBits bits = new RemoteBits(null, Long.SIZE);
        boolean linked = bits.offer(0);
        bits.unlink();
        linked &= bits.relinks();
        bits.clear(0, bits.word(0));
        assert linked && bits.count() == 0;
    }

    /**
     * Sets the bit of a block that the caller has released; a full fence.
     *
     * @param slot the block's
     * @return whether the caller has to put these bits into the stack
     */
    public boolean offer(int slot) {
        BITS.getAndBitwiseOr(bits, slot / Long.SIZE, 1L << slot);
        return !(boolean) LINKED.getVolatile(this) && LINKED.compareAndSet(this, false, true);
    }

    /**
     * How many blocks wait here, for a glance: bits that lie in no stack yet are left out.
     *
     * @return a count, a moment old
     */
    public int waiting() {
        return linked ? count() : 0;
    }

    /** Says that these bits lie in the stack no more; owner only, and before it looks at them for the last time. */
    public void unlink() {
        below = null;
        LINKED.setVolatile(this, false);
    }

    /**
     * Whether bits are left that nobody would look at any more, as they lie in no stack. Owner only.
     *
     * @return whether the caller has to put these bits into the stack
     */
    public boolean relinks() {
        return count() > 0 && LINKED.compareAndSet(this, false, true);
    }

    /**
     * The bits of 64 slots. Owner only.
     *
     * @param word which: the slots from 64 times as many
     * @return a bit for each slot whose block waits to be taken in
     */
    public long word(int word) {
        return (long) BITS.getVolatile(bits, word);
    }

    /**
     * Clears bits of blocks that have been taken in, before they are handed out again. Owner only.
     *
     * @param word of which 64 slots
     * @param done the bits
     */
    public void clear(int word, long done) {
        BITS.getAndBitwiseAnd(bits, word, ~done);
    }

    /**
     * How many words there are.
     *
     * @return at least 1
     */
    public int words() {
        return bits.length;
    }

    /**
     * How many bits are set.
     *
     * @return as far as a thread can see that is not the owner
     */
    public int count() {
        int n = 0;
        for (int word = 0; word < bits.length; word++) {
            n += Long.bitCount((long) BITS.getOpaque(bits, word));
        }
        return n;
    }

    /**
     * What lies below in the stack.
     *
     * @return {@code null} if this is the bottom
     */
    public RemoteBits below() {
        return below;
    }

    /**
     * Links these bits to others; for who has to put them into the stack.
     *
     * @param bits the stack's top
     */
    public void below(RemoteBits bits) {
        below = bits;
    }

    /**
     * Whose bits they are.
     *
     * @return the slab
     */
    public Slab slab() {
        return slab;
    }

    private static VarHandle linkedHandle() {
        try {
            return MethodHandles.lookup().findVarHandle(RemoteBits.class, "linked", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
