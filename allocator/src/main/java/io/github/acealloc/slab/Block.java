/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

/**
 * The Java object bound to a slot of a slab: made once, handed out again each time the slot is.
 *
 * <p>What travels in a remote queue is the block; what lies in free lists is its number.
 */
public interface Block {

    /**
     * The slot's number within its heap: {@code slab.index() << Slab.SLOT_BITS | slot}.
     *
     * @return a non-negative number
     */
    int blockId();

    /**
     * Called by the heap's owner when the block comes home from another thread.
     *
     * @return whether it was on its way; if not, two threads released it at the same time, it is home already or out
     *     again, and this second arrival means nothing
     */
    default boolean arrive() {
        return true;
    }

    /** Called by the releasing thread when the block could not be sent home: it is live again, as before its release. */
    default void stay() {}
}
