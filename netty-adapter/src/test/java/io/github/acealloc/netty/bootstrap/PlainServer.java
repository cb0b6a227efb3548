/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.bootstrap;

import io.github.acealloc.netty.AceByteBufAllocator;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The child: a server and a client that know nothing of ACE, and an echo of a megabyte between them. */
public final class PlainServer {
    private static final int BYTES = 1 << 20;
    private static final long PATIENCE_SECONDS = 30;

    private PlainServer() {}

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(message).addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
        }
    }

    private static final class Count extends SimpleChannelInboundHandler<ByteBuf> {
        private final CountDownLatch all;
        private int received;

        Count(CountDownLatch all) {
            this.all = all;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf part) {
            for (; part.isReadable(); received++) {
                if (part.readByte() != (byte) received) {
                    throw new IllegalStateException("byte " + received + " is another one");
                }
            }
            if (received == BYTES) {
                all.countDown();
            }
        }
    }

    @SuppressWarnings("deprecation") // Netty 4.1 has no other
    private static EventLoopGroup loops() {
        return new NioEventLoopGroup(1);
    }

    /** With any argument the server's user has chosen an allocator. */
    public static void main(String[] args) throws Exception {
        EventLoopGroup loops = loops();
        CountDownLatch all = new CountDownLatch(1);
        ServerBootstrap server = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Echo());
                        tell("server", channel.alloc());
                    }
                });
        if (args.length > 0) {
            server.childOption(ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT);
        }
        Channel listener =
                server.bind(InetAddress.getLoopbackAddress(), 0).sync().channel();
        Channel client = new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .handler(new Count(all))
                .connect(InetAddress.getLoopbackAddress(), ((InetSocketAddress) listener.localAddress()).getPort())
                .sync()
                .channel();
        tell("client", client.alloc());
        ByteBuf request = client.alloc().directBuffer(BYTES);
        for (int i = 0; i < BYTES; i++) {
            request.writeByte(i);
        }
        client.writeAndFlush(request).addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
        System.out.println("echoed: " + all.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
        client.close().sync();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        if (client.alloc() instanceof AceByteBufAllocator ace) {
            System.out.println("live: " + ace.stats().liveBytes());
        }
    }

    private static void tell(String who, ByteBufAllocator allocator) {
        System.out.println(who + ": " + allocator.getClass().getSimpleName());
    }
}
