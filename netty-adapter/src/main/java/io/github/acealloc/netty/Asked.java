/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.heap.Home;
import io.github.acealloc.slab.Slab;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;

/**
 * Keeps in each buffer which allocator it was asked of, so that {@code alloc()} answers that.
 *
 * <p>Used only where the agent is: without it these classes are not even loaded, buffers are no larger, and the JVM sees that the
 * classes above have no others below. A buffer's object keeps the allocator while its slot is free, and each way out sets it anew.
 */
final class Asked {
    private Asked() {}

    static AceByteBuf bind(boolean isDirect, Home heap, Slab slab, int slot) {
        return isDirect ? new AskedDirectByteBuf(heap, slab, slot) : new AskedHeapByteBuf(heap, slab, slot);
    }

    /** Says of a buffer that was just handed out which allocator it was asked of; {@code null} for our own. */
    static void of(AbstractByteBufAllocator allocator, ByteBuf buf) {
        if (buf instanceof AskedDirectByteBuf direct) {
            direct.asked(allocator);
        } else if (buf instanceof AskedHeapByteBuf heap) {
            heap.asked(allocator);
        } else {
            inside(allocator, buf);
        }
    }

    /** The leak detector has wrapped it. */
    private static void inside(AbstractByteBufAllocator allocator, ByteBuf wrapper) {
        ByteBuf inner = wrapper.unwrap();
        if (inner != null) {
            of(allocator, inner);
        }
    }
}
