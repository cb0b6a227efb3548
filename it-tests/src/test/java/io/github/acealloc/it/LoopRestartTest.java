/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** New event loops adopt the heaps of those that have ended, with what is still live in them. */
final class LoopRestartTest {
    private static final int ROUNDS = 6;
    private static final int LOOPS = 3;
    private static final int ENDINGS = 20;
    private static final int[] SIZES = {1, 60, 256, 2000, 8192, 100_000, 1 << 20, 3 << 20};

    @RegisterExtension
    final AceFixture ace = new AceFixture();

    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void heapsDoNotBecomeMore(Transport transport) throws Exception {
        exchange(ace.loops(transport, LOOPS), 0);
        int heaps = ace.stats().heaps();
        assertThat(heaps).isEqualTo(2 * LOOPS); // direct, heap
        assertThat(ace.stats().counters().adoptions()).isZero();
        for (int round = 1; round < ROUNDS; round++) {
            exchange(ace.loops(transport, LOOPS), round);
            assertThat(ace.stats().heaps()).as("heaps in round " + round).isEqualTo(heaps);
        }
        assertThat(ace.stats().counters().adoptions()).isEqualTo((long) heaps * (ROUNDS - 1));
    }

    /** Servers and clients on all loops of the group, which then ends. */
    private void exchange(Loops loops, int round) throws Exception {
        loops.runOnEach(() -> buffers().forEach(ByteBuf::release));
        Channel server = loops.serve(pipeline -> pipeline.addLast(new Echo()));
        List<StreamClient> streams = new ArrayList<>();
        for (int i = 0; i < 2 * LOOPS; i++) {
            StreamClient stream = new StreamClient(new Payload(10 * round + i, 500_000), 1, 9000, 100_000);
            streams.add(stream);
            loops.connect(server, pipeline -> pipeline.addLast(stream));
        }
        for (StreamClient stream : streams) {
            ace.await(stream.done());
        }
        loops.shutDown();
    }

    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void buffersOutliveTheirLoop(Transport transport) throws Exception {
        Loops ended = ace.loops(transport, 1);
        List<ByteBuf> orphans = ended.next().submit(this::buffers).get();
        long live = ace.stats().liveBytes();
        ended.shutDown();
        assertThat(ace.stats().liveBytes()).isEqualTo(live).isPositive();

        // One part is released by a thread without a heap while nobody owns this one …
        release(orphans, 0);
        // … one by a loop that has adopted the heap, after it has allocated there itself …
        Loops heir = ace.loops(transport, 1);
        List<ByteBuf> more = heir.next().submit(this::buffers).get();
        assertThat(ace.stats().counters().adoptions()).isEqualTo(2);
        heir.next().submit(() -> release(orphans, 1)).get();
        // … and one, as well as what the heir made, by a loop that has another heap.
        Loops other = ace.loops(transport, 1);
        List<ByteBuf> others = other.next().submit(this::buffers).get();
        other.next().submit(() -> release(orphans, 2)).get();
        for (int part = 0; part < 3; part++) {
            int one = part;
            other.next().submit(() -> release(more, one)).get();
            heir.next().submit(() -> release(others, one)).get();
        }
        heir.runOnEach(ace.allocator()::trim);
        assertThat(ace.stats().counters().remoteFrees()).isPositive();
    }

    /** Somebody trims while a loop is ending and takes no tasks any more: its heap's next owner must still listen. */
    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void anHeirListensToTrim(Transport transport) throws Exception {
        Loops ended = ace.loops(transport, 1);
        ended.runOnEach(() -> {
            buffers().forEach(ByteBuf::release);
            // Removed in any order, some of them before the heap.
            for (int i = 0; i < ENDINGS; i++) {
                new FastThreadLocal<Boolean>() {
                    @Override
                    protected void onRemoval(Boolean value) {
                        CompletableFuture.runAsync(ace.allocator()::trim).join();
                    }
                }.set(true);
            }
        });
        ended.shutDown();
        Loops heir = ace.loops(transport, 1);
        heir.runOnEach(() -> buffers().forEach(ByteBuf::release));
        assertThat(ace.stats().counters().adoptions()).isPositive();
        assertThat(ace.stats().committedBytes()).isPositive();
        AceFixture.awaitFor("memory of an idle loop").untilAsserted(() -> {
            ace.allocator().trim();
            ace.assertNothingUsed();
        });
    }

    private List<ByteBuf> buffers() {
        List<ByteBuf> buffers = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            int size = SIZES[i % SIZES.length];
            ByteBuf buf = i % 2 == 0
                    ? ace.allocator().directBuffer(size)
                    : ace.allocator().heapBuffer(size);
            buffers.add(new Payload(i, size).writeTo(buf));
        }
        return buffers;
    }

    /** Checks and releases every third. */
    private static void release(List<ByteBuf> buffers, int part) {
        for (int i = part; i < buffers.size(); i += 3) {
            new Payload(i, SIZES[i % SIZES.length]).checkWhole(buffers.get(i));
            buffers.get(i).release();
        }
    }
}
