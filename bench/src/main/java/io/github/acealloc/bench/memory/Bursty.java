/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.micro.SizeMix;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/**
 * An open on/off process on one event loop. Messages of 256 B to 2 KiB come in bursts every few milliseconds, larger ones
 * of up to 16 KiB in bursts about every second; a burst is allocated at once and released within half a millisecond. Beneath
 * it all flows a thin background of all sizes, so that no class is ever idle for long.
 *
 * <p><b>Shows</b> the time of an allocation with its release when the loop has rested before, and how much memory
 * is held for bursts to come: what a longer memory of past bursts saves in time, and costs in space.
 *
 * <p><b>Does not show</b> releases by other threads, or bursts whose buffers have to wait for a slow network. The time
 * includes what a rest of the loop does to the processor's caches, which is the same for everybody.
 *
 * @param duration of the whole process, whole seconds
 */
record Bursty(Duration duration) implements MemoryWorkload {
    static final Bursty FULL = new Bursty(Duration.ofSeconds(22));
    static final Bursty QUICK = new Bursty(Duration.ofSeconds(5));

    static final Duration TICK = Duration.ofNanos(250_000);

    private static final Bursty WARM_UP = new Bursty(Duration.ofSeconds(4));

    /** How long a buffer of the background lives, in ticks. */
    private static final int BACKGROUND_LIFE = 100;

    private static final int SMALLEST = 256;
    private static final int LARGEST = 16 << 10;

    /**
     * Messages that come in bursts of their own; a size is at most twice another.
     *
     * @param smallest their smallest size
     * @param gap mean number of ticks between two bursts
     * @param fewest buffers of a burst
     * @param most buffers of a burst
     */
    private record Source(int smallest, int gap, int fewest, int most) {
        int count(Random random) {
            return (int) (fewest * Math.pow((double) most / fewest, random.nextDouble()));
        }

        /** Never far from the mean, as of something that is done again and again. */
        int pause(Random random) {
            return Math.max(1, (int) (gap * (0.5 + random.nextDouble())));
        }
    }

    private static final List<Source> SOURCES = List.of(
            new Source(256, 16, 200, 800),
            new Source(512, 28, 200, 800),
            new Source(1 << 10, 40, 200, 800),
            new Source(2 << 10, 3600, 500, 2000),
            new Source(4 << 10, 4000, 500, 2000),
            new Source(8 << 10, 4400, 500, 2000));

    @Override
    public Duration expected() {
        return duration.plus(Duration.ofMillis(2500));
    }

    @Override
    public void warmUp(ByteBufAllocator throwaway) throws Exception {
        new PacedRun(throwaway, List.of(WARM_UP.trace()), TICK).hurry();
    }

    @Override
    public Measurement measure(ByteBufAllocator allocator) throws Exception {
        return new PacedRun(allocator, List.of(trace()), TICK).measure(Duration.ZERO);
    }

    /** Returns what the event loop does. */
    PacedTrace trace() {
        Random random = new Random(SizeMix.SEED);
        PacedTrace trace = new PacedTrace((int) (duration.toNanos() / TICK.toNanos()));
        int[] next =
                SOURCES.stream().mapToInt(source -> random.nextInt(source.gap)).toArray();
        for (int tick = 0; tick < trace.ticks(); tick++) {
            trace.allocate(
                    (int) (SMALLEST * Math.pow((double) LARGEST / SMALLEST, random.nextDouble())),
                    1 + random.nextInt(2 * BACKGROUND_LIFE));
            for (int i = 0; i < next.length; i++) {
                if (tick == next[i]) {
                    burst(SOURCES.get(i), random, trace);
                    next[i] += SOURCES.get(i).pause(random);
                }
            }
            trace.nextTick();
        }
        return trace;
    }

    /** Half of a burst lives for one tick and half for two. */
    private static void burst(Source source, Random random, PacedTrace trace) {
        int count = source.count(random);
        for (int i = 0; i < count; i++) {
            trace.allocate(source.smallest + random.nextInt(source.smallest) + 1, 1 + random.nextInt(2));
        }
    }
}
