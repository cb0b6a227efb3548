/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A proxy hands each buffer from the loop that read it to another loop that writes it, in both directions. */
final class ProxyTest {
    private static final int CLIENTS = 4;
    private static final int STREAM = 4 << 20;
    private static final long MOST_COMMITTED = 128L << 20;
    private static final int HEAPS_PER_LOOP = 2; // direct, heap
    private static final int LOOPS = 5;

    @RegisterExtension
    final AceFixture ace = new AceFixture();

    private final AtomicInteger pauses = new AtomicInteger();

    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void streamsPassUnharmed(Transport transport) throws Exception {
        Channel origin = ace.loops(transport, 1).serve(pipeline -> pipeline.addLast(new Echo()));
        Loops back = ace.loops(transport, 1);
        Channel proxy = ace.loops(transport, 2)
                .serve(pipeline -> pipeline.addLast(new Tunnel(back, origin.localAddress(), pauses)));

        Loops clients = ace.loops(transport, 1);
        List<StreamClient> streams = new ArrayList<>();
        List<Channel> channels = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            StreamClient stream = new StreamClient(new Payload(i, STREAM), 10_000, 64 << 10, 200_000, 50);
            streams.add(stream);
            Channel channel = clients.connect(proxy, pipeline -> {
                pipeline.channel().config().setAutoRead(false);
                pipeline.addLast(stream);
            });
            channels.add(channel);
        }
        // Nobody reads the answers until every hop on the way is full.
        AceFixture.awaitFor("backpressure")
                .until(() -> pauses.get() >= 1 && !channels.get(0).isWritable());
        assertThat(ace.stats().committedBytes()).isLessThan(MOST_COMMITTED);
        channels.forEach(channel -> channel.config().setAutoRead(true));
        for (StreamClient stream : streams) {
            ace.await(stream.done());
        }

        assertThat(ace.stats().counters().remoteFrees()).isPositive();
        assertThat(ace.stats().heaps()).isLessThanOrEqualTo(HEAPS_PER_LOOP * LOOPS);
        assertThat(ace.stats().committedBytes()).isLessThan(MOST_COMMITTED);
        for (Channel channel : channels) {
            channel.close().sync();
        }
    }
}
