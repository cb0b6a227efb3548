/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.testing.Engine;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.Racers;
import io.github.acealloc.testing.TestBlock;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.junit.jupiter.api.Test;

/** One loop allocates, another releases: what waits in between is bounded by what is live. */
class ProducerConsumerTest {
    private static final int LIVE = 512;
    private static final int WARM_UP = 20_000;
    private static final int BLOCKS = 300_000;
    private static final int[] SIZES = {64, 300, 1024, 4096};
    private static final long SUPERSLAB = Superslab.bytes(true);

    private final Engine engine = Engine.of(true, 512L << 20);
    private final BlockingQueue<TestBlock> between = new ArrayBlockingQueue<>(LIVE);
    private long committedAfterWarmUp;
    private int mostQueued;

    @Test
    void neitherTheQueueNorTheMemoryGrows() {
        try (Loop producer = new Loop();
                Loop consumer = new Loop()) {
            ThreadHeap heap = producer.call(() -> engine.allocator().attach(producer));
            new Racers()
                    .on(producer, () -> produce(heap))
                    .on(consumer, this::consume)
                    .go();
            int bytesOut = LIVE * SIZES[SIZES.length - 1];
            assertThat(mostQueued).isBetween(1, drainedAtLeastEvery());
            assertThat(committedAfterWarmUp).isLessThanOrEqualTo(2L * bytesOut + 2 * SUPERSLAB);
            assertThat(engine.allocator().committedBytes()).isLessThanOrEqualTo(committedAfterWarmUp + SUPERSLAB);
            producer.run(engine.allocator()::trim);
            AceStats stats = engine.expectConsistent();
            assertThat(stats.counters().remoteFrees()).isEqualTo(BLOCKS);
            assertThat(stats.committedBytes()).isZero();
        }
    }

    /** The queue is drained when any one cache is empty, so at the latest when all blocks of all caches went through. */
    private int drainedAtLeastEvery() {
        int most = LIVE;
        for (int size : SIZES) {
            most += engine.allocator().knobs().cap(SizeClasses.of(size));
        }
        return most;
    }

    private void produce(ThreadHeap heap) {
        for (int i = 0; i < BLOCKS; i++) {
            if (i == WARM_UP) {
                committedAfterWarmUp = engine.allocator().committedBytes();
            }
            put(engine.allocate(heap, SIZES[i % SIZES.length]));
            mostQueued = Math.max(mostQueued, heap.remoteCount());
        }
    }

    private void put(TestBlock block) {
        try {
            between.put(block);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void consume() {
        try {
            for (int i = 0; i < BLOCKS; i++) {
                engine.release(between.take());
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
