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

/**
 * A server that moves large bodies: one event loop has {@link #LIVE} live buffers of 1.1 to 10 MB, all bytes of which are written,
 * and replaces them at random without a pause.
 *
 * <p><b>Shows</b> the time of a buffer, of which writing is the larger part unless pages have to be fetched anew, and how much
 * memory is resident meanwhile. All of it is above the start, with the code compiled and the event loop running.
 *
 * <p><b>Does not show</b> several event loops, or what is given back in silence.
 *
 * @param measured for how long buffers are replaced; the first fifth is warm-up
 */
record Huge(Duration measured) implements MemoryWorkload {
    static final Huge FULL = new Huge(Duration.ofSeconds(20));
    static final Huge QUICK = new Huge(Duration.ofSeconds(4));

    static final int LIVE = 8;
    static final int LEAST = 1_100_000;
    static final int MOST = 10_000_000;

    private static final int WARM_UP_SHARE = 5;
    private static final int TURN = 32;
    private static final Duration INTERVAL = Duration.ofMillis(20);
    private static final Huge WARM_UP = new Huge(Duration.ofMillis(500));
    private static final byte[] CONTENTS = new byte[64 << 10];

    @Override
    public Duration expected() {
        return measured.plusSeconds(3);
    }

    @Override
    public void warmUp(ByteBufAllocator throwaway) throws Exception {
        WARM_UP.measure(throwaway);
    }

    @Override
    public Measurement measure(ByteBufAllocator allocator) throws Exception {
        Random random = new Random(SizeMix.SEED);
        ByteBuf[] live = new ByteBuf[LIVE];
        try (Loops loop = new Loops(1);
                RssSampler rss = new RssSampler(INTERVAL)) {
            double begin = rss.sample();
            double warm = begin + measured.toNanos() / 1e9 / WARM_UP_SHARE;
            double end = begin + measured.toNanos() / 1e9;
            Series nanos = new Series();
            double now = begin;
            while (now < end) {
                double mean =
                        loop.onEach(unused -> replace(allocator, random, live)).get(0);
                now = rss.sample();
                nanos.add(now, mean);
            }
            loop.onEach(unused -> release(live));
            Series above = rss.above(rss.above(0).mean(0, begin));
            Map<Metric, Double> values = new EnumMap<>(Metric.class);
            values.put(Metric.TIME, nanos.mean(warm, now));
            values.put(Metric.RSS_AVERAGE, above.mean(warm, now));
            return new Measurement(values, above.curve("seconds", 1, "resident MiB above the start"));
        }
    }

    /** Replaces some; returns nanoseconds for each. */
    private static double replace(ByteBufAllocator allocator, Random random, ByteBuf[] live) {
        long start = System.nanoTime();
        for (int i = 0; i < TURN; i++) {
            int slot = random.nextInt(LIVE);
            if (live[slot] != null) {
                live[slot].release();
            }
            live[slot] = written(allocator, LEAST + random.nextInt(MOST - LEAST + 1));
        }
        return (System.nanoTime() - start) / (double) TURN;
    }

    private static ByteBuf written(ByteBufAllocator allocator, int size) {
        ByteBuf buffer = allocator.directBuffer(size);
        for (int left = size; left > 0; left = size - buffer.writerIndex()) {
            buffer.writeBytes(CONTENTS, 0, Math.min(left, CONTENTS.length));
        }
        return buffer;
    }

    /** Releases all; returns how many those were. */
    private static int release(ByteBuf[] live) {
        int released = 0;
        for (ByteBuf buffer : live) {
            if (buffer != null) {
                buffer.release();
                released++;
            }
        }
        return released;
    }
}
