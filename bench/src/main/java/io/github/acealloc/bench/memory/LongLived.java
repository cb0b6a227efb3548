/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.micro.SizeMix;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Two lifetimes side by side, whatever the size: nine buffers in ten live for a few milliseconds, one in ten for seconds,
 * as connections' buffers and messages in the making do. Two event loops allocate an API gateway's sizes at a
 * steady pace.
 *
 * <p><b>Shows</b> the time of an allocation with its release, and how much memory is held beside what is live, when the
 * few that stay keep places from being given back where the many have been.
 *
 * <p><b>Does not show</b> releases by other threads, or a load that changes.
 *
 * @param measured how long it is watched, whole seconds, once as much is live as stays live
 * @param life mean time that a buffer lives that lives long; none lives less than half or more than one and a half of it
 * @param live bytes that are live on average
 */
record LongLived(Duration measured, Duration life, long live) implements MemoryWorkload {
    static final LongLived FULL = new LongLived(Duration.ofSeconds(20), Duration.ofSeconds(3), 64L << 20);
    static final LongLived QUICK = new LongLived(Duration.ofSeconds(4), Duration.ofMillis(1500), 64L << 20);

    static final int LOOPS = 2;
    static final int ONE_IN = 10;
    static final Duration TICK = Duration.ofMillis(1);

    /** How many ticks the others live, on average. */
    private static final int SHORT_LIFE = 3;

    private static final LongLived WARM_UP = new LongLived(Duration.ofSeconds(8), Duration.ofMillis(500), 8L << 20);

    @Override
    public Duration expected() {
        return measured.plus(rampUp()).plus(Duration.ofMillis(2500));
    }

    @Override
    public void warmUp(ByteBufAllocator throwaway) throws Exception {
        new PacedRun(throwaway, WARM_UP.traces(), TICK).hurry();
    }

    @Override
    public Measurement measure(ByteBufAllocator allocator) throws Exception {
        return new PacedRun(allocator, traces(), TICK).measure(rampUp());
    }

    /** Whole seconds, after which the first buffers that live long are gone. */
    Duration rampUp() {
        return Duration.ofSeconds(
                life.multipliedBy(3).dividedBy(2).plusMillis(999).toSeconds());
    }

    /** Returns what each event loop does. */
    List<PacedTrace> traces() {
        return IntStream.range(0, LOOPS).mapToObj(this::trace).toList();
    }

    private PacedTrace trace(int loop) {
        Random random = new Random(SizeMix.SEED + loop);
        int[] sizes = SizeMix.GATEWAY.table(SizeMix.SEED + loop);
        double mean = Arrays.stream(sizes).average().orElseThrow();
        double longTicks = (double) life.toNanos() / TICK.toNanos();
        double meanTicks = (longTicks + (ONE_IN - 1) * SHORT_LIFE) / ONE_IN;
        double eachTick = live / (LOOPS * mean * meanTicks);
        PacedTrace trace = new PacedTrace((int) (measured.plus(rampUp()).toNanos() / TICK.toNanos()));
        int next = 0;
        for (int tick = 0; tick < trace.ticks(); tick++) {
            while (next < (tick + 1) * eachTick) {
                boolean isLong = random.nextInt(ONE_IN) == 0;
                int ticks = isLong
                        ? (int) (longTicks * (0.5 + random.nextDouble()))
                        : 1 + random.nextInt(2 * SHORT_LIFE - 1);
                trace.allocate(sizes[next % sizes.length], ticks);
                next++;
            }
            trace.nextTick();
        }
        return trace;
    }
}
