/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Who may touch what lies behind a heap's hot caches, slabs and remote queue: its owner whenever it leaves the fast path, or for
 * moments another thread that puts the heap in order while the owner is away.
 *
 * <p>The owner waits for the other thread, whose stays are short; the other never waits for long, and never for two at a time. An
 * owner that is inside already enters again: what it calls may run anybody's code, a logger's.
 *
 * <p><b>Memory order.</b> Entering is a compare-and-set, leaving a volatile store: all that one did is visible to the next. Leaving is
 * an assignment and no call, so that it cannot fail even at the end of a stack.
 */
final class Keeper {
    private static final VarHandle STATE = stateHandle();

    static final int NOBODY = 0;
    private static final int OWNER = 1;
    private static final int OTHER = 2;
    private static final int SPINS_BEFORE_YIELD = 64;

    /**
     * Only the owner writes {@link #OWNER}, so it knows by a look whether it is inside. Who has entered leaves by storing {@link
     * #NOBODY}.
     */
    volatile int state;

    /** The heap's owner enters; returns whether it was outside, so that it has to leave. */
    boolean enter() {
        if (STATE.compareAndSet(this, NOBODY, OWNER)) {
            return true;
        }
        return state != OWNER && enterSlow();
    }

    @SuppressWarnings("ThreadPriorityCheck") // who is inside may wait for this processor
    private boolean enterSlow() {
        for (int spins = 0; !STATE.compareAndSet(this, NOBODY, OWNER); spins++) {
            if (spins < SPINS_BEFORE_YIELD) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
        return true;
    }

    /** A thread that does not own the heap enters, if nobody is inside or leaves in time. */
    @SuppressWarnings("ThreadPriorityCheck") // who is inside may wait for this processor
    boolean tryEnter(long nanos) {
        long start = System.nanoTime();
        while (!STATE.compareAndSet(this, NOBODY, OTHER)) {
            if (System.nanoTime() - start >= nanos) {
                return false;
            }
            Thread.yield();
        }
        return true;
    }

    private static VarHandle stateHandle() {
        try {
            return MethodHandles.lookup().findVarHandle(Keeper.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
