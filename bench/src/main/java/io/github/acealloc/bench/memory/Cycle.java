/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A burst every few seconds: two event loops fill a lot of memory with mixed buffers and release it all, then nothing happens until
 * the next time.
 *
 * <p><b>Shows</b> both sides of giving memory back: what lies there between two bursts, and what the next burst pays for memory that
 * has gone. Of the times the later half counts, in which an allocator may have learned how long to wait.
 *
 * <p><b>Does not show</b> a first burst.
 *
 * @param bytes live at the peak
 * @param bursts an even number
 * @param pause between two
 */
record Cycle(long bytes, int bursts, Duration pause) implements MemoryWorkload {
    static final Cycle FULL = new Cycle(200L << 20, 8, Duration.ofSeconds(3));
    static final Cycle QUICK = new Cycle(100L << 20, 4, Duration.ofMillis(1500));

    private static final int LOOPS = 2;
    private static final Duration INTERVAL = Duration.ofMillis(50);
    private static final double NANOS_PER_MILLI = 1e6;
    private static final Cycle WARM_UP = new Cycle(64L << 20, 4, Duration.ofMillis(100));

    @Override
    public Duration expected() {
        return pause.multipliedBy(bursts).plusSeconds(4);
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
        double[] millis = new double[bursts];
        try (Loops loops = new Loops(LOOPS);
                RssSampler rss = new RssSampler(INTERVAL)) {
            double begin = rss.sample();
            double first = begin;
            for (int i = 0; i < bursts; i++) {
                long start = System.nanoTime();
                loops.onEach(loop -> states[loop].fill(bytes / LOOPS));
                loops.onEach(loop -> states[loop].empty());
                millis[i] = (System.nanoTime() - start) / NANOS_PER_MILLI;
                first = i == 0 ? rss.sample() : first;
                Thread.sleep(pause.toMillis());
            }
            double end = rss.sample();
            Series above = rss.above(rss.above(0).mean(0, begin));
            Map<Metric, Double> values = new EnumMap<>(Metric.class);
            values.put(Metric.BURST, laterHalf(millis));
            values.put(Metric.RSS_AVERAGE, above.mean(first, end));
            return new Measurement(values, above.curve("seconds", 1, "resident MiB above the start"));
        }
    }

    private static double laterHalf(double[] millis) {
        return Arrays.stream(millis, millis.length / 2, millis.length).average().orElse(Double.NaN);
    }
}
