/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.micro;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The hottest case there is: 64-byte buffers, 100 of them live, or a single one.
 *
 * <p><b>Shows</b> the length of the fast path, because every allocation can be served from the last few blocks
 * released. All figures are for one allocation plus one release.
 *
 * <p><b>Does not show</b> size classes, refills or memory use: nothing here leaves the first level of any cache.
 *
 * <p><b>Run:</b> {@code java -jar ace-bench.jar jmh TinyHot}; with {@code -jvmArgsAppend
 * -Dio.netty.leakDetection.level=disabled} without leak detection.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 5,
        jvmArgsAppend = {EventLoopExecutor.SELECT, EventLoopExecutor.CLASS})
public class TinyHot {
    static final int SIZE = 64;
    static final int BATCH = 100;

    private final ByteBuf[] buffers = new ByteBuf[BATCH];

    /** Allocates 100 buffers, then releases them in the same order. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void batch(AllocatorState allocator) {
        ByteBuf[] buffers = this.buffers;
        for (int i = 0; i < BATCH; i++) {
            buffers[i] = allocator.allocate(SIZE);
        }
        for (int i = 0; i < BATCH; i++) {
            buffers[i].release();
        }
    }

    /** Allocates one buffer and releases it. */
    @Benchmark
    public boolean singlePair(AllocatorState allocator) {
        return allocator.allocate(SIZE).release();
    }
}
