/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.testcontainers.containers.GenericContainer;

/** Lettuce on ACE against a real redis: what it reads is right, and when it has ended nothing is live or reported as leaked. */
@InContainers
final class LettuceContainerTest {
    private static final int CONNECTIONS = 3;
    private static final int MESSAGES = 300;
    private static final byte[] CHANNEL = "channel".getBytes(StandardCharsets.UTF_8);

    private static GenericContainer<?> redis;

    @RegisterExtension
    final AceFixture ace = new AceFixture();

    @BeforeAll
    static void startRedis() {
        redis = Backends.redis();
        redis.start();
    }

    @AfterAll
    static void stopRedis() {
        redis.stop();
    }

    private RedisOnAce client() {
        return new RedisOnAce(ace.allocator(), Backends.address(redis));
    }

    @Test
    void valuesOfAllSizes() throws Exception {
        try (RedisOnAce client = client()) {
            CompletableFuture<?>[] loads = new CompletableFuture<?>[CONNECTIONS];
            for (int i = 0; i < CONNECTIONS; i++) {
                int seed = i;
                loads[i] = CompletableFuture.runAsync(() -> run(client, seed));
            }
            ace.await(CompletableFuture.allOf(loads));
            assertThat(client.inUse()).containsExactly(ace.allocator());
        }
        assertThat(ace.stats().allocations()).isPositive();
    }

    private static void run(RedisOnAce client, int seed) {
        try (StatefulRedisConnection<byte[], byte[]> connection = client.connect()) {
            RedisLoad.run(connection, seed);
        } catch (Exception e) {
            throw new IllegalStateException("load " + seed + " failed", e);
        }
    }

    @Test
    void publishedMessages() throws Exception {
        AtomicInteger received = new AtomicInteger();
        try (RedisOnAce client = client();
                StatefulRedisPubSubConnection<byte[], byte[]> listener = client.listen();
                StatefulRedisConnection<byte[], byte[]> sender = client.connect()) {
            listener.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(byte[] channel, byte[] message) {
                    try {
                        published(received.get()).checkWhole(message);
                    } catch (AssertionError e) {
                        ace.fail(e);
                    }
                    received.incrementAndGet();
                }
            });
            listener.sync().subscribe(CHANNEL);
            List<RedisFuture<Long>> sent = new ArrayList<>();
            for (int i = 0; i < MESSAGES; i++) {
                sent.add(sender.async().publish(CHANNEL, published(i).bytes()));
            }
            for (RedisFuture<Long> each : sent) {
                assertThat(RedisLoad.await(each)).as("listeners").isEqualTo(1);
            }
            AceFixture.awaitFor("all messages").until(() -> received.get() == MESSAGES);
        }
    }

    private static Payload published(int i) {
        return new Payload(i, 1 + i * 211);
    }

    /** What was under way is answered late, after Lettuce has connected again, or fails; the client serves on. */
    @Test
    void connectionsThatRedisCloses() throws Exception {
        try (RedisOnAce client = client();
                StatefulRedisConnection<byte[], byte[]> victim = client.connect();
                StatefulRedisConnection<byte[], byte[]> killer = client.connect()) {
            long id = victim.sync().clientId();
            for (int round = 0; round < 5; round++) {
                CompletableFuture<Void> load = CompletableFuture.runAsync(() -> run(client, 7));
                Payload large = new Payload(round, 4 << 20);
                RedisLoad.await(victim.async().set(CHANNEL, large.bytes()));
                RedisFuture<byte[]> underWay = victim.async().get(CHANNEL);
                assertThat(killer.sync().clientKill(KillArgs.Builder.id(id))).isEqualTo(1);
                large.checkWhole(RedisLoad.await(underWay));
                id = victim.sync().clientId();
                ace.await(load);
            }
        }
    }
}
