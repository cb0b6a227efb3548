/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A group of event loops whose servers and clients, all on loopback, take every buffer from one allocator. */
public final class Loops {
    private static final int SOCKET_BUFFER = 64 << 10;
    private static final int BACKLOG = 64;
    private static final int QUIET_MILLIS = 50;

    private final Transport transport;
    private final ByteBufAllocator allocator;
    private final Consumer<Throwable> failures;
    private final EventLoopGroup group;
    private final int count;

    public Loops(Transport transport, int count, ByteBufAllocator allocator, Consumer<Throwable> failures) {
        this(transport, count, null, allocator, failures);
    }

    /** The threads are Netty's own where {@code threads} is null. */
    Loops(
            Transport transport,
            int count,
            ThreadFactory threads,
            ByteBufAllocator allocator,
            Consumer<Throwable> failures) {
        this.transport = transport;
        this.count = count;
        this.allocator = allocator;
        this.failures = failures;
        group = new MultiThreadIoEventLoopGroup(count, threads, transport.io());
    }

    int count() {
        return count;
    }

    /** For a framework that brings its own servers and clients. */
    EventLoopGroup group() {
        return group;
    }

    /** Starts a server; small socket buffers, so that backpressure comes early. */
    public Channel serve(Consumer<ChannelPipeline> pipeline) throws InterruptedException {
        return new ServerBootstrap()
                .group(group)
                .channel(transport.server())
                .option(ChannelOption.ALLOCATOR, allocator)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER)
                .childOption(ChannelOption.ALLOCATOR, allocator)
                .childOption(ChannelOption.SO_SNDBUF, SOCKET_BUFFER)
                .childHandler(initializer(pipeline))
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
    }

    public Channel connect(Channel server, Consumer<ChannelPipeline> pipeline) throws InterruptedException {
        return client(pipeline).connect(server.localAddress()).sync().channel();
    }

    public Bootstrap client(Consumer<ChannelPipeline> pipeline) {
        return new Bootstrap()
                .group(group)
                .channel(transport.client())
                .option(ChannelOption.ALLOCATOR, allocator)
                .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER)
                .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER)
                .handler(initializer(pipeline));
    }

    private ChannelInitializer<Channel> initializer(Consumer<ChannelPipeline> pipeline) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                pipeline.accept(channel.pipeline());
                channel.pipeline().addLast(new LastHandler(failures));
            }
        };
    }

    public void runOnEach(Runnable task) throws InterruptedException {
        for (EventExecutor loop : group) {
            loop.submit(task).sync();
        }
    }

    public EventExecutor next() {
        return group.next();
    }

    boolean isShutDown() {
        return group.isTerminated();
    }

    /**
     * Closes all channels at once, finished or not, and waits until the threads have ended. Without a quiet period Netty 4.2 closes
     * nothing where it is asked while a loop is running tasks: the loop then ends before it comes to that.
     */
    public void shutDown() {
        if (!group.isTerminated()) {
            group.shutdownGracefully(QUIET_MILLIS, 5000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
        }
    }
}
