/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.order;

import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.slab.Block;
import io.github.acealloc.slab.Slab;

/** A block without memory, which notes that it came home, and in what state. Only an owner of its heap touches it there. */
public final class Parcel implements Block {
    /** What the releasing thread writes before it sends the block home. */
    public int contents;

    /** How often it came home. */
    public int arrivals;

    /** What the owner found in it. */
    public int seen;

    @Override
    public int blockId() {
        throw new AssertionError("a parcel lies in no slab");
    }

    @Override
    public Slab slab() {
        throw new AssertionError("a parcel lies in no slab");
    }

    /** What happens when it comes home, before it is counted. */
    public Runnable onArrival = () -> {};

    /** Says that it must not be taken in, so that the heap asks for no slab. */
    @Override
    public boolean arrive(Object home) {
        if (!(home instanceof ThreadHeap heap) || heap.isOwner()) {
            onArrival.run(); // who tends a heap in its owner's place is not interrupted: the owner waits for it
        }
        arrivals++;
        seen = contents;
        return false;
    }
}
