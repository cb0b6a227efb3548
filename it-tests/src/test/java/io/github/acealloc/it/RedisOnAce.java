/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Lettuce's client, given the allocator by Lettuce's own option for that. */
final class RedisOnAce implements AutoCloseable {
    private static final int THREADS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Set<ByteBufAllocator> inUse = ConcurrentHashMap.newKeySet();
    private final ClientResources resources;
    private final RedisClient client;

    RedisOnAce(ByteBufAllocator allocator, InetSocketAddress server) {
        resources = ClientResources.builder()
                .ioThreadPoolSize(THREADS)
                .computationThreadPoolSize(THREADS)
                .nettyCustomizer(new NettyCustomizer() {
                    @Override
                    public void afterBootstrapInitialized(Bootstrap bootstrap) {
                        bootstrap.option(ChannelOption.ALLOCATOR, allocator);
                    }

                    @Override
                    public void afterChannelInitialized(Channel channel) {
                        inUse.add(channel.alloc());
                    }
                })
                .build();
        RedisURI uri = RedisURI.Builder.redis(server.getHostString(), server.getPort())
                .withTimeout(PATIENCE)
                .build();
        client = RedisClient.create(resources, uri);
    }

    StatefulRedisConnection<byte[], byte[]> connect() {
        return client.connect(ByteArrayCodec.INSTANCE);
    }

    StatefulRedisPubSubConnection<byte[], byte[]> listen() {
        return client.connectPubSub(ByteArrayCodec.INSTANCE);
    }

    /** The allocators of all its channels. */
    Set<ByteBufAllocator> inUse() {
        return inUse;
    }

    /** Returns when its threads have ended. */
    @Override
    public void close() {
        client.shutdown(0, PATIENCE.toSeconds(), TimeUnit.SECONDS);
        resources.shutdown(0, PATIENCE.toSeconds(), TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
