/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http.websocketx.extensions.compression.WebSocketClientCompressionHandler;
import io.netty.handler.codec.http.websocketx.extensions.compression.WebSocketServerCompressionHandler;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A WebSocket server on ACE echoes text and binary messages of mixed sizes, whole, fragmented and compressed. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails on the way comes back through exceptionCaught
final class WebSocketEchoTest {
    private static final int MAX_FRAME = 2 << 20;
    private static final int[] SIZES = {0, 1, 125, 126, 1000, 65_535, 65_536, 3, 200_000, 10};

    @RegisterExtension
    final AceFixture ace = new AceFixture();

    static Stream<Arguments> transportsAndCompression() {
        return Transport.available().stream()
                .flatMap(
                        transport -> Stream.of(false, true).map(isCompressed -> Arguments.of(transport, isCompressed)));
    }

    @ParameterizedTest
    @MethodSource("transportsAndCompression")
    void messagesComeBack(Transport transport, boolean isCompressed) throws Exception {
        Channel server = ace.loops(transport, 1).serve(pipeline -> addServer(pipeline, isCompressed));
        EchoedMessages client = new EchoedMessages();
        Channel channel =
                ace.loops(transport, 1).connect(server, pipeline -> addClient(pipeline, isCompressed, client));
        ace.await(client.done);
        channel.close().sync();
    }

    private static void addServer(ChannelPipeline pipeline, boolean isCompressed) {
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
                        ctx.writeAndFlush(frame.retain());
                    }
                });
    }

    private static void addClient(ChannelPipeline pipeline, boolean isCompressed, EchoedMessages client) {
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

    /** Sends one message after the other (binary, text, binary in fragments), each when the last one has come back. */
    private static final class EchoedMessages extends SimpleChannelInboundHandler<WebSocketFrame> {
        private static final int FRAGMENTS = 3;

        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private int next;

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
                send(ctx);
            }
        }

        private Payload payload() {
            return new Payload(next, SIZES[next / 3]);
        }

        private boolean isText() {
            return next % 3 == 1;
        }

        private void send(ChannelHandlerContext ctx) {
            ByteBuf content = payload().writeTo(ctx.alloc().buffer());
            if (next % 3 == 2 && content.readableBytes() >= FRAGMENTS) { // Netty cannot compress an empty fragment
                int part = content.readableBytes() / FRAGMENTS;
                ctx.write(new BinaryWebSocketFrame(false, 0, content.readRetainedSlice(part)));
                ctx.write(new ContinuationWebSocketFrame(false, 0, content.readRetainedSlice(part)));
                ctx.writeAndFlush(new ContinuationWebSocketFrame(true, 0, content));
            } else {
                ctx.writeAndFlush(isText() ? new TextWebSocketFrame(content) : new BinaryWebSocketFrame(content));
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame frame) {
            assertThat(frame).isInstanceOf(isText() ? TextWebSocketFrame.class : BinaryWebSocketFrame.class);
            payload().checkWhole(frame.content());
            if (++next == 3 * SIZES.length) {
                done.complete(null);
            } else {
                send(ctx);
            }
        }
    }
}
