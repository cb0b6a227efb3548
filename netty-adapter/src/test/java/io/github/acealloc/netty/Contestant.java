/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;

/** ACE and the yardsticks that the same scenario runs on: Netty's own two pooling allocators. */
public enum Contestant {
    ACE {
        @Override
        public ByteBufAllocator make() {
            return new AceByteBufAllocator();
        }
    },
    POOLED {
        @Override
        public ByteBufAllocator make() {
            return new PooledByteBufAllocator(true);
        }
    },
    ADAPTIVE {
        @Override
        public ByteBufAllocator make() {
            return new AdaptiveByteBufAllocator(true);
        }
    };

    /** An allocator of its own. */
    public abstract ByteBufAllocator make();

    /** What has to be true after a test: nothing is live, nothing is broken. */
    static void end(ByteBufAllocator allocator) {
        if (allocator instanceof AceByteBufAllocator ace) {
            Laws.assertClosesClean(ace);
        }
    }
}
