/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static io.github.acealloc.it.AceFixture.awaitFor;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.netty.AceByteBufAllocator;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.util.ResourceLeakDetector;
import io.vertx.core.Vertx;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.TcpConfig;
import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Why ACE warns of Vert.x 5: it releases what it receives only if the buffer's allocator is exactly one of Netty's two classes.
 * Where this test fails because nothing leaks any more, Vert.x has changed, and the warning has to go.
 */
final class VertxTest {
    private static final int BYTES = 100_000;
    private static final Logger WARNINGS = Logger.getLogger("io.github.acealloc.netty.VertxWarning");

    private final AceFixture ace = new AceFixture();

    /** Vert.x turns Netty's leak detector off when its classes are first used. */
    @BeforeAll
    static void loadVertx() throws Exception {
        ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();
        get(Vertx.vertx().close());
        ResourceLeakDetector.setLevel(before);
    }

    @BeforeEach
    void start() {
        ace.start();
    }

    /** No look for what is left: that something is left is the point. */
    @AfterEach
    void stop() {
        ace.stop();
    }

    /** Vert.x on NIO, with a user's allocator on each accepted channel. */
    private static final class OnAllocator extends NioTransport implements io.vertx.core.transport.Transport {
        private final ByteBufAllocator allocator;

        OnAllocator(ByteBufAllocator allocator) {
            this.allocator = allocator;
        }

        @Override
        public void configure(TcpConfig config, boolean domainSocket, ServerBootstrap bootstrap) {
            super.configure(config, domainSocket, bootstrap);
            bootstrap.childOption(ChannelOption.ALLOCATOR, allocator);
        }

        @Override
        public String name() {
            return "nio on " + allocator;
        }

        @Override
        public boolean available() {
            return true;
        }

        @Override
        public Throwable unavailabilityCause() {
            return null;
        }

        @Override
        public io.vertx.core.spi.transport.Transport implementation() {
            return this;
        }
    }

    /** A Vert.x server with the allocator takes what one connection of a plain client sends. */
    private void serve(ByteBufAllocator allocator) throws Exception {
        Payload body = new Payload(1, BYTES);
        AtomicInteger received = new AtomicInteger();
        Vertx vertx = Vertx.builder().withTransport(new OnAllocator(allocator)).build();
        try {
            NetServer server = vertx.createNetServer()
                    .connectHandler(socket -> socket.handler(part -> {
                        body.check(Unpooled.wrappedBuffer(part.getBytes()), received.get());
                        received.addAndGet(part.length());
                    }));
            int port = get(server.listen(0, "127.0.0.1")).actualPort();
            Channel client = ace.loops(Transport.NIO, 1, UnpooledByteBufAllocator.DEFAULT)
                    .client(pipeline -> {})
                    .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                    .sync()
                    .channel();
            client.writeAndFlush(body.writeTo(client.alloc().buffer(BYTES))).sync();
            awaitFor("all that was sent").until(() -> received.get() == BYTES);
            client.close().sync();
        } finally {
            get(vertx.close());
        }
    }

    private static <T> T get(io.vertx.core.Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void acesBuffersAreLeaked() throws Exception {
        serve(ace.allocator());
        assertThat(ace.stats().liveBytes()).as("liveBytes").isGreaterThanOrEqualTo(BYTES);
        assertThat(ace.leaks().collect()).as("reports of leaks").isNotEmpty();
    }

    /** It is not about ACE: the same happens to Netty's third allocator. */
    @Test
    void allOthersBuffersAreLeaked() throws Exception {
        UnpooledByteBufAllocator other = new UnpooledByteBufAllocator(true);
        serve(other);
        assertThat(other.metric().usedDirectMemory()).isGreaterThanOrEqualTo(BYTES);
        assertThat(ace.leaks().collect()).as("reports of leaks").isNotEmpty();
    }

    @Test
    void nettysOwnAllocatorsAreReleased() throws Exception {
        for (ByteBufAllocator own : List.of(new AdaptiveByteBufAllocator(), new PooledByteBufAllocator())) {
            serve(own);
            assertThat(ace.leaks().collect()).as(own.toString()).isEmpty();
        }
    }

    @Test
    void aceWarnsOnceWhereItSeesVertx() throws Exception {
        assertThat(warnings(entry -> true))
                .singleElement(InstanceOfAssertFactories.STRING)
                .contains("Leave Vert.x on Netty's allocator");
        assertThat(warnings(entry -> !entry.contains("vertx-core"))).isEmpty();
    }

    /** What is said when a copy of ACE, in a class loader of its own with these jars, makes two allocators. */
    private static List<String> warnings(Predicate<String> entries) throws Exception {
        List<String> said = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                said.add(line.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (entries.test(entry)) {
                urls.add(Path.of(entry).toUri().toURL());
            }
        }
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        WARNINGS.addHandler(handler);
        try (URLClassLoader copy = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Thread.currentThread().setContextClassLoader(copy);
            for (int i = 0; i < 2; i++) {
                AutoCloseable allocator = (AutoCloseable) copy.loadClass(AceByteBufAllocator.class.getName())
                        .getConstructor()
                        .newInstance();
                allocator.close();
            }
        } finally {
            WARNINGS.removeHandler(handler);
            Thread.currentThread().setContextClassLoader(before);
        }
        return said;
    }
}
