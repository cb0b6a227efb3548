/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What the server in a container answers: {@code /hold?seed=s&bytes=n&millis=m} a payload that was made at once and sent later, or 503
 * with the error's text where there is no memory for it; {@code /echo} the request's body; {@code /figures} what it is like;
 * {@code /violations} the laws it breaks; {@code /leaks} what Netty's leak detector has reported since it was asked last;
 * {@code /forget} leaks a buffer.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails on the way comes back through exceptionCaught
final class ServerHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final int FORGOTTEN = 5000;

    private final ServerFigures figures;

    ServerHandler(ServerFigures figures) {
        this.figures = figures;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        QueryStringDecoder uri = new QueryStringDecoder(request.uri());
        switch (uri.path()) {
            case "/hold" -> hold(ctx, uri);
            case "/echo" -> send(ctx, HttpResponseStatus.OK, request.content().retain());
            case "/figures" -> send(ctx, HttpResponseStatus.OK, text(figures.text()));
            case "/violations" -> send(ctx, HttpResponseStatus.OK, text(figures.violations()));
            case "/forget" -> {
                ctx.alloc().directBuffer(FORGOTTEN);
                send(ctx, HttpResponseStatus.OK, text("forgotten"));
            }
            // A thread of its own: it waits for the collector.
            case "/leaks" -> new Thread(() -> send(ctx, HttpResponseStatus.OK, text(Leaks.found()))).start();
            default -> send(ctx, HttpResponseStatus.NOT_FOUND, text(uri.path()));
        }
    }

    private void hold(ChannelHandlerContext ctx, QueryStringDecoder uri) {
        Payload payload = new Payload(number(uri, "seed"), number(uri, "bytes"));
        ByteBuf body;
        try {
            body = ctx.alloc().directBuffer(payload.size());
        } catch (OutOfMemoryError e) {
            figures.failed(e);
            send(ctx, HttpResponseStatus.SERVICE_UNAVAILABLE, text(String.valueOf(e.getMessage())));
            return;
        }
        payload.writeTo(body);
        int millis = number(uri, "millis");
        ctx.executor().schedule(() -> send(ctx, HttpResponseStatus.OK, body), millis, TimeUnit.MILLISECONDS);
    }

    private static int number(QueryStringDecoder uri, String name) {
        return Integer.parseInt(uri.parameters().get(name).get(0));
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    /** A head for which there was no memory fails the write alone: the connection must not be left without an answer. */
    private static void send(ChannelHandlerContext ctx, HttpResponseStatus status, ByteBuf body) {
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
        HttpUtil.setContentLength(response, body.readableBytes());
        ctx.writeAndFlush(response).addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    }

    /** Made when first asked, as the detector's level goes up with it. */
    private static final class Leaks {
        private static final LeakReports REPORTS = new LeakReports();

        private Leaks() {}

        static synchronized String found() {
            List<String> found = REPORTS.collect();
            return found.size() + "\n" + String.join("\n", found);
        }
    }
}
