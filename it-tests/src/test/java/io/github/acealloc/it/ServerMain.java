/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import io.github.acealloc.netty.AceAllocators;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/**
 * The server that runs in a container, on the allocator that {@code acealloc.allocator} names: {@code http} (see
 * {@link ServerHandler}) or {@code echo}. It listens on a free port of loopback and prints it; at SIGTERM it closes all connections
 * and prints its last figures.
 */
final class ServerMain {
    static final String SERVING = "serving on port ";
    static final String LAST_FIGURES = "last figures: ";

    private static final int LOOPS = 2;
    private static final int MAX_BODY = 8 << 20;

    private ServerMain() {}

    @SuppressWarnings("SystemOut") // the test reads it
    public static void main(String[] args) throws Exception {
        ByteBufAllocator allocator = AceAllocators.configured();
        ServerFigures figures = new ServerFigures(allocator);
        Loops loops = new Loops(Transport.NIO, LOOPS, allocator, figures::failed);
        Consumer<ChannelPipeline> pipeline = switch (args[0]) {
            case "http" ->
                made -> made.addLast(
                        new HttpServerCodec(), new HttpObjectAggregator(MAX_BODY), new ServerHandler(figures));
            case "echo" -> made -> made.addLast(new Echo());
            default -> throw new IllegalArgumentException("server: " + args[0] + " (expected: http or echo)");
        };
        Channel server = loops.serve(pipeline);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            loops.shutDown();
            System.out.println(
                    LAST_FIGURES + figures.text().replace('\n', ';') + ";violations=" + figures.violations());
        }));
        System.out.println(SERVING + ((InetSocketAddress) server.localAddress()).getPort());
        server.closeFuture().sync();
    }
}
