/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.micro.SizeMix;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A server with many event loops, each of which has little to do: a hundred live buffers of a database proxy's sizes, of which
 * it replaces some every few milliseconds. Then silence with the same buffers live, then silence after all are released.
 *
 * <p><b>Shows</b> what an allocator holds for each loop beside what that uses: caches, areas of its own, memory cut for classes
 * that are seldom needed. All figures are above the start, with the code compiled and the event loops running.
 *
 * <p><b>Does not show</b> time: there are more threads than processors, and the load is thin.
 *
 * @param count of event loops
 * @param busy how long they replace buffers
 * @param silence how long memory is watched, first with all buffers live, then with none
 */
record ManyLoops(int count, Duration busy, Duration silence) implements MemoryWorkload {
    static final ManyLoops FULL = new ManyLoops(64, Duration.ofSeconds(8), Duration.ofSeconds(6));
    static final ManyLoops QUICK = new ManyLoops(16, Duration.ofSeconds(2), Duration.ofSeconds(3));

    /** Buffers that each event loop has. */
    static final int LIVE = 100;

    private static final int REPLACED = 25;
    private static final Duration PAUSE = Duration.ofMillis(5);
    private static final Duration INTERVAL = Duration.ofMillis(50);
    private static final ManyLoops WARM_UP = new ManyLoops(8, Duration.ofSeconds(6), Duration.ofSeconds(2));

    @Override
    public ManyLoops sized(int size) {
        return new ManyLoops(size, busy, silence);
    }

    @Override
    public Duration expected() {
        return busy.plus(silence.multipliedBy(2)).plusSeconds(15);
    }

    @Override
    public void warmUp(ByteBufAllocator throwaway) throws Exception {
        WARM_UP.measure(throwaway);
    }

    @Override
    public Measurement measure(ByteBufAllocator allocator) throws Exception {
        Connections[] connections = IntStream.range(0, count)
                .mapToObj(loop -> new Connections(allocator, loop))
                .toArray(Connections[]::new);
        try (Loops loops = new Loops(count);
                RssSampler rss = new RssSampler(INTERVAL)) {
            double begin = rss.sample();
            loops.onEach(loop -> connections[loop].replace(LIVE));
            double filled = rss.sample();
            for (long end = System.nanoTime() + busy.toNanos(); end - System.nanoTime() > 0; ) {
                Thread.sleep(PAUSE.toMillis());
                loops.onEach(loop -> connections[loop].replace(REPLACED));
            }
            double silent = rss.sample();
            Thread.sleep(silence.toMillis());
            double stillLive = rss.sample();
            loops.onEach(loop -> connections[loop].close());
            Thread.sleep(silence.toMillis());
            double released = rss.sample();
            Series above = rss.above(rss.above(0).mean(0, begin));
            Map<Metric, Double> values = new EnumMap<>(Metric.class);
            values.put(Metric.RSS_AVERAGE, above.mean(filled, silent));
            values.put(Metric.RSS_SILENT, above.at(stillLive));
            values.put(Metric.RSS_RELEASED, above.at(released));
            return new Measurement(values, above.curve("seconds", 1, "resident MiB above the start"));
        }
    }

    /** The live buffers of one event loop. */
    private static final class Connections {
        private final int[] sizes = Proxy.sizes();
        private final ByteBuf[] live = new ByteBuf[LIVE];
        private final ByteBufAllocator allocator;
        private final Random random;
        private int nextSize;
        private int filled;

        Connections(ByteBufAllocator allocator, int loop) {
            this.allocator = allocator;
            random = new Random(SizeMix.SEED + loop);
            nextSize = random.nextInt(sizes.length);
        }

        /** Replaces so many, each at random once all places are filled; returns the number of those filled. */
        int replace(int n) {
            for (int i = 0; i < n; i++) {
                int slot = filled < LIVE ? filled++ : random.nextInt(LIVE);
                if (live[slot] != null) {
                    live[slot].release();
                }
                live[slot] = MemoryWorkload.touched(allocator, Math.abs(sizes[nextSize]));
                nextSize = nextSize + 1 == sizes.length ? 0 : nextSize + 1;
            }
            return filled;
        }

        /** Releases all; returns how many that were. */
        int close() {
            for (int slot = 0; slot < filled; slot++) {
                live[slot].release();
            }
            return filled;
        }
    }
}
