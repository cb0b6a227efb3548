/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.netty.AceAllocators;
import io.github.acealloc.netty.AceByteBufAllocator;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A newcomer's server: Netty's usual bootstrap with the README's line on both kinds of its channels, and a client that knows nothing of it. */
final class AdoptionTest {
    private static final String PROPERTY = "acealloc.allocator";
    private static final int REQUESTS = 50;

    private static final Logger LOGGER = Logger.getLogger(AceAllocators.class.getName());

    private final Set<ByteBufAllocator> inUse = ConcurrentHashMap.newKeySet();
    private final List<String> lines = new ArrayList<>();

    @BeforeEach
    void readTheLog() {
        LOGGER.setFilter(message -> {
            lines.add(message.getLevel() + ": " + message.getMessage());
            return false;
        });
    }

    @AfterEach
    void forget() {
        System.clearProperty(PROPERTY);
        LOGGER.setFilter(null);
    }

    @Test
    void aceIsTheDefault() throws Exception {
        try (LeakReports leaks = new LeakReports()) {
            AceByteBufAllocator ace = AceByteBufAllocator.DEFAULT;
            long before = ace.stats().allocations();
            serveAndAsk();
            assertThat(inUse).containsExactly(ace);
            assertThat(ace.stats().allocations() - before).isGreaterThan(REQUESTS);
            assertThat(leaks.collect()).isEmpty();
            ace.trim();
            assertThat(ace.stats().liveBytes()).isZero();
            assertThat(ace.violations()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"ace", "pooled", "adaptive", "unpooled"})
    void thePropertyChooses(String name) throws Exception {
        System.setProperty(PROPERTY, name);
        serveAndAsk();
        Class<?> expected = switch (name) {
            case "ace" -> AceByteBufAllocator.class;
            case "pooled" -> PooledByteBufAllocator.class;
            case "adaptive" -> AdaptiveByteBufAllocator.class;
            default -> UnpooledByteBufAllocator.class;
        };
        assertThat(inUse).singleElement().isInstanceOf(expected);
        if (name.equals("ace")) {
            assertThat(lines).as("it was said when the allocator was made").isEmpty();
        } else {
            assertThat(lines).singleElement().asString().startsWith("INFO: ").contains(PROPERTY + "=" + name);
        }
    }

    private void serveAndAsk() throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        try {
            ByteBufAllocator allocator = AceAllocators.configured();
            Channel server = new ServerBootstrap()
                    .group(group)
                    .channel(NioServerSocketChannel.class)
                    .option(ChannelOption.ALLOCATOR, allocator)
                    .childOption(ChannelOption.ALLOCATOR, allocator)
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            inUse.add(channel.alloc());
                            HttpEcho.plain(channel.pipeline());
                        }
                    })
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .sync()
                    .channel();
            ask((InetSocketAddress) server.localAddress());
        } finally {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    private static void ask(InetSocketAddress server) throws Exception {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        URI uri = URI.create("http://" + server.getAddress().getHostAddress() + ":" + server.getPort() + "/");
        for (int i = 0; i < REQUESTS; i++) {
            String body = "body " + i + " ".repeat(i * 100);
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEqualTo(body);
        }
    }
}
