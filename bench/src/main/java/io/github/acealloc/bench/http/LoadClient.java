/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.http;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SelectStrategy;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.util.IntSupplier;
import java.net.InetAddress;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;

/**
 * A Netty client with a fixed number of keep-alive connections on one event loop.
 *
 * <p>Its buffers always come from Netty's pooled allocator, so that only the server differs between runs. During an
 * open loop its event loop does not sleep: it asks for events again and again, which takes one core, and sends each
 * request within microseconds of the time it is due.
 */
public final class LoadClient implements AutoCloseable {
    private static final int CONNECTIONS = 32;
    private static final Duration GRACE = Duration.ofSeconds(20);

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(
            1, NioIoHandler.newFactory(SelectorProvider.provider(), () -> this::selectStrategy));
    private final EventLoop loop = group.next();
    private final Requests requests = new Requests();
    private final List<Connection> connections = new ArrayList<>();
    private final Relay relay = new Relay();
    private boolean neverSleep; // used on the event loop only

    /** Opens all connections to a server on loopback. */
    public LoadClient(int port) {
        Bootstrap bootstrap = new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        Connection connection = new Connection(requests, relay);
                        connections.add(connection);
                        channel.pipeline().addLast(new HttpResponseDecoder(), connection);
                    }
                });
        for (int i = 0; i < CONNECTIONS; i++) {
            bootstrap.connect(InetAddress.getLoopbackAddress(), port).syncUninterruptibly();
        }
    }

    /** Loads the server for a while as fast as it answers; returns requests per second. */
    public double closedLoop(Duration duration) throws InterruptedException, ExecutionException, TimeoutException {
        return run(new ClosedLoad(duration, loop), duration, false);
    }

    /** Loads the server for a while at a constant rate; returns the latencies in nanoseconds. */
    public Histogram openLoop(int requestsPerSecond, Duration duration)
            throws InterruptedException, ExecutionException, TimeoutException {
        return run(new OpenLoad(requestsPerSecond, duration, loop), duration, true);
    }

    private <R> R run(Load<R> load, Duration duration, boolean precisely)
            throws InterruptedException, ExecutionException, TimeoutException {
        loop.execute(() -> {
            relay.target = load;
            neverSleep = precisely;
            if (relay.failure == null) {
                load.start(connections);
            } else {
                load.failed(relay.failure);
            }
        });
        return load.result().get(duration.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
    }

    private int selectStrategy(IntSupplier selectNow, boolean hasTasks) throws Exception {
        return neverSleep || hasTasks ? selectNow.get() : SelectStrategy.SELECT;
    }

    @Override
    public void close() {
        loop.execute(() -> relay.target = null);
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        requests.release();
    }

    /** Hands the connections' news to the load that is running; a failure between two loads ends the next one. */
    private static final class Relay implements Connection.Listener {
        private Connection.Listener target;
        private Throwable failure;

        @Override
        public void completed(Connection connection, long intendedNanos) {
            target.completed(connection, intendedNanos);
        }

        @Override
        public void failed(Throwable cause) {
            failure = cause;
            if (target != null) {
                target.failed(cause);
            }
        }
    }
}
