/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.slab.Block;
import io.github.acealloc.slab.Slab;

/** Makes the object that is bound to a slot: the one thing about blocks that the engine's user decides. */
@FunctionalInterface
public interface Binder {

    /**
     * Makes a slot's object, once in the slab's life.
     *
     * @param heap the heap it belongs to, for ever
     * @param slab the slab
     * @param slot the slot in it
     * @return the object, with {@link Block#blockId()} equal to {@code slab.blockId(slot)}
     */
    Block bind(ThreadHeap heap, Slab slab, int slot);
}
