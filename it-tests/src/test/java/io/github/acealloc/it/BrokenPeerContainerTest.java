/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.Channel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A proxy whose peer, a process in a container, is killed or stands still in the middle of large transfers: nothing leaks. */
@InContainers
final class BrokenPeerContainerTest {
    private static final long PEER_MEMORY = 256L << 20;
    private static final int CLIENTS = 4;
    private static final int ENDLESS = 1 << 30;
    private static final int LARGE = 32 << 20;
    private static final int UNDER_WAY = 1 << 20;
    private static final long MOST_COMMITTED = 128L << 20;
    private static final Duration STANDSTILL = Duration.ofSeconds(2);

    @RegisterExtension
    final AceFixture ace = new AceFixture();

    private final AtomicInteger pauses = new AtomicInteger();
    private final List<StreamClient> streams = new ArrayList<>();
    private final List<Channel> channels = new ArrayList<>();

    private static ServerContainer peer() {
        return ServerContainer.start("echo", PEER_MEMORY, "-Xmx48m");
    }

    private void stream(Transport transport, ServerContainer peer, int bytes) throws Exception {
        Loops back = ace.loops(transport, 1);
        Channel proxy =
                ace.loops(transport, 2).serve(pipeline -> pipeline.addLast(new Tunnel(back, peer.address(), pauses)));
        Loops clients = ace.loops(transport, 1);
        for (int i = 0; i < CLIENTS; i++) {
            StreamClient stream = new StreamClient(new Payload(i, bytes), 100_000, 500, 1 << 20);
            streams.add(stream);
            channels.add(clients.connect(proxy, pipeline -> pipeline.addLast(stream)));
        }
        AceFixture.awaitFor("transfers under way")
                .until(() -> streams.stream().allMatch(each -> each.received() > UNDER_WAY));
    }

    private long received() {
        return streams.stream().mapToLong(StreamClient::received).sum();
    }

    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void killed(Transport transport) throws Exception {
        try (ServerContainer peer = peer()) {
            stream(transport, peer, ENDLESS);
            peer.signal("KILL");
            for (StreamClient stream : streams) {
                assertThatThrownBy(() -> ace.await(stream.done())).hasMessageContaining("the connection closed after");
            }
            assertThat(peer.state().getExitCodeLong()).isEqualTo(128 + 9);
        }
    }

    /** Memory stays bounded as long as it stands still, and then every byte arrives. */
    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void standingStill(Transport transport) throws Exception {
        try (ServerContainer peer = peer()) {
            stream(transport, peer, LARGE);
            peer.signal("STOP");
            AceFixture.awaitFor("backpressure").until(() -> channels.stream().noneMatch(Channel::isWritable));
            long before = received();
            AceFixture.awaitFor("a standstill")
                    .during(STANDSTILL)
                    .untilAsserted(
                            () -> assertThat(ace.stats().committedBytes()).isLessThan(MOST_COMMITTED));
            assertThat(received()).as("received while standing still").isLessThan((long) CLIENTS * LARGE);
            peer.signal("CONT");
            for (StreamClient stream : streams) {
                ace.await(stream.done());
            }
            assertThat(received()).isEqualTo((long) CLIENTS * LARGE).isGreaterThan(before);
            assertThat(pauses).hasPositiveValue();
            for (Channel channel : channels) {
                channel.close().sync();
            }
        }
    }

    /** A peer that stood still and is killed then leaves full queues on every hop. */
    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void killedWithAllQueuesFull(Transport transport) throws Exception {
        try (ServerContainer peer = peer()) {
            stream(transport, peer, ENDLESS);
            peer.signal("STOP");
            AceFixture.awaitFor("backpressure").until(() -> channels.stream().noneMatch(Channel::isWritable));
            assertThat(ace.stats().liveBytes()).as("live with all queues full").isPositive();
            peer.signal("KILL");
            for (StreamClient stream : streams) {
                assertThatThrownBy(() -> ace.await(stream.done())).hasMessageContaining("the connection closed after");
            }
        }
    }
}
