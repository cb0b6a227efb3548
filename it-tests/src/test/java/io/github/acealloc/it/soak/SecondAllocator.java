/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.AceConfig;
import io.github.acealloc.it.AceFixture;
import io.github.acealloc.it.Echo;
import io.github.acealloc.it.Loops;
import io.github.acealloc.it.Payload;
import io.github.acealloc.it.StreamClient;
import io.github.acealloc.it.Transport;
import io.github.acealloc.netty.AceByteBufAllocator;
import io.github.acealloc.netty.AllocatorOn;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** An allocator of its own with a server and a client, whose control loop fails at its first turn, as it asks what a page costs. */
final class SecondAllocator implements AutoCloseable {
    private static final String GOVERNOR = "acealloc-governor";
    private static final int STREAM = 500_000;

    private final UnreliableMemory memory;
    private final AceByteBufAllocator allocator;
    private final Loops loops;
    private final Channel server;

    SecondAllocator(AceConfig config, long seed, Consumer<Throwable> failures) throws InterruptedException {
        memory = new UnreliableMemory(seed);
        memory.fail(1, 0, 0);
        allocator = AllocatorOn.memory(config, memory);
        loops = new Loops(Transport.NIO, 1, allocator, failures);
        server = loops.serve(pipeline -> pipeline.addLast(new Echo()));
    }

    /** That the loop is frozen, although the governor was interrupted too, and everybody is served as before. */
    void freeze(Duration patience) throws Exception {
        interruptGovernor();
        AceFixture.awaitFor("a frozen control loop").atMost(patience).until(() -> {
            exchange();
            return isFrozen(allocator);
        });
        exchange();
    }

    static boolean isFrozen(AceByteBufAllocator allocator) {
        return allocator.explain().contains("mode frozen");
    }

    private void exchange() throws Exception {
        StreamClient client = new StreamClient(new Payload(7, STREAM), 1, 5000, 90_000);
        Channel channel = loops.connect(server, pipeline -> pipeline.addLast(client));
        client.done().get(20, TimeUnit.SECONDS);
        channel.close().sync();
    }

    /** It is told so much and does not obey. */
    private static void interruptGovernor() {
        Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(GOVERNOR))
                .forEach(Thread::interrupt);
    }

    /** That nothing is left of it. */
    @Override
    public void close() {
        memory.recover();
        loops.shutDown();
        allocator.trim();
        assertThat(allocator.violations()).isEmpty();
        assertThat(allocator.stats().liveBytes()).isZero();
        allocator.close();
        assertThat(memory.outBytes()).isZero();
    }
}
