/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContentCompressor;
import io.netty.handler.codec.http.HttpContentDecompressor;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;

/** An HTTP/1.1 server's handler that answers with the body it got: in one piece, or in chunks if the body came so. */
public final class HttpEcho extends SimpleChannelInboundHandler<FullHttpRequest> {
    static final int MAX_BODY = 8 << 20;

    private static final String CHUNKED = "x-chunked";
    private static final int CHUNK = 30_000;

    public static void plain(ChannelPipeline pipeline) {
        pipeline.addLast(new HttpServerCodec(), new ChunkedNote(), new HttpObjectAggregator(MAX_BODY), new HttpEcho());
    }

    static void compressing(ChannelPipeline pipeline) {
        pipeline.addLast(
                new HttpServerCodec(),
                new ChunkedNote(),
                new HttpContentCompressor(),
                new HttpContentDecompressor(MAX_BODY),
                new HttpObjectAggregator(MAX_BODY),
                new HttpEcho());
    }

    /** Notes what the aggregator takes off: that the body comes in chunks. */
    private static final class ChunkedNote extends SimpleChannelInboundHandler<HttpRequest> {
        ChunkedNote() {
            super(false);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, HttpRequest request) {
            if (HttpUtil.isTransferEncodingChunked(request)) {
                request.headers().set(CHUNKED, true);
            }
            ctx.fireChannelRead(request);
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        if (request.headers().contains(CHUNKED)) {
            answerInChunks(ctx, request.content());
        } else {
            ByteBuf body = request.content().retain();
            HttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body);
            HttpUtil.setContentLength(response, body.readableBytes());
            Parts.write(ctx, response);
        }
    }

    private static void answerInChunks(ChannelHandlerContext ctx, ByteBuf body) {
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        HttpUtil.setTransferEncodingChunked(head, true);
        Parts.write(ctx, head);
        while (body.isReadable()) {
            ByteBuf chunk = body.readRetainedSlice(Math.min(CHUNK, body.readableBytes()));
            Parts.write(ctx, new DefaultHttpContent(chunk));
        }
        Parts.write(ctx, LastHttpContent.EMPTY_LAST_CONTENT);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
    }
}
