/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static io.github.acealloc.it.AceFixture.awaitFor;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.ChannelOption;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** gRPC's server and client with ACE as their channels' option: calls and streams at once, some of them cancelled. */
final class GrpcTest {
    private static final int CALLS = 60;
    private static final int STREAMS = 4;
    private static final int CANCELLED = 8;
    private static final int BIG = 2 << 20;
    private static final int MAX_MESSAGE = 8 << 20;
    private static final MethodDescriptor<byte[], byte[]> UNARY = method(MethodType.UNARY);
    private static final MethodDescriptor<byte[], byte[]> BIDI = method(MethodType.BIDI_STREAMING);

    @RegisterExtension
    final AceFixture ace = new AceFixture();

    private final AtomicInteger cancellations = new AtomicInteger();
    private Server server;
    private ManagedChannel channel;

    /** Messages as they are: no protocol compiler is needed. */
    private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
        MARSHALLER;

        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static MethodDescriptor<byte[], byte[]> method(MethodType type) {
        return MethodDescriptor.newBuilder(Bytes.MARSHALLER, Bytes.MARSHALLER)
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName("ace.Echo", type.name()))
                .build();
    }

    private void start(Side side, Transport transport) throws IOException {
        Loops servers = ace.loops(transport, 2);
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .withOption(ChannelOption.ALLOCATOR, side.server(ace))
                .withChildOption(ChannelOption.ALLOCATOR, side.server(ace))
                .channelType(transport.server())
                .bossEventLoopGroup(servers.group())
                .workerEventLoopGroup(servers.group())
                .maxInboundMessageSize(MAX_MESSAGE)
                .addService(ServerServiceDefinition.builder("ace.Echo")
                        .addMethod(UNARY, ServerCalls.asyncUnaryCall(GrpcTest::answer))
                        .addMethod(BIDI, ServerCalls.asyncBidiStreamingCall(this::echo))
                        .build())
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()))
                .withOption(ChannelOption.ALLOCATOR, side.client(ace))
                .channelType(transport.client())
                .eventLoopGroup(ace.loops(transport, 1).group())
                .negotiationType(NegotiationType.PLAINTEXT)
                .maxInboundMessageSize(MAX_MESSAGE)
                .build();
    }

    private static void answer(byte[] request, StreamObserver<byte[]> response) {
        response.onNext(request);
        response.onCompleted();
    }

    private StreamObserver<byte[]> echo(StreamObserver<byte[]> response) {
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] message) {
                response.onNext(message);
            }

            @Override
            public void onError(Throwable failure) {
                cancellations.incrementAndGet();
            }

            @Override
            public void onCompleted() {
                response.onCompleted();
            }
        };
    }

    /** The fixture looks afterwards, and wants all of gRPC's work done by then. */
    @AfterEach
    void stop() throws InterruptedException {
        channel.shutdownNow();
        assertThat(channel.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        server.shutdownNow();
        assertThat(server.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @MethodSource(Side.WITH_TRANSPORTS)
    void callsOfAllSizes(Side side, Transport transport) throws Exception {
        start(side, transport);
        List<Payload> bodies = Side.bodies(1, CALLS);
        List<ListenableFuture<byte[]>> answers = new ArrayList<>();
        for (Payload body : bodies) {
            answers.add(ClientCalls.futureUnaryCall(channel.newCall(UNARY, CallOptions.DEFAULT), body.bytes()));
        }
        for (int i = 0; i < CALLS; i++) {
            bodies.get(i).checkWhole(ace.await(answers.get(i)));
        }
        ace.awaitServed(CALLS);
    }

    @ParameterizedTest
    @MethodSource(Side.WITH_TRANSPORTS)
    void streamsBothWays(Side side, Transport transport) throws Exception {
        start(side, transport);
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            Conversation conversation = new Conversation(Side.bodies(2 + i, CALLS / STREAMS));
            ClientCalls.asyncBidiStreamingCall(channel.newCall(BIDI, CallOptions.DEFAULT), conversation);
            all.add(conversation.done);
        }
        for (CompletableFuture<Void> each : all) {
            ace.await(each);
        }
        ace.awaitServed(CALLS);
    }

    /** Sends one message after the other whenever the stream is ready; checks what comes back, in order. */
    private static final class Conversation implements ClientResponseObserver<byte[], byte[]> {
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private final List<Payload> bodies;
        private int sent;
        private int received;

        Conversation(List<Payload> bodies) {
            this.bodies = bodies;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<byte[]> requests) {
            requests.setOnReadyHandler(() -> {
                while (requests.isReady() && sent < bodies.size()) {
                    requests.onNext(bodies.get(sent++).bytes());
                    if (sent == bodies.size()) {
                        requests.onCompleted();
                    }
                }
            });
        }

        @Override
        public void onNext(byte[] message) {
            bodies.get(received++).checkWhole(message);
        }

        @Override
        public void onError(Throwable failure) {
            done.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {
            if (received == bodies.size()) {
                done.complete(null);
            } else {
                onError(new AssertionError("received: " + received + " (expected: " + bodies.size() + ")"));
            }
        }
    }

    /** Cancelled by the client with messages under way in both directions; the connection serves on. */
    @ParameterizedTest
    @MethodSource(Side.WITH_TRANSPORTS)
    void cancelledStreams(Side side, Transport transport) throws Exception {
        start(side, transport);
        List<CompletableFuture<Status>> closed = new ArrayList<>();
        for (int i = 0; i < CANCELLED; i++) {
            closed.add(cancelAtTheFirstAnswer(new Payload(i, BIG)));
        }
        for (CompletableFuture<Status> each : closed) {
            assertThat(ace.await(each).getCode()).isEqualTo(Status.Code.CANCELLED);
        }
        awaitFor("the server's notice of all that was cancelled").until(() -> cancellations.get() == CANCELLED);
        Payload after = new Payload(99, BIG);
        after.checkWhole(
                ace.await(ClientCalls.futureUnaryCall(channel.newCall(UNARY, CallOptions.DEFAULT), after.bytes())));
        ace.awaitServed(CANCELLED);
    }

    private CompletableFuture<Status> cancelAtTheFirstAnswer(Payload body) {
        CompletableFuture<Status> closed = new CompletableFuture<>();
        ClientCall<byte[], byte[]> call = channel.newCall(BIDI, CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(byte[] message) {
                        call.cancel("on purpose", null);
                    }

                    @Override
                    public void onClose(Status status, io.grpc.Metadata trailers) {
                        closed.complete(status);
                    }
                },
                new io.grpc.Metadata());
        call.sendMessage(new byte[10]);
        for (int i = 0; i < 3; i++) {
            call.sendMessage(body.bytes());
        }
        call.request(1); // no answer before all is sent: one must not send after a cancellation
        return closed;
    }
}
