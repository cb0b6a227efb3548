/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.soak;

import io.github.acealloc.it.AceFixture;
import io.github.acealloc.it.Echo;
import io.github.acealloc.it.HttpEcho;
import io.github.acealloc.it.Loops;
import io.github.acealloc.it.Transport;
import io.github.acealloc.it.Tunnel;
import io.github.acealloc.it.WebSocketEcho;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A server of one kind on an event loop of its own, which can be ended and started anew; a proxy has two, and an origin that stays. */
final class Service {
    private final Kind kind;
    private final AceFixture ace;
    private final Transport transport;
    private final Tls tls;
    private Channel origin;
    private Loops loops;
    private Loops back;
    private volatile Channel server;

    Service(Kind kind, AceFixture ace, Transport transport, Tls tls) throws InterruptedException {
        this.kind = kind;
        this.ace = ace;
        this.transport = transport;
        this.tls = tls;
        if (kind == Kind.PROXY) {
            origin = ace.loops(transport, 1).serve(pipeline -> pipeline.addLast(new Echo()));
        }
        start();
    }

    private void start() throws InterruptedException {
        loops = ace.loops(transport, 1);
        if (kind == Kind.PROXY) {
            back = ace.loops(transport, 1);
        }
        server = loops.serve(pipeline());
    }

    private Consumer<ChannelPipeline> pipeline() {
        return switch (kind) {
            case HTTP -> HttpEcho::plain;
            case TLS -> tls::addServer;
            case WEBSOCKET -> pipeline -> WebSocketEcho.addServer(pipeline, false);
            case PROXY -> {
                Loops out = back;
                AtomicInteger pauses = new AtomicInteger();
                yield pipeline -> pipeline.addLast(new Tunnel(out, origin.localAddress(), pauses));
            }
        };
    }

    /** Where clients connect to; another one after a restart. */
    Channel server() {
        return server;
    }

    /** Those that {@link #restart} ends. */
    List<Loops> loops() {
        return back == null ? List.of(loops) : List.of(loops, back);
    }

    /** Ends its event loops with all that is under way, and starts new ones. */
    void restart() throws InterruptedException {
        loops().forEach(Loops::shutDown);
        start();
    }
}
