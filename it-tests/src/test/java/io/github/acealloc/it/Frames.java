/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Numbered messages of several sources: {@code length, source, number, payload}. */
final class Frames {
    private static final int MAX_FRAME = 4 << 20;
    private static final int[] SIZES = {0, 1, 10, 100, 700, 3000, 9000, 40_000, 20, 150_000, 64, 1200, 5};

    private Frames() {}

    /** Gives whole frames, the length in front. */
    static LengthFieldBasedFrameDecoder decoder() {
        return new LengthFieldBasedFrameDecoder(MAX_FRAME, 0, Integer.BYTES);
    }

    private static Payload payload(int source, int number) {
        return new Payload(source * 100_000 + number, SIZES[Math.floorMod(source + number, SIZES.length)]);
    }

    /** Makes a frame; direct and heap buffers in turn, some of which grow on the way. */
    static ByteBuf make(ByteBufAllocator alloc, int source, int number) {
        Payload payload = payload(source, number);
        int bytes = 2 * Integer.BYTES + payload.size();
        int capacity = number % 3 == 0 ? Integer.BYTES : Integer.BYTES + bytes;
        ByteBuf frame = (number & 1) == 0 ? alloc.directBuffer(capacity) : alloc.heapBuffer(capacity);
        return payload.writeTo(frame.writeInt(bytes).writeInt(source).writeInt(number));
    }

    /** Checks a frame that belongs to the caller; indices move. */
    static void check(ByteBuf frame, int number) {
        int length = frame.readInt();
        if (length != frame.readableBytes()) {
            throw new AssertionError("length: " + length + " (expected: " + frame.readableBytes() + ")");
        }
        int source = frame.readInt();
        int actual = frame.readInt();
        if (actual != number) {
            throw new AssertionError("source " + source + ": frame " + actual + " (expected: " + number + ")");
        }
        payload(source, number).checkWhole(frame);
    }

    static int source(ByteBuf frame) {
        return frame.getInt(frame.readerIndex() + Integer.BYTES);
    }

    /** Receives so many frames, each source's in order, and checks them. */
    static final class Checker extends SimpleChannelInboundHandler<ByteBuf> {
        private final Map<Integer, Integer> nextOfSource = new HashMap<>();
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private int missing;

        Checker(int expected) {
            missing = expected;
        }

        /** Completes with the last frame. */
        CompletableFuture<Void> done() {
            return done;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) {
            check(frame, nextOfSource.merge(source(frame), 1, Integer::sum) - 1);
            if (--missing == 0) {
                done.complete(null);
            }
        }
    }
}
