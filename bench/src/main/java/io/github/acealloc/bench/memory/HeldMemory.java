/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.bench.Measurement.Curve;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.ProcessMemory;
import io.netty.buffer.ByteBufAllocator;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What an allocator holds while a workload runs, in MiB over seconds. Somebody has to ask for each reading, between two
 * stretches whose time is measured.
 */
final class HeldMemory {
    private final ByteBufAllocator allocator;
    private final long begin = System.nanoTime();
    private final double start = ProcessMemory.quickResidentMiB();
    private final Series committed = new Series();
    private final Series spare = new Series();
    private final Series resident = new Series();

    /** Begins now, with an allocator that is not in use yet. */
    HeldMemory(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /**
     * Reads it once.
     *
     * @param live bytes asked for and not released yet
     * @return the time in seconds
     */
    double read(long live) {
        double now = (System.nanoTime() - begin) / (double) TimeUnit.SECONDS.toNanos(1);
        long bytes = MemoryWorkload.committed(allocator);
        committed.add(now, bytes / MemoryWorkload.MIB);
        spare.add(now, (bytes - live) / MemoryWorkload.MIB);
        resident.add(now, ProcessMemory.quickResidentMiB() - start);
        return now;
    }

    /** Returns what the allocator had from the system in a window of time, on average. */
    double mean(double from, double to) {
        return committed.mean(from, to);
    }

    /** Returns the averages over all of the time from a moment on. */
    Map<Metric, Double> values(double from) {
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        values.put(Metric.HELD, committed.mean(from, committed.end()));
        values.put(Metric.SPARE, spare.mean(from, spare.end()));
        values.put(Metric.RSS_AVERAGE, resident.mean(from, resident.end()));
        return values;
    }

    Curve curve() {
        return committed.curve("seconds", 1, "held MiB");
    }
}
