/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.os.OsMemory;
import io.github.acealloc.slab.Superslab;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** The two kinds of buffers. */
enum Kind {
    DIRECT {
        @Override
        ByteBuf allocate(ByteBufAllocator allocator, int capacity, int maxCapacity) {
            return allocator.directBuffer(capacity, maxCapacity);
        }

        @Override
        long used(AceByteBufAllocator allocator) {
            return allocator.metric().usedDirectMemory();
        }

        @Override
        long pinned(AceByteBufAllocator allocator) {
            return allocator.metric().pinnedDirectMemory();
        }
    },
    HEAP {
        @Override
        ByteBuf allocate(ByteBufAllocator allocator, int capacity, int maxCapacity) {
            return allocator.heapBuffer(capacity, maxCapacity);
        }

        @Override
        long used(AceByteBufAllocator allocator) {
            return allocator.metric().usedHeapMemory();
        }

        @Override
        long pinned(AceByteBufAllocator allocator) {
            return allocator.metric().pinnedHeapMemory();
        }
    };

    abstract ByteBuf allocate(ByteBufAllocator allocator, int capacity, int maxCapacity);

    final ByteBuf allocate(ByteBufAllocator allocator, int capacity) {
        return allocate(allocator, capacity, Integer.MAX_VALUE);
    }

    /** The size of a superslab of this kind. */
    final long superslabBytes() {
        return Superslab.bytes(this == DIRECT);
    }

    /** What counts as used once a first small buffer was allocated. */
    final long firstBytes() {
        boolean isLazy = this == DIRECT && OsMemory.direct().isLazy();
        return isLazy ? Superslab.UNIT_BYTES : superslabBytes();
    }

    /** Memory of this kind that the allocator has from the system. */
    abstract long used(AceByteBufAllocator allocator);

    /** Memory of this kind that buffers hold. */
    abstract long pinned(AceByteBufAllocator allocator);
}
