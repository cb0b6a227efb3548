/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.ProcessMemory;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * Fragmentation over a long time: a thousand allocations a second for an hour, without the pauses between them, on one
 * event loop, with a bounded number of live bytes whose sizes drift ({@link DriftTrace}).
 *
 * <p><b>Shows</b> how much memory the allocator needs for each byte that its user asked for and holds, at the end and
 * at the worst moment of the last third, whether that still rises, and the time of a step. "Committed" is what the
 * allocator says it has from the system; what is resident is shown beside it. The last third is two whole turns of the
 * drift, so that its rise is what a turn leaves behind and not the drift itself.
 *
 * <p><b>Does not show</b> several event loops, or memory that would be given back in the pauses. Unpooled says exactly
 * what its buffers hold, because it does not know what {@code malloc} takes for them: see its resident memory.
 *
 * @param steps allocations, a multiple of {@link #SAMPLES}
 * @param liveLimit most live bytes
 */
record Growth(int steps, long liveLimit) implements MemoryWorkload {
    static final Growth FULL = new Growth(3600 * 1000, 128L << 20);
    static final Growth QUICK = new Growth(600 * 1000, 128L << 20);

    /** How often memory is read; whole turns of the drift end with a sample. */
    static final int SAMPLES = 360;

    private static final Growth WARM_UP = new Growth(360 * 1000, 4L << 20);

    @Override
    public Duration expected() {
        return Duration.ofMillis(3500L + steps / 500);
    }

    @Override
    public void warmUp(ByteBufAllocator throwaway) throws Exception {
        WARM_UP.measure(throwaway);
    }

    @Override
    public Measurement measure(ByteBufAllocator allocator) throws Exception {
        try (Loops loop = new Loops(1)) {
            double start = ProcessMemory.quickResidentMiB();
            DriftTrace trace = new DriftTrace(steps, liveLimit);
            Player player = new Player(allocator);
            Series committed = new Series();
            Series held = new Series();
            Series resident = new Series();
            Series nanos = new Series();
            int between = steps / SAMPLES;
            for (int i = 0; i < SAMPLES; i++) {
                int[] operations = trace.next(between);
                player.makeRoom(trace.slots());
                // A task each, as event loops are used: between two of them run the tasks of others.
                double elapsed = loop.onEach(unused -> player.play(operations, 0, operations.length))
                        .get(0);
                double step = (i + 1.0) * between;
                double live = trace.live();
                long bytes = MemoryWorkload.committed(allocator);
                committed.add(step, bytes / live);
                held.add(step, bytes / MIB);
                resident.add(step, (ProcessMemory.quickResidentMiB() - start) * MIB / live);
                nanos.add(step, elapsed / between);
            }
            loop.onEach(unused -> player.releaseAll());
            return measurement(committed, held, resident, nanos);
        }
    }

    private Measurement measurement(Series committed, Series held, Series resident, Series nanos) {
        double lastThird = 2.0 * steps / 3;
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        values.put(Metric.TIME, nanos.mean(lastThird, steps));
        values.put(Metric.COMMITTED, committed.at(steps));
        values.put(Metric.COMMITTED_MAX, committed.max(lastThird, steps));
        values.put(Metric.COMMITTED_RISE, committed.rise(lastThird, steps));
        values.put(Metric.HELD, held.mean(lastThird, steps));
        values.put(Metric.RSS_LIVE, resident.mean(lastThird, steps));
        return new Measurement(values, committed.curve("thousand steps", 1e-3, "committed / live"));
    }
}
