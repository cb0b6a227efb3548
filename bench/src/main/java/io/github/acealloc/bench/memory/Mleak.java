/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.ProcessMemory;
import io.github.acealloc.bench.micro.SizeMix;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/**
 * Threads that come and go: rounds of ten short-lived event loops. Each allocates {@link #BUFFERS} messages of 256 B to
 * 4 KiB. A quarter of them it releases itself, a quarter is released by a lasting event loop while the thread still
 * runs, a quarter by the lasting one after it has ended, and a quarter goes into a table, from where a thread of a later
 * round releases it.
 *
 * <p><b>Shows</b> what each thread leaves behind, in resident memory and in what the allocator has from the system,
 * once the first third of the rounds is over; and for ACE how many heaps all these threads needed.
 *
 * <p><b>Does not show</b> time: it is spent on starting and ending threads. Resident memory holds what the JVM and the
 * C library keep for threads that ended, which is the same for all allocators, and the Java heap's young generation until all of
 * it has been used for the first time.
 *
 * @param rounds how often ten threads come and go
 */
record Mleak(int rounds) implements MemoryWorkload {
    static final Mleak FULL = new Mleak(1000);
    static final Mleak QUICK = new Mleak(200);

    static final int THREADS = 10;
    static final int BUFFERS = 100;

    private static final int FATES = 4;
    private static final int TABLE = 100;
    private static final Mleak WARM_UP = new Mleak(40);

    /** What a thread leaves to be released by others. */
    private record Legacy(List<ByteBuf> now, List<ByteBuf> afterItsEnd) {}

    @Override
    public Duration expected() {
        return Duration.ofMillis(3000 + 6L * rounds);
    }

    @Override
    public void warmUp(ByteBufAllocator throwaway) throws Exception {
        WARM_UP.measure(throwaway);
    }

    @Override
    public Measurement measure(ByteBufAllocator allocator) throws Exception {
        int[] sizes = SizeMix.MESSAGES.table();
        List<SlotArray> table = IntStream.range(0, THREADS)
                .mapToObj(i -> new SlotArray(TABLE, SizeMix.MESSAGES, SizeMix.SEED + i))
                .toList();
        double start = ProcessMemory.quickResidentMiB();
        Series resident = new Series();
        Series committed = new Series();
        try (Loops lasting = new Loops(1)) {
            for (int round = 0; round < rounds; round++) {
                int first = round * THREADS * BUFFERS;
                List<Legacy> left =
                        comeAndGo(lasting, loop -> live(allocator, sizes, first + loop * BUFFERS, table.get(loop)));
                lasting.onEach(
                        loop -> release(left.stream().map(Legacy::afterItsEnd).toList()));
                double threads = (round + 1.0) * THREADS;
                resident.add(threads, ProcessMemory.quickResidentMiB() - start);
                committed.add(threads, MemoryWorkload.committed(allocator) / MIB);
            }
            lasting.onEach(loop -> table.stream().mapToInt(SlotArray::clear).sum());
        }
        return measurement(resident, committed);
    }

    /** One round; returns when its threads have ended. */
    private static List<Legacy> comeAndGo(Loops lasting, Loops.Task<Legacy> life)
            throws InterruptedException, ExecutionException, TimeoutException {
        try (Loops loops = new Loops(THREADS)) {
            List<Legacy> left = loops.onEach(life);
            lasting.onEach(loop -> release(left.stream().map(Legacy::now).toList()));
            return left;
        }
    }

    /** A short-lived thread's whole life. */
    private static Legacy live(ByteBufAllocator allocator, int[] sizes, int first, SlotArray table) {
        Legacy legacy = new Legacy(new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < BUFFERS; i++) {
            int size = sizes[(first + i) % sizes.length];
            switch (i % FATES) {
                case 0 -> MemoryWorkload.touched(allocator, size).release();
                case 1 -> legacy.now.add(MemoryWorkload.touched(allocator, size));
                case 2 -> legacy.afterItsEnd.add(MemoryWorkload.touched(allocator, size));
                default -> table.replace(1, allocator);
            }
        }
        return legacy;
    }

    private static int release(List<List<ByteBuf>> buffers) {
        buffers.forEach(list -> list.forEach(ByteBuf::release));
        return buffers.size();
    }

    private Measurement measurement(Series resident, Series committed) {
        double threads = rounds * (double) THREADS;
        double warm = threads / 3;
        double thousands = (threads - warm) / 1000;
        return new Measurement(
                Map.of(
                        Metric.RSS_PER_THREADS, resident.rise(warm, threads) / thousands,
                        Metric.COMMITTED_PER_THREADS, committed.rise(warm, threads) / thousands),
                resident.curve("threads", 1, "resident MiB above the start"));
    }
}
