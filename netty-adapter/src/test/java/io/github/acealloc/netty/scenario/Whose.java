/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import io.github.acealloc.netty.AceByteBufAllocator;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;

/** Whose allocator a row runs on. */
enum Whose {
    POOLED {
        @Override
        ByteBufAllocator make() {
            return new PooledByteBufAllocator(true);
        }
    },
    ADAPTIVE {
        @Override
        ByteBufAllocator make() {
            return new AdaptiveByteBufAllocator(true);
        }
    },
    ACE {
        @Override
        ByteBufAllocator make() {
            return new AceByteBufAllocator();
        }
    };

    abstract ByteBufAllocator make();
}
