/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledDirectByteBuf;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/**
 * Why a client's handshake may fail at the memory limit in a way that looks like garbage: a server that has no memory for its answer
 * closes the connection by a frame, and the client still expects HTTP. So does Netty with any allocator.
 */
class UnansweredHandshakeTest {
    private static final String REQUEST = String.join(
            "\r\n",
            "GET / HTTP/1.1",
            "Host: x",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            "",
            "");

    /** One allocation fails, then there is memory again. */
    private static final class Failing extends AbstractByteBufAllocator {
        private int untilFailure = Integer.MAX_VALUE;

        Failing() {
            super(true);
        }

        private void count() {
            if (untilFailure-- == 0) {
                throw new OutOfMemoryError("on purpose");
            }
        }

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            count();
            return new UnpooledHeapByteBuf(this, initialCapacity, maxCapacity);
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            count();
            return new UnpooledDirectByteBuf(this, initialCapacity, maxCapacity);
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    }

    /** What a server sends whose allocation with this number fails, counted from the request on. */
    private static Object answer(int failing) {
        Failing allocator = new Failing();
        EmbeddedChannel server = new EmbeddedChannel();
        server.config().setAllocator(allocator);
        server.pipeline()
                .addLast(
                        new HttpServerCodec(),
                        new HttpObjectAggregator(1 << 16),
                        new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelRead(ChannelHandlerContext context, Object message) {
                                allocator.untilFailure = failing;
                                context.fireChannelRead(message);
                            }
                        },
                        new WebSocketServerProtocolHandler("/"),
                        new ChannelInboundHandlerAdapter() {
                            @Override
                            @SuppressWarnings("FutureReturnValueIgnored") // as everybody closes here
                            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                                context.close();
                            }
                        });
        server.writeInbound(Unpooled.copiedBuffer(REQUEST, StandardCharsets.US_ASCII));
        return server.readOutbound();
    }

    private static HttpResponse seen(Object answer) {
        EmbeddedChannel client = new EmbeddedChannel(new HttpClientCodec());
        client.writeInbound(answer);
        return client.readInbound();
    }

    @Test
    void aServerWithoutMemoryForItsAnswerSendsAFrame() {
        assertThat(seen(answer(Integer.MAX_VALUE)).status().code()).isEqualTo(101);
        HttpResponse garbage = seen(answer(1));
        assertThat(garbage.status().code()).isEqualTo(999);
        assertThat(garbage.decoderResult().isFailure()).isTrue();
    }
}
