/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;

/** The child: keeps a buffer and goes on asking for others, of Netty's default allocator, its pooled one or ACE, until it is killed. */
public final class LiveProgram {
    /** Of the buffer that stays. */
    static final int KEPT_BYTES = 1 << 20;

    private static volatile ByteBuf kept;

    private LiveProgram() {}

    public static void main(String[] args) throws Exception {
        ByteBufAllocator allocator = switch (args[0]) {
            case "pooled" -> PooledByteBufAllocator.DEFAULT;
            case "ace" ->
                (ByteBufAllocator) Class.forName("io.github.acealloc.netty.AceAllocators")
                        .getMethod("configured")
                        .invoke(null);
            default -> ByteBufAllocator.DEFAULT;
        };
        kept = allocator.directBuffer(KEPT_BYTES);
        allocator.heapBuffer(100).release();
        System.out.println(LiveJvm.READY);
        while (kept.refCnt() > 0) {
            for (int i = 0; i < 10; i++) {
                allocator.directBuffer(1_000).release();
            }
            Thread.sleep(1);
        }
    }
}
