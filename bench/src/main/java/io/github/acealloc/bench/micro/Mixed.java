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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The paper's mixed benchmark as a steady state: random replacement over 400 slots, 16 to 1024 bytes.
 *
 * <p><b>Shows</b> the cost of one release plus one allocation over many small size classes. The paper times
 * 2,000,000 steps from an empty start; here the slots are full and steps go on for as long as JMH measures.
 *
 * <p><b>Does not show</b> larger sizes, many live buffers, or the paper's start-up part.
 *
 * <p><b>Run:</b> {@code java -jar ace-bench.jar jmh Mixed -p kind=DIRECT}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 5,
        jvmArgsAppend = {EventLoopExecutor.SELECT, EventLoopExecutor.CLASS})
public class Mixed {
    static final int SLOTS = 400;

    private static final int VISITS = 1 << 16;

    private final int[] sizes = SizeMix.UNIFORM_SMALL.table();
    private final char[] order = Slots.random(SLOTS, VISITS, SizeMix.SEED);
    private final ByteBuf[] buffers = new ByteBuf[SLOTS];
    private int nextSize;
    private int nextSlot;

    /** Fills every slot, on the thread that will replace the buffers. */
    @Setup(Level.Trial)
    public void fill(AllocatorState allocator) {
        for (int i = 0; i < SLOTS; i++) {
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

    /** Replaces the buffer in a random slot. */
    @Benchmark
    public int step(AllocatorState allocator) {
        int slot = slot();
        buffers[slot].release();
        buffers[slot] = allocator.allocate(size());
        return slot;
    }

    private int slot() {
        int next = nextSlot;
        nextSlot = next + 1 & VISITS - 1;
        return order[next];
    }

    private int size() {
        int next = nextSize;
        nextSize = next + 1 == SizeMix.TABLE_LENGTH ? 0 : next + 1;
        return sizes[next];
    }
}
