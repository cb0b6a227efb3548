/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients that reset their connections in the middle of large transfers leave nothing behind on either side. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails on the way comes back through exceptionCaught
final class ResetTest {
    private static final int CLIENTS = 12;
    private static final int STREAM = 32 << 20;
    private static final int HALF = 1 << 20;

    @RegisterExtension
    final AceFixture ace = new AceFixture();

    private final AtomicInteger broken = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();

    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void inTheMiddleOfStreamsBothWays(Transport transport) throws Exception {
        Channel server = ace.loops(transport, 2).serve(pipeline -> pipeline.addLast(new Echo(), new Observer()));
        Loops clients = ace.loops(transport, 1);
        List<Channel> channels = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            int after = 1 + i * 100_000;
            StreamClient stream = new StreamClient(new Payload(i, STREAM), 1 << 20, 5000, 60_000);
            channels.add(clients.connect(server, pipeline -> pipeline.addLast(new ResetAfter(after), stream)));
        }
        awaitResets(channels, CLIENTS);

        StreamClient last = new StreamClient(new Payload(99, 1 << 20), 9999);
        Channel channel = clients.connect(server, pipeline -> pipeline.addLast(last));
        ace.await(last.done());
        channel.close().sync();
    }

    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void inTheMiddleOfRequestBodies(Transport transport) throws Exception {
        ace.expect(failure -> failure instanceof PrematureChannelClosureException); // what the aggregator says to it
        AtomicInteger bytes = new AtomicInteger();
        Channel server = ace.loops(transport, 2)
                .serve(pipeline -> pipeline.addLast(
                        new Counter(bytes),
                        new HttpServerCodec(),
                        new HttpObjectAggregator(2 * HALF),
                        new HttpEcho(),
                        new Observer()));
        Loops clients = ace.loops(transport, 1);
        List<Channel> channels = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            Channel channel = clients.connect(server, pipeline -> {});
            channels.add(channel);
            ByteBuf half = channel.alloc().buffer();
            ByteBufUtil.writeAscii(
                    half, "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: " + 2 * HALF + "\r\n\r\n");
            channel.writeAndFlush(new Payload(i, HALF).writeTo(half));
        }
        AceFixture.awaitFor("all halves").until(() -> bytes.get() > CLIENTS * HALF);
        assertThat(ace.stats().liveBytes()).as("bodies waiting for their rest").isGreaterThan(CLIENTS * HALF);
        channels.forEach(ResetTest::reset);
        awaitResets(channels, CLIENTS);
    }

    private void awaitResets(List<Channel> channels, int connections) throws Exception {
        for (Channel channel : channels) {
            ace.await(channel.closeFuture());
        }
        AceFixture.awaitFor("the server's side of it").until(() -> closed.get() == connections);
        assertThat(broken).as("connections that broke").hasPositiveValue();
    }

    private static void reset(Channel channel) {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        channel.close();
    }

    /** Resets its connection in the read that brings the given number of bytes. */
    private static final class ResetAfter extends ChannelInboundHandlerAdapter {
        private int bytesLeft;

        ResetAfter(int bytesLeft) {
            this.bytesLeft = bytesLeft;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            bytesLeft -= ((ByteBuf) message).readableBytes();
            ctx.fireChannelRead(message);
            if (bytesLeft <= 0) {
                reset(ctx.channel());
            }
        }
    }

    private static final class Counter extends ChannelInboundHandlerAdapter {
        private final AtomicInteger bytes;

        Counter(AtomicInteger bytes) {
            this.bytes = bytes;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            bytes.addAndGet(((ByteBuf) message).readableBytes());
            ctx.fireChannelRead(message);
        }
    }

    /** Counts how connections end on the server. */
    private final class Observer extends ChannelInboundHandlerAdapter {
        private boolean isBroken;

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (cause instanceof IOException && !isBroken) {
                isBroken = true;
                broken.incrementAndGet();
            }
            ctx.fireExceptionCaught(cause);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            closed.incrementAndGet();
        }
    }
}
