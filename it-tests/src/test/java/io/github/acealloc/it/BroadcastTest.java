/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A hub sends each buffer that it reads to subscribers on several other loops, as duplicates and slices of it. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails on the way comes back through exceptionCaught
final class BroadcastTest {
    private static final int SUBSCRIBERS = 8;
    private static final int FRAMES = 400;
    private static final int HEAPS_PER_LOOP = 2; // direct, heap
    private static final int LOOPS = 6;

    @RegisterExtension
    final AceFixture ace = new AceFixture();

    private final List<Channel> subscribers = new CopyOnWriteArrayList<>();
    private final AtomicInteger pauses = new AtomicInteger();
    private volatile Channel publisher;

    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void everySubscriberGetsEveryFrameInOrder(Transport transport) throws Exception {
        Channel out = ace.loops(transport, 3).serve(pipeline -> pipeline.addLast(new Subscriber()));
        Channel in = ace.loops(transport, 1).serve(pipeline -> pipeline.addLast(Frames.decoder(), new Hub()));
        Loops clients = ace.loops(transport, 2);

        List<Frames.Checker> checkers = new ArrayList<>();
        List<Channel> channels = new ArrayList<>();
        for (int i = 0; i < SUBSCRIBERS; i++) {
            Frames.Checker checker = new Frames.Checker(FRAMES);
            checkers.add(checker);
            channels.add(clients.connect(out, pipeline -> pipeline.addLast(Frames.decoder(), checker)));
        }
        AceFixture.awaitFor("subscribers").until(() -> subscribers.size() == SUBSCRIBERS);
        Channel slow = channels.get(0);
        slow.config().setAutoRead(false);
        channels.add(clients.connect(in, pipeline -> pipeline.addLast(new Publisher())));

        AceFixture.awaitFor("backpressure").until(() -> pauses.get() > 0);
        assertThat(checkers.get(0).done()).isNotDone();
        slow.config().setAutoRead(true);
        for (Frames.Checker checker : checkers) {
            ace.await(checker.done());
        }
        assertThat(ace.stats().counters().remoteFrees()).isPositive();
        assertThat(ace.stats().heaps()).isLessThanOrEqualTo(HEAPS_PER_LOOP * LOOPS);
        for (Channel channel : channels) {
            channel.close().sync();
        }
    }

    private void readWhileAllKeepUp() {
        boolean allKeepUp = subscribers.stream().allMatch(Channel::isWritable);
        if (!allKeepUp) {
            pauses.incrementAndGet();
        }
        publisher.config().setAutoRead(allKeepUp);
    }

    /** Sends frames as fast as the hub takes them. */
    private static final class Publisher extends ChannelInboundHandlerAdapter {
        private int next;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            while (next < FRAMES && ctx.channel().isWritable()) {
                ctx.writeAndFlush(Frames.make(ctx.alloc(), 1, next++), ctx.voidPromise());
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            ctx.executor().execute(() -> channelActive(ctx));
        }
    }

    /** The publisher's connection on the hub. */
    private final class Hub extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            publisher = ctx.channel();
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) {
            int turn = 0;
            for (Channel subscriber : subscribers) {
                ByteBuf copy = (turn++ & 1) == 0
                        ? frame.retainedDuplicate()
                        : frame.retainedSlice(frame.readerIndex(), frame.readableBytes());
                subscriber.writeAndFlush(copy, subscriber.voidPromise());
            }
            readWhileAllKeepUp();
        }
    }

    /** A subscriber's connection on the hub. */
    private final class Subscriber extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            subscribers.add(ctx.channel());
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            // On the publisher's loop, so that the last word is about the last change.
            publisher.eventLoop().execute(BroadcastTest.this::readWhileAllKeepUp);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            subscribers.remove(ctx.channel());
        }
    }
}
