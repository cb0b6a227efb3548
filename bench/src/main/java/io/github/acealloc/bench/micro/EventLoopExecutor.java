/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.micro;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;

/**
 * JMH's worker threads as Netty event loops, so that no allocator runs on the slow path it keeps for other threads.
 *
 * <p>These are not look-alikes but real NIO event loops: fast-thread-local threads whose executor is registered with
 * Netty. JMH makes this class by name through the constructor below (see {@link #SELECT} and {@link #CLASS}) and
 * submits exactly one task for each thread and iteration; Netty hands tasks to its loops in turn, so each loop gets
 * one.
 */
public final class EventLoopExecutor extends MultiThreadIoEventLoopGroup {
    /** The JVM option that makes JMH look for an executor class. */
    public static final String SELECT = "-Djmh.executor=CUSTOM";

    /** The JVM option that names this class. */
    public static final String CLASS = "-Djmh.executor.class=io.github.acealloc.bench.micro.EventLoopExecutor";

    /** The constructor JMH calls. */
    public EventLoopExecutor(int threads, String prefix) {
        super(threads, new DefaultThreadFactory(prefix, true), NioIoHandler.newFactory());
    }
}
