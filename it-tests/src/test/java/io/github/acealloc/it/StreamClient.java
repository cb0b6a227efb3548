/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A client that streams a payload to an echo server in pieces, direct and heap buffers in turn, never more than the
 * channel takes, and checks every byte that comes back.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails on the way comes back through exceptionCaught
public final class StreamClient extends SimpleChannelInboundHandler<ByteBuf> {
    private final Payload payload;
    private final int[] pieces;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final AtomicLong received = new AtomicLong();
    private int sent;
    private int turn;
    private boolean isPumping;

    public StreamClient(Payload payload, int... pieces) {
        this.payload = payload;
        this.pieces = pieces;
    }

    /** Completes when the last byte has come back. */
    public CompletableFuture<Void> done() {
        return done;
    }

    long received() {
        return received.get();
    }

    /** The first moment at which the channel can be written to, below a TLS handler too. */
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        pump(ctx);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        pump(ctx);
    }

    /** Flushing may make the channel writable again and so call this from within. */
    private void pump(ChannelHandlerContext ctx) {
        if (isPumping) {
            return;
        }
        isPumping = true;
        while (sent < payload.size() && ctx.channel().isWritable()) {
            int n = Math.min(pieces[turn % pieces.length], payload.size() - sent);
            boolean isDirect = (turn++ & 1) == 0;
            ByteBuf piece = isDirect ? ctx.alloc().directBuffer(n) : ctx.alloc().heapBuffer(n);
            payload.writeTo(piece, sent, n);
            sent += n;
            ctx.writeAndFlush(piece, ctx.voidPromise());
        }
        isPumping = false;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf part) {
        payload.check(part, received.get());
        if (received.addAndGet(part.readableBytes()) == payload.size()) {
            done.complete(null);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        done.completeExceptionally(new AssertionError("the connection closed after " + received + " bytes back"));
    }
}
