/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Which side of a framework's connection is on ACE; the other one is on Netty's default, so that each option is proved by itself. */
enum Side {
    BOTH,
    SERVER,
    CLIENT;

    /** The source of a test that takes a side and a transport. */
    static final String WITH_TRANSPORTS = "io.github.acealloc.it.Side#withTransports";

    private static final List<Integer> SIZES =
            List.of(0, 1, 5, 17, 300, 1024, 4097, 16_384, 50_000, 65_537, 300_000, 1 << 20, (3 << 20) + 1);

    static Stream<Arguments> withTransports() {
        Stream<Arguments> both = Transport.available().stream().map(transport -> Arguments.of(BOTH, transport));
        Stream<Arguments> single = Stream.of(SERVER, CLIENT).map(side -> Arguments.of(side, Transport.NIO));
        return Stream.concat(both, single);
    }

    /** Bodies of a few bytes to some MiB. */
    static List<Payload> bodies(int seed, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Payload(seed * 1000 + i, SIZES.get(i % SIZES.size())))
                .toList();
    }

    ByteBufAllocator server(AceFixture ace) {
        return this == CLIENT ? ByteBufAllocator.DEFAULT : ace.allocator();
    }

    ByteBufAllocator client(AceFixture ace) {
        return this == SERVER ? ByteBufAllocator.DEFAULT : ace.allocator();
    }
}
