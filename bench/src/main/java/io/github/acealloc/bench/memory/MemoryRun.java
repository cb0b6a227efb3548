/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.bench.AceHeaps;
import io.github.acealloc.bench.AceShares;
import io.github.acealloc.bench.AllocatorKind;
import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.plan.Workload;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * One run of a memory workload, in a JVM of its own.
 *
 * <p>The code is warmed up with an allocator of the same kind that is thrown away, so that classes are loaded and code
 * is compiled before the start is read, while the allocator under test still has no memory at all.
 */
public final class MemoryRun {
    private static final Duration SETTLE = Duration.ofSeconds(1);

    private MemoryRun() {}

    /** Runs a workload with an allocator; {@code size} is 0 for its usual one. */
    public static Measurement of(Workload workload, Scale scale, int size, AllocatorKind kind) throws Exception {
        MemoryWorkload usual = scale.create(workload);
        return of(size > 0 ? usual.sized(size) : usual, kind);
    }

    static Measurement of(MemoryWorkload workload, AllocatorKind kind) throws Exception {
        warmUp(workload, kind.create());
        ByteBufAllocator allocator = kind.create();
        Measurement measured = workload.measure(allocator);
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        values.putAll(measured.values());
        values.putAll(AceShares.of(allocator));
        values.putAll(AceHeaps.of(allocator));
        return new Measurement(values, measured.curve());
    }

    /** When it returns, nothing refers to the allocator any more, and the compiler's own memory is given back. */
    private static void warmUp(MemoryWorkload workload, ByteBufAllocator throwaway) throws Exception {
        workload.warmUp(throwaway);
        if (throwaway instanceof AutoCloseable closeable) {
            closeable.close();
        }
        System.gc();
        Thread.sleep(SETTLE.toMillis());
    }
}
