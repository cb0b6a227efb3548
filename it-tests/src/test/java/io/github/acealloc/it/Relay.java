/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.atomic.AtomicInteger;

/** One side of a proxied connection: writes what it reads to its peer on another loop, and stops reading while the peer is full. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails on the way comes back through exceptionCaught
class Relay extends ChannelInboundHandlerAdapter {
    private final AtomicInteger pauses;
    private volatile Channel peer;

    /** Counts in {@code pauses} how often it stopped reading. */
    Relay(Channel peer, AtomicInteger pauses) {
        this.peer = peer;
        this.pauses = pauses;
    }

    final void peer(Channel peer) {
        this.peer = peer;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (peer == null) { // epoll reads without being asked when the other side has gone
            ReferenceCountUtil.release(message);
            ctx.close();
            return;
        }
        peer.writeAndFlush(message, peer.voidPromise());
        if (!peer.isWritable()) {
            pauses.incrementAndGet();
            ctx.channel().config().setAutoRead(false);
            if (peer.isWritable()) {
                ctx.channel().config().setAutoRead(true);
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable() && peer != null) {
            peer.config().setAutoRead(true);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (peer != null) {
            peer.close();
        }
    }
}
