/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static io.github.acealloc.it.AceFixture.awaitFor;
import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.AggregationOptions;
import com.linecorp.armeria.common.Flags;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpRequestWriter;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.stream.SubscriptionOption;
import com.linecorp.armeria.common.util.TransportType;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Armeria's server and client with ACE as their channels' option, over HTTP/1 and HTTP/2, pooled objects and streams, some aborted. */
final class ArmeriaTest {
    private static final int REQUESTS = 39;
    private static final int ABORTED = 8;
    private static final int BIG = 4 << 20;
    private static final int PART = 30_000;
    private static final String HTTP1 = "h1c";
    private static final String HTTP2 = "h2c";

    @RegisterExtension
    final AceFixture ace = new AceFixture();

    private final List<CompletableFuture<Void>> uploads = new CopyOnWriteArrayList<>();
    private ByteBufAllocator buffers;
    private Server server;
    private ClientFactory factory;
    private WebClient client;

    static Stream<Arguments> cases() {
        return Stream.of(
                Arguments.of(Side.BOTH, HTTP1),
                Arguments.of(Side.BOTH, HTTP2),
                Arguments.of(Side.SERVER, HTTP2),
                Arguments.of(Side.CLIENT, HTTP1));
    }

    /** Armeria chooses by itself for its acceptor, and takes no other event loops for the rest. */
    private static Transport transport() {
        return Flags.transportType() == TransportType.EPOLL ? Transport.EPOLL : Transport.NIO;
    }

    private void start(Side side, String protocol) {
        ServerBuilder builder = Server.builder()
                .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .channelOption(ChannelOption.ALLOCATOR, side.server(ace))
                .childChannelOption(ChannelOption.ALLOCATOR, side.server(ace))
                .workerGroup(ace.loops(transport(), 2).group(), false)
                .maxRequestLength(0)
                .requestTimeoutMillis(0)
                .service("/whole", (ctx, request) -> HttpResponse.of(whole(ctx, request)))
                .service(
                        "/stream",
                        (ctx, request) -> HttpResponse.of(
                                ResponseHeaders.of(HttpStatus.OK),
                                request.filter(HttpData.class::isInstance).map(HttpData.class::cast)))
                .service("/swallow", (ctx, request) -> {
                    uploads.add(request.subscribe());
                    return HttpResponse.streaming();
                });
        server = builder.build();
        server.start().join();
        buffers = side.client(ace);
        factory = ClientFactory.builder()
                .channelOption(ChannelOption.ALLOCATOR, buffers)
                .workerGroup(ace.loops(transport(), 1).group(), false)
                .build();
        client = WebClient.builder(protocol + "://127.0.0.1:" + server.activeLocalPort())
                .factory(factory)
                .maxResponseLength(0)
                .responseTimeoutMillis(0)
                .writeTimeoutMillis(0)
                .build();
    }

    /** The request's content is the response's, without a copy where Armeria has it in one piece. */
    private static CompletableFuture<HttpResponse> whole(ServiceRequestContext ctx, HttpRequest request) {
        return request.aggregate(AggregationOptions.usePooledObjects(ctx.alloc()))
                .thenApply(all -> HttpResponse.of(ResponseHeaders.of(HttpStatus.OK), all.content()));
    }

    /** The fixture looks afterwards, and wants all of Armeria's work done by then. */
    @AfterEach
    void stop() throws Exception {
        factory.closeAsync().get(20, TimeUnit.SECONDS);
        server.stop().get(20, TimeUnit.SECONDS);
    }

    /** One server for all: Armeria takes more than two seconds to stop one. */
    @ParameterizedTest
    @MethodSource("cases")
    void wholeBodiesStreamsAndWhatIsBrokenOff(Side side, String protocol) throws Exception {
        start(side, protocol);
        wholeBodiesAsPooledObjects();
        streamsOfAllSizes();
        answersCancelled();
        requestsAborted();
    }

    private HttpResponse sendWhole(Payload body) {
        HttpRequestWriter request = HttpRequest.streaming(HttpMethod.POST, "/whole");
        if (body.size() > 0) {
            request.write(HttpData.wrap(body.writeTo(buffers.buffer(body.size()))));
        }
        request.close();
        return client.execute(request);
    }

