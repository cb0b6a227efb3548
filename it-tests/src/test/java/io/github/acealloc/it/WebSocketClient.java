/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Sends one message after the other (binary, text, binary in fragments), each when the last one has come back. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails on the way comes back through exceptionCaught
public final class WebSocketClient extends SimpleChannelInboundHandler<WebSocketFrame> {
    private static final int FRAGMENTS = 3;

    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final List<Payload> messages;
    private int next;

    public WebSocketClient(List<Payload> messages) {
        this.messages = List.copyOf(messages);
    }

    /** Completes when the last message has come back. */
    public CompletableFuture<Void> done() {
        return done;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
            send(ctx);
        }
    }

    private Payload payload() {
        return messages.get(next);
    }

    private boolean isText() {
        return next % 3 == 1;
    }

    private void send(ChannelHandlerContext ctx) {
        ByteBuf content = payload().writeTo(ctx.alloc().buffer());
        if (next % 3 == 2 && content.readableBytes() >= FRAGMENTS) { // Netty cannot compress an empty fragment
            int part = content.readableBytes() / FRAGMENTS;
            ctx.write(new BinaryWebSocketFrame(false, 0, content.readRetainedSlice(part)), ctx.voidPromise());
            ctx.write(new ContinuationWebSocketFrame(false, 0, content.readRetainedSlice(part)), ctx.voidPromise());
            ctx.writeAndFlush(new ContinuationWebSocketFrame(true, 0, content), ctx.voidPromise());
        } else {
            ctx.writeAndFlush(
                    isText() ? new TextWebSocketFrame(content) : new BinaryWebSocketFrame(content), ctx.voidPromise());
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame frame) {
        assertThat(frame).isInstanceOf(isText() ? TextWebSocketFrame.class : BinaryWebSocketFrame.class);
        payload().checkWhole(frame.content());
        if (++next == messages.size()) {
            done.complete(null);
        } else {
            send(ctx);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        done.completeExceptionally(new AssertionError("the connection closed before message " + next + " was back"));
    }
}
