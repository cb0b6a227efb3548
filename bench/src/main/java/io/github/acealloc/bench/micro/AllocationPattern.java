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
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A steady number of live buffers of a server's sizes: each step releases one and allocates the next.
 *
 * <p><b>Shows</b> the cost of one release plus one allocation when buffers die in an order unrelated to their birth,
 * and the memory needed for that many live buffers. Slots are visited in a fixed shuffled order and sizes read from
 * a table, so the random numbers cost two array reads; {@link #floor} measures that part alone.
 *
 * <p><b>Does not show</b> what a burst leaves behind (the number of live buffers never changes), releases by another
 * thread, or the cost of first touching memory (each buffer is touched in one byte at most).
 *
 * <p><b>Run:</b> {@code java -jar ace-bench.jar jmh AllocationPattern.step -p live=1024 -p mix=WEBSOCKET}; add
 * {@code -t 2} for two event loops. For the floor: {@code jmh AllocationPattern.floor -p allocator=UNPOOLED}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 5,
        jvmArgsAppend = {EventLoopExecutor.SELECT, EventLoopExecutor.CLASS})
public class AllocationPattern {
    @Param({"WEBSOCKET", "GATEWAY"})
    public SizeMix mix;

    @Param({"128", "1024", "8192", "65536"})
    public int live;

    @Param({"false", "true"})
    public boolean touch;

    private int[] sizes;
    private char[] order;
    private ByteBuf[] buffers;
    private int nextSize;
    private int nextSlot;

    /** Allocates all live buffers, on the thread that will replace them. */
    @Setup(Level.Trial)
    public void fill(AllocatorState allocator) {
        sizes = mix.table();
        order = Slots.shuffled(live, SizeMix.SEED);
        buffers = new ByteBuf[live];
        for (int i = 0; i < live; i++) {
            buffers[i] = allocator.allocate(size());
        }
    }

    /** Releases all live buffers. */
    @TearDown(Level.Trial)
    public void empty() {
        for (ByteBuf buffer : buffers) {
            buffer.release();
        }
    }

    /** Releases one buffer, allocates another in its place. */
    @Benchmark
    public int step(AllocatorState allocator) {
        int slot = slot();
        buffers[slot].release();
        ByteBuf buffer = allocator.allocate(size());
        buffers[slot] = buffer;
        if (touch) {
            buffer.setByte(0, slot);
            return buffer.getByte(0);
        }
        return slot;
    }

    /** Everything of {@link #step} except the allocator: subtract it to get the allocator's share. */
    @Benchmark
    public int floor() {
        int slot = slot();
        ByteBuf buffer = buffers[slot];
        buffers[slot] = buffer;
        return size();
    }

    private int slot() {
        int next = nextSlot;
        nextSlot = next + 1 & order.length - 1;
        return order[next];
    }

    private int size() {
        int next = nextSize;
        nextSize = next + 1 == SizeMix.TABLE_LENGTH ? 0 : next + 1;
        return sizes[next];
    }
}
