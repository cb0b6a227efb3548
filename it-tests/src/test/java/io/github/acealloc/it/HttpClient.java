/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContentDecompressor;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPOutputStream;

/** A keep-alive connection that posts bodies to an HTTP echo server and holds each answer against its body. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails on the way comes back through exceptionCaught
public final class HttpClient extends SimpleChannelInboundHandler<FullHttpResponse> {
    /** How bodies go out. */
    public enum Style {
        DIRECT,
        HEAP,
        CHUNKED,
        GZIP
    }

    private static final int CHUNK = 10_000;

    private final Style style;
    private final Queue<Payload> waiting;
    private final Queue<Payload> outstanding = new ArrayDeque<>();
    private final int maxOutstanding;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    /** Sends all bodies, at most so many ahead of their answers. */
    public HttpClient(Style style, List<Payload> bodies, int maxOutstanding) {
        this.style = style;
        this.waiting = new ArrayDeque<>(bodies);
        this.maxOutstanding = maxOutstanding;
    }

    public void addTo(ChannelPipeline pipeline) {
        pipeline.addLast(new HttpClientCodec());
        if (style == Style.GZIP) {
            pipeline.addLast(new GzipExpected(), new HttpContentDecompressor(HttpEcho.MAX_BODY));
        }
        pipeline.addLast(new HttpObjectAggregator(HttpEcho.MAX_BODY), this);
    }

    /** Makes sure that the answers were compressed, which the decompressor hides. */
    private static final class GzipExpected extends SimpleChannelInboundHandler<HttpResponse> {
        GzipExpected() {
            super(false);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, HttpResponse response) {
            if (HttpUtil.getContentLength(response, -1) != 0) {
                assertThat(response.headers().get(HttpHeaderNames.CONTENT_ENCODING))
                        .isEqualTo("gzip");
            }
            ctx.fireChannelRead(response);
        }
    }

    /** Completes when the last answer was right. */
    public CompletableFuture<Void> done() {
        return done;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws IOException {
        send(ctx);
    }

    private void send(ChannelHandlerContext ctx) throws IOException {
        while (!waiting.isEmpty() && outstanding.size() < maxOutstanding) {
            Payload body = waiting.remove();
            outstanding.add(body);
            switch (style) {
                case DIRECT -> sendWhole(ctx, body.writeTo(ctx.alloc().directBuffer(body.size())));
                case HEAP -> sendWhole(ctx, body.writeTo(ctx.alloc().heapBuffer())); // grows on the way
                case CHUNKED -> sendInChunks(ctx, body);
                case GZIP -> sendWhole(ctx, zipped(ctx, body));
            }
        }
        ctx.flush();
    }

    private void sendWhole(ChannelHandlerContext ctx, ByteBuf body) {
        HttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/", body);
        HttpUtil.setContentLength(request, body.readableBytes());
        if (style == Style.GZIP) {
            request.headers()
                    .set(HttpHeaderNames.CONTENT_ENCODING, HttpHeaderValues.GZIP)
                    .set(HttpHeaderNames.ACCEPT_ENCODING, HttpHeaderValues.GZIP);
        }
        Parts.write(ctx, request);
    }

    private static ByteBuf zipped(ChannelHandlerContext ctx, Payload body) throws IOException {
        ByteBuf plain = body.writeTo(ctx.alloc().heapBuffer(Math.max(body.size(), 1)));
        ByteBuf zipped = ctx.alloc().buffer();
        try (OutputStream out = new GZIPOutputStream(new ByteBufOutputStream(zipped))) {
            plain.readBytes(out, plain.readableBytes());
        } finally {
            plain.release();
        }
        return zipped;
    }

    private static void sendInChunks(ChannelHandlerContext ctx, Payload body) {
        HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/");
        HttpUtil.setTransferEncodingChunked(head, true);
        Parts.write(ctx, head);
        for (int at = 0; at < body.size(); at += CHUNK) {
            int n = Math.min(CHUNK, body.size() - at);
            Parts.write(ctx, new DefaultHttpContent(body.writeTo(ctx.alloc().buffer(n), at, n)));
        }
        Parts.write(ctx, LastHttpContent.EMPTY_LAST_CONTENT);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse response) throws IOException {
        assertThat(response.status()).isEqualTo(HttpResponseStatus.OK);
        assertThat(HttpUtil.isKeepAlive(response)).isTrue();
        outstanding.remove().checkWhole(response.content());
        if (outstanding.isEmpty() && waiting.isEmpty()) {
            done.complete(null);
        } else {
            send(ctx);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        done.completeExceptionally(
                new AssertionError("the connection closed with answers outstanding: " + outstanding));
    }
}
