/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Threads without an event loop, virtual ones too, make buffers, write them into channels and release what returns. */
final class ForeignThreadTest {
    private static final int THREADS = 10;
    private static final int ROUNDS = 8;
    private static final int WINDOW = 13;
    private static final int FIRST_VIRTUAL = 21;
    private static final long PATIENCE_SECONDS = 20;

    @RegisterExtension
    final AceFixture ace = new AceFixture();

    private final List<BlockingQueue<ByteBuf>> returned = new ArrayList<>();

    /** The threads of a test. */
    enum Kind {
        PLAIN,
        VIRTUAL;

        ExecutorService executor() throws ReflectiveOperationException {
            return this == PLAIN
                    ? Executors.newCachedThreadPool()
                    : (ExecutorService) Executors.class
                            .getMethod("newVirtualThreadPerTaskExecutor")
                            .invoke(null);
        }
    }

    static Stream<Arguments> transportsAndKinds() {
        return Transport.available().stream()
                .flatMap(transport -> Arrays.stream(Kind.values())
                        .filter(kind -> kind == Kind.PLAIN || Runtime.version().feature() >= FIRST_VIRTUAL)
                        .map(kind -> Arguments.of(transport, kind)));
    }

    @ParameterizedTest
    @MethodSource("transportsAndKinds")
    void manyThreadsShareAChannel(Transport transport, Kind kind) throws Exception {
        for (int i = 0; i < THREADS; i++) {
            returned.add(new LinkedBlockingQueue<>());
        }
        Channel server = ace.loops(transport, 1).serve(pipeline -> pipeline.addLast(new Echo()));
        Channel channel =
                ace.loops(transport, 1).connect(server, pipeline -> pipeline.addLast(Frames.decoder(), new Return()));
        ExecutorService executor = kind.executor();
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int source = i;
                all.add(executor.submit(() -> exchange(channel, source)));
            }
            for (Future<?> each : all) {
                ace.await(each);
            }
        } finally {
            executor.shutdownNow();
            assertThat(executor.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .isTrue();
        }
        channel.close().sync();
        assertThat(ace.stats().allocations()).isGreaterThanOrEqualTo((long) THREADS * ROUNDS * WINDOW);
    }

    /** Writes a few frames, waits for them, checks them and releases them, round after round. */
    private Void exchange(Channel channel, int source) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            List<Future<?>> writes = new ArrayList<>();
            for (int i = 0; i < WINDOW; i++) {
                writes.add(channel.writeAndFlush(Frames.make(channel.alloc(), source, round * WINDOW + i)));
            }
            for (Future<?> write : writes) {
                write.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
            for (int i = 0; i < WINDOW; i++) {
                ByteBuf frame = returned.get(source).poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                assertThat(frame).as("frame " + i + " of " + source).isNotNull();
                try {
                    Frames.check(frame, round * WINDOW + i);
                } finally {
                    frame.release();
                }
            }
        }
        return null;
    }

    /** Hands each frame to the thread that sent it. */
    private final class Return extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf frame = (ByteBuf) message;
            returned.get(Frames.source(frame)).add(frame);
        }
    }

    /** Loops on threads that are not Netty's have no heap of their own and share stripes. */
    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void eventLoopsOnPlainThreads(Transport transport) throws Exception {
        Channel server = ace.loops(transport, 2, Thread::new).serve(pipeline -> pipeline.addLast(new Echo()));
        Loops clients = ace.loops(transport, 1, Thread::new);
        List<StreamClient> streams = new ArrayList<>();
        List<Channel> channels = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            StreamClient stream = new StreamClient(new Payload(i, 2 << 20), 3, 20_000, 200_000);
            streams.add(stream);
            channels.add(clients.connect(server, pipeline -> pipeline.addLast(stream)));
        }
        for (StreamClient stream : streams) {
            ace.await(stream.done());
        }
        for (Channel channel : channels) {
            channel.close().sync();
        }
    }
}
