/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.it.HttpClient.Style;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An HTTP/1.1 server on ACE answers every keep-alive client with its own bodies, of all sizes and styles. */
final class HttpEchoTest {
    private static final int MIB = 1 << 20;
    private static final List<Integer> SIZES = List.of(
            0, 1, 17, 100, 1023, 1024, 1025, 4096, 8191, 8192, 20_000, 65_536, 65_537, 300_000, MIB, MIB + 1, 4 * MIB);
    private static final List<Integer> SMALL_SIZES = List.of(0, 1, 64, 700, 1500, 5000, 16_384, 40_000);

    @RegisterExtension
    final AceFixture ace = new AceFixture();

    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void oneAtATime(Transport transport) throws Exception {
        for (Style style : List.of(Style.DIRECT, Style.HEAP)) {
            exchange(transport, HttpEcho::plain, style, bodies(1, SIZES, SIZES.size()), 1, 2);
        }
        assertThat(ace.stats().allocations()).isGreaterThan(4L * SIZES.size());
    }

    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void inChunks(Transport transport) throws Exception {
        exchange(transport, HttpEcho::plain, Style.CHUNKED, bodies(2, SIZES, SIZES.size()), 1, 2);
    }

    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void pipelined(Transport transport) throws Exception {
        exchange(transport, HttpEcho::plain, Style.DIRECT, bodies(3, SMALL_SIZES, 200), 20, 4);
        exchange(transport, HttpEcho::plain, Style.CHUNKED, bodies(4, SMALL_SIZES, 100), 7, 2);
    }

    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void compressedBothWays(Transport transport) throws Exception {
        exchange(transport, HttpEcho::compressing, Style.GZIP, bodies(5, SIZES, SIZES.size() - 1), 1, 2);
        exchange(transport, HttpEcho::compressing, Style.GZIP, bodies(6, SMALL_SIZES, 60), 5, 2);
    }

    private static List<Payload> bodies(int seed, List<Integer> sizes, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Payload(seed * 1000 + i, sizes.get(i % sizes.size())))
                .toList();
    }

    /** Several clients at once, on other event loops than the server. */
    private void exchange(
            Transport transport,
            Consumer<ChannelPipeline> echo,
            Style style,
            List<Payload> bodies,
            int maxOutstanding,
            int connections)
            throws Exception {
        Channel server = ace.loops(transport, 2).serve(echo);
        Loops clients = ace.loops(transport, 1);
        List<HttpClient> all = new ArrayList<>();
        List<Channel> channels = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            HttpClient client = new HttpClient(style, bodies, maxOutstanding);
            all.add(client);
            channels.add(clients.connect(server, client::addTo));
        }
        for (HttpClient client : all) {
            ace.await(client.done());
        }
        for (Channel channel : channels) {
            channel.close().sync();
        }
    }
}
