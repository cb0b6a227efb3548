/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

/**
 * The Java object bound to a slot of a slab: made once, handed out again each time the slot is.
 *
 * <p>What travels in a remote queue is the block; what lies in free lists is its number.
 */
public interface Block {

    /**
     * The slot's number within its heap: {@link Slab#blockId}.
     *
     * @return a non-negative number
     */
    int blockId();

    /**
     * The slab the slot is in. For whoever holds the block.
     *
     * @return never {@code null}
     */
    Slab slab();

    /**
     * Called when the block comes home from another thread, by whoever owns the heap that it comes to, or holds the lock there.
     *
     * @param home the heap that it comes to
     * @return whether it was on its way there; if not, two threads released it at the same time, it is home already, out
     *     again or on its way to another heap, and this second arrival means nothing: then call {@link #refused}
     */
    default boolean arrive(Object home) {
        return true;
    }

    /** Tells that an arrival was ignored. May run anybody's code: a logger's. */
    default void refused() {}

    /**
     * Called by a releasing thread on the object that is bound to the slot, when the slot was handed out with another object: from now
     * on the bound one is on its way home in place of the other.
     */
    default void depart() {}
}
