/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/** The client's side of a proxy: connects to the origin, and reads nothing before that is done. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails on the way comes back through exceptionCaught
public final class Tunnel extends Relay {
    private final Loops back;
    private final SocketAddress origin;
    private final AtomicInteger pauses;

    public Tunnel(Loops back, SocketAddress origin, AtomicInteger pauses) {
        super(null, pauses);
        this.back = back;
        this.origin = origin;
        this.pauses = pauses;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.channel().config().setAutoRead(false);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        Channel front = ctx.channel();
        back.client(pipeline -> pipeline.addLast(new Relay(front, pauses)))
                .connect(origin)
                .addListener((ChannelFutureListener) connected -> {
                    if (connected.isSuccess()) {
                        peer(connected.channel());
                        if (!front.isActive()) {
                            connected.channel().close(); // nobody else would
                        }
                        front.config().setAutoRead(true);
                    } else {
                        front.pipeline().fireExceptionCaught(connected.cause());
                    }
                });
    }
}
