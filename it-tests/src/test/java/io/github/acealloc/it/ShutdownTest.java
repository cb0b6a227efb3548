/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers, clients and the allocator itself can be ended under load, in any order, and all memory comes back. */
final class ShutdownTest {
    private static final int CLIENTS = 4;
    private static final int ENDLESS = 1 << 30;
    private static final int UNDER_LOAD = 200_000;

    @RegisterExtension
    final AceFixture ace = new AceFixture();

    private final List<StreamClient> streams = new ArrayList<>();

    private void load(Loops servers, Loops clients) throws Exception {
        Channel server = servers.serve(pipeline -> pipeline.addLast(new Echo()));
        for (int i = 0; i < CLIENTS; i++) {
            StreamClient stream = new StreamClient(new Payload(i, ENDLESS), 100_000, 500, 1 << 20);
            streams.add(stream);
            clients.connect(server, pipeline -> pipeline.addLast(stream));
        }
        AceFixture.awaitFor("load").until(() -> streams.stream().allMatch(each -> each.received() > UNDER_LOAD));
    }

    private void awaitBrokenStreams() {
        for (StreamClient stream : streams) {
            assertThatThrownBy(() -> ace.await(stream.done())).hasMessageContaining("the connection closed after");
        }
    }

    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void serverFirst(Transport transport) throws Exception {
        Loops servers = ace.loops(transport, 2);
        load(servers, ace.loops(transport, 1));
        servers.shutDown();
        awaitBrokenStreams();
    }

    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void clientsFirst(Transport transport) throws Exception {
        Loops clients = ace.loops(transport, 2);
        load(ace.loops(transport, 1), clients);
        clients.shutDown();
        awaitBrokenStreams();
    }

    /** Reads and writes fail from then on, and whatever was under way is given back as it ends. */
    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void allocatorFirst(Transport transport) throws Exception {
        load(ace.loops(transport, 2), ace.loops(transport, 1));
        ace.expect(failure ->
                failure instanceof IllegalStateException && "the allocator is closed".equals(failure.getMessage()));
        ace.allocator().close();
        awaitBrokenStreams();
        assertThatThrownBy(() -> ace.allocator().buffer()).isInstanceOf(IllegalStateException.class);
        AceFixture.awaitFor("all memory given back, with the loops alive").untilAsserted(ace::assertNothingUsed);
    }

    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void idleLoopsGiveBackWhenTheAllocatorIsClosed(Transport transport) throws Exception {
        makeIdleLoops(transport);
        ace.allocator().close();
        AceFixture.awaitFor("all memory given back, with the loops alive").untilAsserted(ace::assertNothingUsed);
    }

    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void idleLoopsGiveBackWhenTheAllocatorIsTrimmed(Transport transport) throws Exception {
        makeIdleLoops(transport);
        ace.allocator().trim();
        AceFixture.awaitFor("all memory given back, with the loops alive").untilAsserted(() -> {
            // The loops do it one after the other, and what one of them gave back lies in the store for the next.
            ace.allocator().trim();
            ace.assertNothingUsed();
        });
    }

    private void makeIdleLoops(Transport transport) throws Exception {
        Loops loops = ace.loops(transport, 2);
        Channel server = loops.serve(pipeline -> pipeline.addLast(new Echo()));
        StreamClient stream = new StreamClient(new Payload(5, 1 << 20), 100, 70_000);
        Channel channel = loops.connect(server, pipeline -> pipeline.addLast(stream));
        ace.await(stream.done());
        channel.close().sync();

        assertThat(ace.allocator().metric().usedDirectMemory()).isPositive();
        assertThat(ace.allocator().metric().usedHeapMemory()).isPositive();
    }
}
