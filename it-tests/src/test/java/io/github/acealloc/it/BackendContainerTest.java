/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.api.StatefulRedisConnection;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.testcontainers.containers.GenericContainer;

/** A proxy on ACE between a client and a real redis or nginx: every byte arrives, and nothing is left afterwards. */
@InContainers
final class BackendContainerTest {
    private static final List<Payload> FILES =
            List.of(new Payload(1, 1), new Payload(2, 30_000), new Payload(3, 1 << 20), new Payload(4, 6 << 20));
    private static final int ROUNDS = 12;

    @RegisterExtension
    final AceFixture ace = new AceFixture();

    private final AtomicInteger pauses = new AtomicInteger();

    private InetSocketAddress proxy(Transport transport, GenericContainer<?> origin) throws InterruptedException {
        Loops back = ace.loops(transport, 1);
        Channel proxy = ace.loops(transport, 2)
                .serve(pipeline -> pipeline.addLast(new Tunnel(back, Backends.address(origin), pauses)));
        return (InetSocketAddress) proxy.localAddress();
    }

    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void redis(Transport transport) throws Exception {
        try (GenericContainer<?> redis = Backends.redis()) {
            redis.start();
            InetSocketAddress proxy = proxy(transport, redis);
            try (RedisOnAce client = new RedisOnAce(ace.allocator(), proxy);
                    StatefulRedisConnection<byte[], byte[]> first = client.connect();
                    StatefulRedisConnection<byte[], byte[]> second = client.connect()) {
                RedisLoad.run(first, 1);
                RedisLoad.run(second, 2);
            }
        }
        assertThat(ace.stats().counters().remoteFrees()).isPositive();
    }

    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void nginx(Transport transport) throws Exception {
        Map<String, byte[]> files = new HashMap<>();
        FILES.forEach(file -> files.put("file-" + file.seed(), file.bytes()));
        files.put("index.html", new byte[] {'i'});
        try (GenericContainer<?> nginx = Backends.nginx(files)) {
            nginx.start();
            InetSocketAddress proxy = proxy(transport, nginx);
            HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            List<CompletableFuture<Void>> answers = new ArrayList<>();
            for (int i = 0; i < ROUNDS; i++) {
                for (Payload file : FILES) {
                    answers.add(whole(client, proxy, file));
                    answers.add(part(client, proxy, file, file.size() / (i + 2)));
                }
            }
            ace.await(CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)));
        }
        assertThat(ace.stats().counters().remoteFrees()).isPositive();
    }

    private static HttpRequest.Builder request(InetSocketAddress proxy, Payload file) {
        String host = proxy.getAddress().getHostAddress();
        return HttpRequest.newBuilder(URI.create("http://" + host + ":" + proxy.getPort() + "/file-" + file.seed()));
    }

    private static CompletableFuture<Void> whole(HttpClient client, InetSocketAddress proxy, Payload file) {
        return client.sendAsync(request(proxy, file).build(), HttpResponse.BodyHandlers.ofByteArray())
                .thenAccept(response -> {
                    assertThat(response.statusCode()).isEqualTo(200);
                    file.checkWhole(response.body());
                });
    }

    private static CompletableFuture<Void> part(HttpClient client, InetSocketAddress proxy, Payload file, int from) {
        HttpRequest request =
                request(proxy, file).header("Range", "bytes=" + from + "-").build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray())
                .thenAccept(response -> {
                    assertThat(response.statusCode()).isEqualTo(206);
                    assertThat(response.body()).hasSize(file.size() - from);
                    file.check(Unpooled.wrappedBuffer(response.body()), from);
                });
    }
}
