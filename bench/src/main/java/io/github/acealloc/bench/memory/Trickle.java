/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A burst, then a trickle on the same event loops: two loops fill a lot of memory with mixed buffers and release it all, and
 * afterwards allocate some buffers of the same sizes now and then.
 *
 * <p><b>Shows</b> whether what a burst leaves comes back although no loop and no class is ever quite idle. All figures are above
 * the start, with the code compiled and the event loops running.
 *
 * <p><b>Does not show</b> time, or a second burst.
 *
 * @param bytes live at the peak
 * @param after how long the trickle is watched
 */
record Trickle(long bytes, Duration after) implements MemoryWorkload {
    static final Trickle FULL = new Trickle(512L << 20, Duration.ofSeconds(15));
    static final Trickle QUICK = new Trickle(128L << 20, Duration.ofSeconds(5));

    private static final int LOOPS = 2;

    /** Each loop allocates so many a pause, about 1,000 a second in all, and has so many of them live: some 2 MiB. */
    private static final int EACH = 5;

    private static final int LIVE = 200;
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final Duration INTERVAL = Duration.ofMillis(50);

    private static final Trickle WARM_UP = new Trickle(64L << 20, Duration.ofSeconds(1));

    @Override
    public Duration expected() {
        return after.plusSeconds(5);
    }

    @Override
    public void warmUp(ByteBufAllocator throwaway) throws Exception {
        WARM_UP.measure(throwaway);
    }

    @Override
    public Measurement measure(ByteBufAllocator allocator) throws Exception {
        BurstLoop[] states = IntStream.range(0, LOOPS)
                .mapToObj(loop -> new BurstLoop(allocator, loop))
                .toArray(BurstLoop[]::new);
        try (Loops loops = new Loops(LOOPS);
                RssSampler rss = new RssSampler(INTERVAL)) {
            double begin = rss.sample();
            loops.onEach(loop -> states[loop].fill(bytes / LOOPS));
            loops.onEach(loop -> states[loop].empty());
            double released = rss.sample();
            for (long end = System.nanoTime() + after.toNanos(); end - System.nanoTime() > 0; ) {
                Thread.sleep(PAUSE.toMillis());
                loops.onEach(loop -> states[loop].replace(EACH, LIVE));
            }
            double end = rss.sample();
            loops.onEach(loop -> states[loop].empty());
            Series above = rss.above(rss.above(0).mean(0, begin));
            Map<Metric, Double> values = new EnumMap<>(Metric.class);
            values.put(Metric.RSS_AVERAGE, above.mean(released, end));
            values.put(Metric.RSS_BUSY, above.at(end));
            return new Measurement(values, above.curve("seconds", 1, "resident MiB above the start"));
        }
    }
}
