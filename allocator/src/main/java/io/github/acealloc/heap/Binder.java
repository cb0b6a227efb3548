/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.slab.Block;
import io.github.acealloc.slab.Slab;

/** Makes the object that is bound to a slot: the one thing about blocks that the engine's user decides. */
@FunctionalInterface
public interface Binder {

    /**
     * Makes a slot's object, when the slot is taken for the first time, or has been free for long.
     *
     * @param heap where it goes when it is released, for ever
     * @param slab the slab
     * @param slot the slot in it
     * @return the object, with {@link Block#blockId()} equal to {@code slab.blockId(slot)}
     */
    Block bind(Home heap, Slab slab, int slot);

    /**
     * Whether the user has dropped the allocator, so that what is free need not be kept for him; asked by the governor.
     *
     * @return {@code false} if that is not known
     */
    default boolean isDropped() {
        return false;
    }
}
