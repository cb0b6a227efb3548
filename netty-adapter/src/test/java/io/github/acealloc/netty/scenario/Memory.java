/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;

/** The two kinds of buffers. */
enum Memory {
    DIRECT {
        @Override
        ByteBuf buffer(ByteBufAllocator allocator, int capacity, int maxCapacity) {
            return allocator.directBuffer(capacity, maxCapacity);
        }

        @Override
        CompositeByteBuf composite(ByteBufAllocator allocator) {
            return allocator.compositeDirectBuffer();
        }
    },
    HEAP {
        @Override
        ByteBuf buffer(ByteBufAllocator allocator, int capacity, int maxCapacity) {
            return allocator.heapBuffer(capacity, maxCapacity);
        }

        @Override
        CompositeByteBuf composite(ByteBufAllocator allocator) {
            return allocator.compositeHeapBuffer();
        }
    };

    abstract ByteBuf buffer(ByteBufAllocator allocator, int capacity, int maxCapacity);

    abstract CompositeByteBuf composite(ByteBufAllocator allocator);
}
