/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.slab.Block;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Where blocks go when they are released: a heap, or {@link HugeBlocks}, which nobody ever owns. Who may touch a heap's lists is one
 * thread at a time, its owner; that is asked on the fast path, so it is a field of the superclass and no method of each.
 *
 * <p>An event loop owns a heap for as long as it lives; every other thread borrows one for a single operation ({@link #tryBorrow}),
 * never waiting. A heap without an owner (a stripe, a heap whose thread ended, a heap of a closed allocator) can be borrowed by
 * anybody.
 *
 * <p><b>Memory order.</b> Taking the heap is a compare-and-set of {@code owner}, giving it up a volatile store: all
 * that one owner did is visible to the next. {@link #isOwner} reads it plainly: only the current thread ever stores
 * itself there, so the comparison is right whatever else the read may see.
 */
public abstract class Home {
    private static final VarHandle OWNER = ownerHandle();

    /** Of this type, so that every call below is one of three that the JVM links. */
    private static final Thread NOBODY = null;

    private Thread owner;
    private final Binder binder;

    /** Nobody's. All that is done to an owner is done once, so that it is linked, which makes objects: the Java heap may be full later. */
    Home(Binder binder) {
        this.binder = binder;
        leave();
        OWNER.compareAndSet(this, owner(), NOBODY);
    }

    /**
     * Whether the calling thread may touch this heap's lists now.
     *
     * @return {@code true} for the owner and for who has borrowed it
     */
    public final boolean isOwner() {
        return owner == Thread.currentThread();
    }

    /**
     * Who makes the objects of the slots.
     *
     * @return the engine's user, whom a block finds by its home
     */
    public final Binder binder() {
        return binder;
    }

    /**
     * The hot cache of a class.
     *
     * @param sizeClass as a slab tells it
     * @return owner only; {@code null} for huge blocks, which go to none
     */
    public abstract HotCache cache(int sizeClass);

    /**
     * Tells the control loop how long a sampled block was in use; for any thread.
     *
     * @param sizeClass as a slab tells it
     * @param nanos its lifetime
     */
    public abstract void observe(int sizeClass, long nanos);

    /**
     * Takes back a block that was released by a thread that does not own its home. Where the stack ends on the way, nothing has happened.
     *
     * @param block says itself whether it is on its way here
     */
    public final void release(Block block) {
        StackRoom.look();
        try {
            releaseRemote(block);
        } catch (StackOverflowError e) {
            StackRoom.met();
            throw e;
        }
    }

    /** As {@link #release}, for who knows that the stack has room. */
    abstract void releaseRemote(Block block);

    /**
     * Takes the heap if it has no owner, without waiting.
     *
     * @return whether the calling thread owns it now; it must {@link ThreadHeap#giveUp} soon
     */
    public final boolean tryBorrow() {
        return owner() == NOBODY && OWNER.compareAndSet(this, NOBODY, Thread.currentThread());
    }

    /** Whether the owner is a thread that has ended. */
    final boolean isOrphaned() {
        Thread last = owner();
        return last != NOBODY && !last.isAlive();
    }

    /** Takes the heap of a thread that has ended. */
    final boolean tryTakeFromDead() {
        Thread last = owner();
        return last != NOBODY && !last.isAlive() && OWNER.compareAndSet(this, last, Thread.currentThread());
    }

    /** The owner gives it up. */
    final void leave() {
        OWNER.setVolatile(this, NOBODY);
    }

    /** Who owns the heap now; null if nobody does. */
    final Thread owner() {
        return (Thread) OWNER.getVolatile(this);
    }

    /**
     * Who owns the heap now.
     *
     * @return the thread's name, or {@code shared} if nobody owns it
     */
    final String ownerName() {
        Thread thread = owner();
        return thread == null ? "shared" : thread.getName();
    }

    private static VarHandle ownerHandle() {
        try {
            return MethodHandles.lookup().findVarHandle(Home.class, "owner", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
