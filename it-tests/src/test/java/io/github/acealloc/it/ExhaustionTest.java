/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.it.HttpClient.Style;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.handler.codec.PrematureChannelClosureException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A server that runs out of memory loses the connections it cannot serve, says why, and serves on. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails on the way comes back through exceptionCaught
final class ExhaustionTest {
    private static final int CLIENTS = 12;
    private static final int BODY = 2 << 20;

    @RegisterExtension
    final AceFixture ace = AceFixture.limitedTo("16m");

    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void moreBodiesThanMemory(Transport transport) throws Exception {
        Queue<Throwable> exhausted = new ConcurrentLinkedQueue<>();
        ace.expect(failure -> failure instanceof OutOfMemoryError
                ? exhausted.add(failure)
                : failure instanceof PrematureChannelClosureException);
        Channel server = ace.loops(transport, 2).serve(HttpEcho::plain);
        Loops clients = ace.loops(transport, 1, UnpooledByteBufAllocator.DEFAULT);
        List<Channel> channels = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            Channel channel = clients.connect(server, pipeline -> {});
            channels.add(channel);
            ByteBuf request = channel.alloc().buffer();
            // The last byte never comes, so all bodies want to stay.
            ByteBufUtil.writeAscii(
                    request, "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: " + (BODY + 1) + "\r\n\r\n");
            channel.writeAndFlush(new Payload(i, BODY).writeTo(request));
        }

        AceFixture.awaitFor("exhaustion").until(() -> channels.stream().anyMatch(channel -> !channel.isActive()));
        AceFixture.awaitFor("what it said").until(() -> !exhausted.isEmpty());
        assertThat(exhausted)
                .allSatisfy(error -> assertThat(error)
                        .hasMessageContainingAll("cannot allocate", "live: ", "cached: ", "free: ", "limit: 16777216"));
        for (Channel channel : channels) {
            channel.close().sync();
        }

        List<Payload> bodies = List.of(new Payload(100, BODY), new Payload(101, 10), new Payload(102, BODY));
        AceFixture.awaitFor("room").until(() -> ace.stats().liveBytes() == 0);
        HttpClient client = new HttpClient(Style.DIRECT, bodies, 1);
        Channel channel = clients.connect(server, client::addTo);
        ace.await(client.done());
        channel.close().sync();
    }
}
