/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http.websocketx.extensions.compression.WebSocketClientCompressionHandler;
import io.netty.handler.codec.http.websocketx.extensions.compression.WebSocketServerCompressionHandler;

/** The two ends of a WebSocket connection whose server sends back each frame. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails on the way comes back through exceptionCaught
public final class WebSocketEcho {
    static final int MAX_FRAME = 2 << 20;

    private WebSocketEcho() {}

    public static void addServer(ChannelPipeline pipeline, boolean isCompressed) {
        pipeline.addLast(new HttpServerCodec(), new HttpObjectAggregator(1 << 16));
        if (isCompressed) {
            pipeline.addLast(new WebSocketServerCompressionHandler(MAX_FRAME));
        }
        pipeline.addLast(
                new WebSocketServerProtocolHandler(WebSocketServerProtocolConfig.newBuilder()
                        .websocketPath("/")
                        .allowExtensions(true)
                        .maxFramePayloadLength(MAX_FRAME)
                        .build()),
                new SimpleChannelInboundHandler<WebSocketFrame>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame frame) {
                        ctx.writeAndFlush(frame.retain(), ctx.voidPromise());
                    }
                });
    }

    public static void addClient(ChannelPipeline pipeline, boolean isCompressed, WebSocketClient client) {
        pipeline.addLast(new HttpClientCodec(), new HttpObjectAggregator(1 << 16));
        if (isCompressed) {
            pipeline.addLast(new WebSocketClientCompressionHandler(MAX_FRAME));
        }
        pipeline.addLast(
                new WebSocketClientProtocolHandler(WebSocketClientProtocolConfig.newBuilder()
                        .webSocketUri("ws://localhost/")
                        .allowExtensions(true)
                        .maxFramePayloadLength(MAX_FRAME)
                        .build()),
                new WebSocketFrameAggregator(MAX_FRAME),
                client);
    }
}
