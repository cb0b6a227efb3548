/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static io.github.acealloc.it.AceFixture.awaitFor;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;

/** Reactor Netty's HTTP server and client with ACE as their channels' option: streams both ways, some of them cut off. */
final class ReactorNettyTest {
    private static final int REQUESTS = 60;
    private static final int CONNECTIONS = 6;
    private static final int CUT = 8;
    private static final int BIG = 4 << 20;
    private static final int PART = 30_000;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @RegisterExtension
    final AceFixture ace = new AceFixture();

    private final AtomicInteger uploads = new AtomicInteger();
    private final AtomicInteger uploadsEnded = new AtomicInteger();
    private Side side;
    private DisposableServer server;
    private ConnectionProvider connections;
    private HttpClient client;

    private void start(Side side, Transport transport) {
        this.side = side;
        server = HttpServer.create()
                .bindAddress(() -> new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .option(ChannelOption.ALLOCATOR, side.server(ace))
                .childOption(ChannelOption.ALLOCATOR, side.server(ace))
                .runOn(ace.loops(transport, 2).group())
                .route(routes -> routes.post(
                                "/echo",
                                (request, response) ->
                                        response.send(request.receive().retain()))
                        .post(
                                "/refuse",
                                (request, response) -> response.status(413).send())
                        .post("/swallow", (request, response) -> {
                            uploads.incrementAndGet();
                            return request.receive()
                                    .doFinally(signal -> uploadsEnded.incrementAndGet())
                                    .then(response.send());
                        }))
                .bindNow(PATIENCE);
        connections = ConnectionProvider.builder("ace")
                .maxConnections(CONNECTIONS)
                .pendingAcquireMaxCount(-1)
                .build();
        client = HttpClient.create(connections)
                .remoteAddress(server::address)
                .option(ChannelOption.ALLOCATOR, side.client(ace))
                .runOn(ace.loops(transport, 1).group())
                .responseTimeout(PATIENCE);
    }

    /** The fixture looks afterwards, and wants all connections closed by then. */
    @AfterEach
    void stop() {
        connections.disposeLater().block(PATIENCE);
        server.disposeNow(PATIENCE);
    }

    /** The body in parts, each made when it is asked for. */
    private Flux<ByteBuf> parts(Payload body) {
        int count = (body.size() + PART - 1) / PART;
        return Flux.range(0, count).map(i -> {
            int length = Math.min(PART, body.size() - i * PART);
            return body.writeTo(side.client(ace).buffer(length), (long) i * PART, length);
        });
    }

    private Mono<Long> echo(Payload body) {
        AtomicLong received = new AtomicLong();
        return client.post()
                .uri("/echo")
                .send(parts(body))
                .response((response, content) ->
                        content.doOnNext(part -> body.check(part, received.getAndAdd(part.readableBytes()))))
                .then(Mono.fromSupplier(received::get));
    }

    @ParameterizedTest
    @MethodSource(Side.WITH_TRANSPORTS)
    void streamsOfAllSizes(Side side, Transport transport) throws Exception {
        start(side, transport);
        List<Payload> bodies = Side.bodies(1, REQUESTS);
        List<CompletableFuture<Long>> answers = new ArrayList<>();
        for (Payload body : bodies) {
            answers.add(echo(body).toFuture());
        }
        for (int i = 0; i < REQUESTS; i++) {
            assertThat(ace.await(answers.get(i))).isEqualTo(bodies.get(i).size());
        }
        ace.awaitServed(REQUESTS);
    }

    @ParameterizedTest
    @MethodSource(Side.WITH_TRANSPORTS)
    void wholeBodies(Side side, Transport transport) throws Exception {
        start(side, transport);
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        for (Payload body : Side.bodies(2, REQUESTS)) {
            answers.add(client.post()
                    .uri("/echo")
                    .send(Mono.fromSupplier(() -> body.writeTo(side.client(ace).buffer(Math.max(1, body.size())))))
                    .responseSingle((response, content) -> content.asByteArray().defaultIfEmpty(new byte[0]))
                    .doOnNext(body::checkWhole)
                    .then()
                    .toFuture());
        }
        for (CompletableFuture<Void> each : answers) {
            ace.await(each);
        }
        ace.awaitServed(REQUESTS);
    }

    /** The client goes away with most of the answer still under way. */
    @ParameterizedTest
    @MethodSource(Side.WITH_TRANSPORTS)
    void answersCutOff(Side side, Transport transport) throws Exception {
        start(side, transport);
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < CUT; i++) {
            Payload body = new Payload(i, BIG);
            all.add(client.post()
                    .uri("/echo")
                    .send(parts(body))
                    .response((response, content) -> content.take(1).doOnNext(part -> body.check(part, 0)))
                    .then()
                    .toFuture());
        }
        for (CompletableFuture<Void> each : all) {
            ace.await(each);
        }
        assertServesOn();
    }

    /** The client gives up in the middle of an upload without an end. */
    @ParameterizedTest
    @MethodSource(Side.WITH_TRANSPORTS)
    void uploadsGivenUp(Side side, Transport transport) throws Exception {
        start(side, transport);
        Payload body = new Payload(7, BIG);
        List<Disposable> all = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            all.add(client.post()
                    .uri("/swallow")
                    .send(parts(body).concatWith(Mono.never()))
                    .response()
                    .subscribe());
        }
        awaitFor("all uploads under way").until(() -> uploads.get() == CONNECTIONS);
        all.forEach(Disposable::dispose);
        awaitFor("the end of all uploads").until(() -> uploadsEnded.get() == CONNECTIONS);
        assertServesOn();
    }

    /** The server answers without reading; the client still has most of the body. */
    @ParameterizedTest
    @MethodSource(Side.WITH_TRANSPORTS)
    void uploadsRefused(Side side, Transport transport) throws Exception {
        start(side, transport);
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        for (int i = 0; i < CUT; i++) {
            all.add(client.post()
                    .uri("/refuse")
                    .send(parts(new Payload(i, BIG)))
                    .response()
                    .map(response -> response.status().code())
                    .onErrorReturn(reactor.netty.http.client.PrematureCloseException.class, 413)
                    .toFuture());
        }
        for (CompletableFuture<Integer> each : all) {
            assertThat(ace.await(each)).isEqualTo(413);
        }
        assertServesOn();
    }

    private void assertServesOn() throws Exception {
        Payload body = new Payload(99, BIG);
        assertThat(ace.await(echo(body).toFuture())).isEqualTo(BIG);
        ace.awaitServed(CUT);
    }
}
