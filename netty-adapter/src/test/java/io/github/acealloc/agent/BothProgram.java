/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent;

import io.github.acealloc.netty.AceAllocators;
import io.github.acealloc.netty.AceByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;

/** The child: a program that uses ACE itself, and Netty's allocators beside it. */
@SuppressWarnings("ReferenceEquality") // identity is the question
public final class BothProgram {
    private BothProgram() {}

    public static void main(String[] args) {
        ByteBufAllocator ace = AceAllocators.configured();
        ByteBufAllocator pooled = PooledByteBufAllocator.DEFAULT;
        boolean right = true;
        for (int i = 0; i < 1_000; i++) {
            ByteBuf one = ace.directBuffer(100);
            right &= one.alloc() == ace;
            one.release();
            ByteBuf other = pooled.directBuffer(100); // the same slot, mostly
            right &= other.alloc() == pooled;
            other.release();
            ByteBuf own = i % 2 == 0 ? ace.heapBuffer(100) : pooled.heapBuffer(100);
            right &= own.alloc() == (i % 2 == 0 ? ace : pooled);
            own.release();
        }
        System.out.println("alloc() is right: " + right);
        ByteBuf buf = pooled.directBuffer(1 << 20);
        System.out.println(
                "one class: " + (buf.getClass() == ace.directBuffer(1).touch().getClass()));
        System.out.println("one engine: " + (AceByteBufAllocator.DEFAULT.stats().liveBytes() >= 1 << 20));
        buf.release();
        System.out.println("laws: " + AceByteBufAllocator.DEFAULT.violations());
    }
}
