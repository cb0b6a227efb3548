/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.heap.Home;
import io.github.acealloc.slab.Slab;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;

/** A direct buffer that knows which allocator it was asked of: all are, where the agent is; see {@link Asked}. */
final class AskedDirectByteBuf extends AceDirectByteBuf {
    private AbstractByteBufAllocator asked;

    AskedDirectByteBuf(Home heap, Slab slab, int slot) {
        super(heap, slab, slot);
    }

    @Override
    AceByteBuf newHandle() {
        return new AskedDirectByteBuf(heap(), slab(), slot());
    }

    /** Sets the allocator, {@code null} for our own. It is mostly the last one, and then nothing is written. */
    @SuppressWarnings("ReferenceEquality") // identity is the question
    void asked(AbstractByteBufAllocator allocator) {
        if (asked != allocator) {
            asked = allocator;
        }
    }

    @Override
    public ByteBufAllocator alloc() {
        return asked != null ? asked : super.alloc();
    }

    @Override
    Class<? extends AbstractByteBufAllocator> allocatorType() {
        return asked != null ? asked.getClass() : super.allocatorType();
    }
}
