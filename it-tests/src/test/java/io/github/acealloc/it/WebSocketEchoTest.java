/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import io.netty.channel.Channel;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A WebSocket server on ACE echoes text and binary messages of mixed sizes, whole, fragmented and compressed. */
final class WebSocketEchoTest {
    private static final int[] SIZES = {0, 1, 125, 126, 1000, 65_535, 65_536, 3, 200_000, 10};

    @RegisterExtension
    final AceFixture ace = new AceFixture();

    static Stream<Arguments> transportsAndCompression() {
        return Transport.available().stream()
                .flatMap(
                        transport -> Stream.of(false, true).map(isCompressed -> Arguments.of(transport, isCompressed)));
    }

    @ParameterizedTest
    @MethodSource("transportsAndCompression")
    void messagesComeBack(Transport transport, boolean isCompressed) throws Exception {
        Channel server = ace.loops(transport, 1).serve(pipeline -> WebSocketEcho.addServer(pipeline, isCompressed));
        WebSocketClient client = new WebSocketClient(messages());
        Channel channel = ace.loops(transport, 1)
                .connect(server, pipeline -> WebSocketEcho.addClient(pipeline, isCompressed, client));
        ace.await(client.done());
        channel.close().sync();
    }

    /** Of each size three: each goes out in another way. */
    private static List<Payload> messages() {
        return IntStream.range(0, 3 * SIZES.length)
                .mapToObj(i -> new Payload(i, SIZES[i / 3]))
                .toList();
    }
}
