/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.ProcessMemory;
import io.github.acealloc.bench.micro.SizeMix;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/**
 * A server whose connections outlive its threads, after Larson and Krishnan: each event loop replaces random ones of
 * {@link #SLOTS} live buffers of 16 to 1024 bytes, then hands all of them to the next event loop, which goes on. After
 * {@link #LEGS} turns of this the event loops end, and new ones inherit the buffers.
 *
 * <p><b>Shows</b> the time of a replacement when most buffers are released by another thread than the one that allocated
 * them, which may have ended by then; whether resident memory grows from one generation of threads to
 * the next; and for ACE how many heaps all these threads needed.
 *
 * <p><b>Does not show</b> larger buffers, or more than {@link #LOOPS} event loops side by side. The time leaves out
 * starting and ending threads. Growth counts from the first third of the generations on.
 *
 * @param generations how often all event loops are replaced by new ones
 */
record Larson(int generations) implements MemoryWorkload {
    static final Larson FULL = new Larson(1000);
    static final Larson QUICK = new Larson(200);

    static final int LOOPS = 2;
    static final int SLOTS = 5000;
    static final int LEGS = 4;

    /** As many as there are slots: in two of three, the first buffer to be replaced is another thread's. */
    private static final int REPLACEMENTS = SLOTS;

    private static final Larson WARM_UP = new Larson(20);

    @Override
    public Duration expected() {
        return Duration.ofMillis(3000 + 5L * generations);
    }

    @Override
    public void warmUp(ByteBufAllocator throwaway) throws Exception {
        WARM_UP.measure(throwaway);
    }

    @Override
    public Measurement measure(ByteBufAllocator allocator) throws Exception {
        List<SlotArray> arrays = IntStream.range(0, LOOPS)
                .mapToObj(i -> new SlotArray(SLOTS, SizeMix.UNIFORM_SMALL, SizeMix.SEED + i))
                .toList();
        double start = ProcessMemory.quickResidentMiB();
        Series resident = new Series();
        Series nanos = new Series();
        for (int generation = 1; generation <= generations; generation++) {
            nanos.add(generation, generation(allocator, arrays));
            resident.add(generation, ProcessMemory.quickResidentMiB() - start);
        }
        try (Loops loops = new Loops(LOOPS)) {
            loops.onEach(loop -> arrays.get(loop).clear());
        }
        double warm = generations / 3.0;
        return new Measurement(
                Map.of(
                        Metric.TIME, nanos.mean(warm, generations),
                        Metric.RSS_GROWTH, resident.rise(warm, generations)),
                resident.curve("generations", 1, "resident MiB above the start"));
    }

    /** Lets the arrays go round among new event loops; returns the mean time of a replacement in nanoseconds. */
    private static double generation(ByteBufAllocator allocator, List<SlotArray> arrays)
            throws InterruptedException, ExecutionException, TimeoutException {
        double nanos = 0;
        try (Loops loops = new Loops(LOOPS)) {
            for (int leg = 0; leg < LEGS; leg++) {
                int shift = leg;
                for (long elapsed :
                        loops.onEach(loop -> arrays.get((loop + shift) % LOOPS).replace(REPLACEMENTS, allocator))) {
                    nanos += elapsed;
                }
            }
        }
        return nanos / (LEGS * LOOPS * REPLACEMENTS);
    }
}
