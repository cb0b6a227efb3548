/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;

/** One keep-alive connection with at most one request under way; checks every answer against its request. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails on the way comes back through exceptionCaught
final class Connection extends SimpleChannelInboundHandler<HttpObject> {
    /** Told about the end of each request. */
    interface Listener {
        /** The answer to a request is complete and right. */
        void completed(Connection connection, long intendedNanos);

        /** The connection cannot be used any more. */
        void failed(Throwable cause);
    }

    private final Requests requests;
    private final Listener listener;
    private ChannelHandlerContext context;
    private int request;
    private long intendedNanos;
    private int received;

    Connection(Requests requests, Listener listener) {
        this.requests = requests;
        this.listener = listener;
    }

    /**
     * Sends a request.
     *
     * @param intendedNanos when it should have been sent, for the listener
     */
    void send(int request, long intendedNanos) {
        this.request = request;
        this.intendedNanos = intendedNanos;
        received = 0;
        context.write(requests.encoded(request), context.voidPromise());
        context.flush();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        this.context = context;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
        if (message instanceof HttpResponse response && !response.status().equals(HttpResponseStatus.OK)) {
            throw new IllegalStateException("status: " + response.status() + " (expected: 200 OK)");
        }
        if (message instanceof HttpContent content) {
            check(content.content());
            if (message instanceof LastHttpContent) {
                complete();
            }
        }
    }

    private void check(ByteBuf body) {
        int length = body.readableBytes();
        received += length;
        if (length > 0) {
            checkByte(body.getByte(body.readerIndex()));
            checkByte(body.getByte(body.readerIndex() + length - 1));
        }
    }

    private void checkByte(byte value) {
        if (value != (byte) request) {
            throw new IllegalStateException("body byte: " + value + " (expected: " + (byte) request + ")");
        }
    }

    private void complete() {
        if (received != requests.length(request)) {
            throw new IllegalStateException(
                    "body length: " + received + " (expected: " + requests.length(request) + ")");
        }
        listener.completed(this, intendedNanos);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        listener.failed(new IllegalStateException("the server closed a connection"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        listener.failed(cause);
        ctx.close();
    }
}
