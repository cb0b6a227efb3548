/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.micro.SizeMix;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A burst, then silence: four event loops fill a lot of memory with mixed buffers, release it all, and nobody allocates
 * any more.
 *
 * <p>All buffers are live at the same time, and each page of them is written to. Every second one is released by
 * another event loop than its own.
 *
 * <p><b>Shows</b> how much more than was asked for is resident at the peak, and how much of it comes back, how soon,
 * when no further call gives the allocator an occasion. All figures are above the start: resident memory just before
 * the burst, with the code compiled, the Java heap touched and the event loops running.
 *
 * <p><b>Does not show</b> a trickle of traffic after the burst, or a second burst that would have liked to find the
 * memory still there; the time of the burst is mostly that of page faults. What the JVM takes for itself meanwhile,
 * some MiB, counts for everybody.
 *
 * @param bytes live at the peak
 * @param silence how long memory is watched after the release
 * @param readings the metrics that are read in the silence, and when
 */
record Footprint(long bytes, Duration silence, Map<Metric, Duration> readings) implements MemoryWorkload {
    static final Footprint FULL = new Footprint(
            1L << 30,
            Duration.ofSeconds(15),
            Map.of(Metric.RSS_5S, Duration.ofSeconds(5), Metric.RSS_15S, Duration.ofSeconds(15)));
    static final Footprint QUICK =
            new Footprint(256L << 20, Duration.ofSeconds(6), Map.of(Metric.RSS_5S, Duration.ofSeconds(5)));

    private static final int LOOPS = 4;
    private static final Duration INTERVAL = Duration.ofMillis(50);
    private static final Duration BEFORE = Duration.ofMillis(500);

    private static final Footprint WARM_UP = new Footprint(4L << 20, Duration.ZERO, Map.of());
    private static final int WARM_UP_BURSTS = 200;

    @Override
    public Duration expected() {
        return silence.plus(Duration.ofSeconds(4));
    }

    @Override
    public void warmUp(ByteBufAllocator throwaway) throws Exception {
        try (Loops loops = new Loops(LOOPS)) {
            for (int i = 0; i < WARM_UP_BURSTS; i++) {
                WARM_UP.burst(throwaway, loops, () -> {});
            }
        }
    }

    @Override
    public Measurement measure(ByteBufAllocator allocator) throws Exception {
        try (Loops loops = new Loops(LOOPS);
                RssSampler rss = new RssSampler(INTERVAL);
                RssSampler held = new RssSampler(INTERVAL, () -> MemoryWorkload.committed(allocator) / MIB)) {
            Thread.sleep(BEFORE.toMillis());
            double begin = rss.sample();
            double heldBegin = held.sample();
            burst(allocator, loops, rss::sample);
            double released = rss.sample();
            Thread.sleep(silence.toMillis());
            double end = rss.sample();
            double heldEnd = held.sample();
            Series above = rss.above(rss.above(0).mean(0, begin));
            Map<Metric, Double> values = new EnumMap<>(Metric.class);
            values.put(Metric.PEAK, above.max(begin, released) * MIB / bytes);
            values.put(Metric.RSS_AVERAGE, above.mean(begin, end));
            values.put(Metric.HELD, held.above(0).mean(heldBegin, heldEnd));
            values.put(Metric.BURST, (released - begin) * TimeUnit.SECONDS.toMillis(1));
            readings.forEach((metric, after) -> values.put(metric, above.at(released + seconds(after))));
            return new Measurement(values, above.curve("seconds", 1, "resident MiB above the start"));
        }
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / (double) TimeUnit.SECONDS.toMillis(1);
    }

    /** Allocates everything, calls back, releases everything. */
    private void burst(ByteBufAllocator allocator, Loops loops, Runnable atThePeak) throws Exception {
        List<List<ByteBuf>> live = loops.onEach(loop -> fill(allocator, loop));
        atThePeak.run();
        loops.onEach(loop -> {
            release(live.get(loop), 0);
            release(live.get((loop + 1) % LOOPS), 1);
            return loop;
        });
    }

    /** Allocates one event loop's share, to the byte. */
    private List<ByteBuf> fill(ByteBufAllocator allocator, int loop) {
        int[] sizes = SizeMix.BURST.table(SizeMix.SEED + loop);
        List<ByteBuf> buffers = new ArrayList<>();
        long left = bytes / LOOPS;
        for (int i = 0; left > 0; i++) {
            int size = (int) Math.min(sizes[i % sizes.length], left);
            buffers.add(MemoryWorkload.touched(allocator, size));
            left -= size;
        }
        return buffers;
    }

    private static void release(List<ByteBuf> buffers, int first) {
        for (int i = first; i < buffers.size(); i += 2) {
            buffers.get(i).release();
        }
    }
}