    private void wholeBodiesAsPooledObjects() throws Exception {
        List<Payload> bodies = Side.bodies(1, REQUESTS);
        List<CompletableFuture<AggregatedHttpResponse>> answers = new ArrayList<>();
        for (Payload body : bodies) {
            answers.add(sendWhole(body).aggregate(AggregationOptions.usePooledObjects(buffers)));
        }
        for (int i = 0; i < REQUESTS; i++) {
            try (HttpData content = ace.await(answers.get(i)).content()) {
                bodies.get(i).checkWhole(content.byteBuf());
            }
        }
        ace.awaitServed(REQUESTS);
    }

    /** Writes part after part as they are wanted. */
    private HttpRequest upload(String path, Payload body, boolean endless) {
        HttpRequestWriter request = HttpRequest.streaming(HttpMethod.POST, path);
        writePart(request, body, 0, endless);
        return request;
    }

    private void writePart(HttpRequestWriter request, Payload body, int from, boolean endless) {
        int start = endless ? 0 : from;
        int length = Math.min(PART, body.size() - start);
        if (length == 0) {
            request.close();
        } else if (request.tryWrite(HttpData.wrap(body.writeTo(buffers.buffer(length), start, length)))) {
            CompletableFuture<Void> unused = request.whenConsumed().thenRun(() -> {
                try {
                    writePart(request, body, start + length, endless);
                } catch (RuntimeException | Error e) {
                    ace.fail(e);
                }
            });
        }
    }

    /** Takes pooled parts, checks and releases them; stops in the middle if that is wanted. */
    private static final class Check implements Subscriber<HttpObject> {
        private final CompletableFuture<Long> received = new CompletableFuture<>();
        private final Payload body;
        private final long enough;
        private Subscription subscription;
        private long at;

        Check(Payload body, long enough) {
            this.body = body;
            this.enough = enough;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            this.subscription = subscription;
            subscription.request(1);
        }

        @Override
        public void onNext(HttpObject part) {
            if (part instanceof HttpData data) {
                try (data) {
                    body.check(data.byteBuf(), at);
                    at += data.length();
                } catch (AssertionError e) {
                    received.completeExceptionally(e);
                }
            }
            if (at >= enough) {
                subscription.cancel();
                received.complete(at);
            } else {
                subscription.request(1);
            }
        }

        @Override
        public void onError(Throwable failure) {
            received.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            received.complete(at);
        }
    }

    private CompletableFuture<Long> stream(Payload body, long enough) {
        Check check = new Check(body, enough);
        client.execute(upload("/stream", body, false)).subscribe(check, SubscriptionOption.WITH_POOLED_OBJECTS);
        return check.received;
    }

    private void streamsOfAllSizes() throws Exception {
        List<Payload> bodies = Side.bodies(2, REQUESTS);
        List<CompletableFuture<Long>> all = new ArrayList<>();
        for (Payload body : bodies) {
            all.add(stream(body, Long.MAX_VALUE));
        }
        for (int i = 0; i < REQUESTS; i++) {
            assertThat(ace.await(all.get(i))).isEqualTo(bodies.get(i).size());
        }
        ace.awaitServed(REQUESTS);
    }

    /** The client cancels with most of the answer still under way. */
    private void answersCancelled() throws Exception {
        List<CompletableFuture<Long>> all = new ArrayList<>();
        for (int i = 0; i < ABORTED; i++) {
            all.add(stream(new Payload(i, BIG), 1));
        }
        for (CompletableFuture<Long> each : all) {
            assertThat(ace.await(each)).isBetween(1L, (long) BIG - 1);
        }
        assertServesOn();
    }

    /** The client aborts endless requests. */
    private void requestsAborted() throws Exception {
        List<HttpRequest> requests = new ArrayList<>();
        List<CompletableFuture<Void>> responses = new ArrayList<>();
        for (int i = 0; i < ABORTED; i++) {
            HttpRequest request = upload("/swallow", new Payload(i, BIG), true);
            requests.add(request);
            responses.add(client.execute(request).subscribe());
        }
        awaitFor("all uploads under way").until(() -> uploads.size() == ABORTED);
        requests.forEach(HttpRequest::abort);
        awaitFor("the end of all uploads").until(() -> areDone(uploads));
        awaitFor("the end of all responses").until(() -> areDone(responses));
        assertThat(responses).allMatch(CompletableFuture::isCompletedExceptionally);
        assertServesOn();
    }

    private static boolean areDone(List<CompletableFuture<Void>> all) {
        return all.stream().allMatch(CompletableFuture::isDone);
    }

    private void assertServesOn() throws Exception {
        assertThat(ace.await(stream(new Payload(99, BIG), Long.MAX_VALUE))).isEqualTo(BIG);
        ace.awaitServed(ABORTED);
    }
}
