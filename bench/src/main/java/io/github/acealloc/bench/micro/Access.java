/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.micro;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Writing and reading through one buffer of 1 KiB that stays allocated.
 *
 * <p><b>Shows</b> what a call through the buffer costs: bounds and liveness checks, and how many objects lie between
 * the buffer and its memory. Single values are timed per value written and read back, bulk copies per KiB.
 *
 * <p><b>Does not show</b> allocation, cache misses, or call sites that see several buffer classes: in each JVM there
 * is one class, which the compiler inlines.
 *
 * <p><b>Run:</b> {@code java -jar ace-bench.jar jmh Access.bytes -p kind=DIRECT}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 5,
        jvmArgsAppend = {EventLoopExecutor.SELECT, EventLoopExecutor.CLASS})
public class Access {
    static final int BYTES = 1024;
    static final int INTS = BYTES / Integer.BYTES;
    static final int LONGS = BYTES / Long.BYTES;

    private final byte[] array = new byte[BYTES];
    private ByteBuf buffer;
    private ByteBuf other;

    /** Allocates the buffer and a second one to copy from. */
    @Setup(Level.Trial)
    public void allocate(AllocatorState allocator) {
        buffer = allocator.allocate(BYTES);
        other = allocator.allocate(BYTES).writeZero(BYTES);
    }

    /** Releases both. */
    @TearDown(Level.Trial)
    public void release() {
        buffer.release();
        other.release();
    }

    /** {@code writeByte} to the end, then {@code readByte} to the end. */
    @Benchmark
    @OperationsPerInvocation(BYTES)
    public int bytes() {
        ByteBuf buffer = this.buffer.clear();
        for (int i = 0; i < BYTES; i++) {
            buffer.writeByte(i);
        }
        int sum = 0;
        for (int i = 0; i < BYTES; i++) {
            sum += buffer.readByte();
        }
        return sum;
    }

    /** {@code setInt} and {@code getInt} at every fourth byte. */
    @Benchmark
    @OperationsPerInvocation(INTS)
    public int ints() {
        ByteBuf buffer = this.buffer;
        int sum = 0;
        for (int i = 0; i < BYTES; i += Integer.BYTES) {
            buffer.setInt(i, i);
            sum += buffer.getInt(i);
        }
        return sum;
    }

    /** {@code setLong} and {@code getLong} at every eighth byte. */
    @Benchmark
    @OperationsPerInvocation(LONGS)
    public long longs() {
        ByteBuf buffer = this.buffer;
        long sum = 0;
        for (int i = 0; i < BYTES; i += Long.BYTES) {
            buffer.setLong(i, i);
            sum += buffer.getLong(i);
        }
        return sum;
    }

    /** {@code writeBytes(byte[])} and {@code readBytes(byte[])} of the whole buffer. */
    @Benchmark
    public byte array() {
        buffer.clear().writeBytes(array).readBytes(array);
        return array[0];
    }

    /** {@code writeBytes(ByteBuf)} of the whole buffer. */
    @Benchmark
    public ByteBuf buffer() {
        return buffer.clear().writeBytes(other, 0, BYTES);
    }
}
