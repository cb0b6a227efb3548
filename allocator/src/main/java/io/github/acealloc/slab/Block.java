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
}
