/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.List;

/** A way in which Netty talks to sockets. */
public enum Transport {
    NIO,
    EPOLL;

    /** The source of every test that runs once per transport. */
    static final String ALL = "io.github.acealloc.it.Transport#available";

    public static List<Transport> available() {
        return Epoll.isAvailable() ? List.of(NIO, EPOLL) : List.of(NIO);
    }

    IoHandlerFactory io() {
        return this == NIO ? NioIoHandler.newFactory() : EpollIoHandler.newFactory();
    }

    Class<? extends ServerChannel> server() {
        return this == NIO ? NioServerSocketChannel.class : EpollServerSocketChannel.class;
    }

    Class<? extends SocketChannel> client() {
        return this == NIO ? NioSocketChannel.class : EpollSocketChannel.class;
    }
}
