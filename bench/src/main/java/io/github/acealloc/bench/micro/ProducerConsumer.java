/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.micro;

import io.netty.buffer.ByteBuf;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jctools.queues.SpscArrayQueue;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Control;

/**
 * A pipeline of two event loops: one allocates messages of 256 B to 4 KiB, or cuts slices off one buffer as a decoder does; the
 * other releases them.
 *
 * <p><b>Shows</b> the time per buffer of a road on which no buffer is ever released by the thread that allocated it,
 * and how much memory is in flight before it finds its way back; with slices, what a reference count costs that two
 * threads change at the same time. Both methods of a pipeline report the same time, the pipeline's.
 *
 * <p><b>Does not show</b> a mix of local and foreign releases, or more than one foreign thread. On two cores that are
 * busy with other work the two loops take turns instead of running side by side, and times rise several-fold.
 *
 * <p><b>Run:</b> {@code java -jar ace-bench.jar jmh ProducerConsumer -p kind=DIRECT}.
 */
@State(Scope.Group)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 5,
        jvmArgsAppend = {EventLoopExecutor.SELECT, EventLoopExecutor.CLASS})
public class ProducerConsumer {
    static final int QUEUE_CAPACITY = 1024;
    static final int FRAME = 16 << 10;
    static final int SLICE = 64;

    private static final int SPINS_BEFORE_YIELD = 1024;

    private final Queue<ByteBuf> queue = new SpscArrayQueue<>(QUEUE_CAPACITY);

    /** The producer's place in the table of sizes. */
    @State(Scope.Thread)
    public static class Sizes {
        private final int[] sizes = SizeMix.MESSAGES.table();
        private int nextSize;

        int next() {
            int next = nextSize;
            nextSize = next + 1 == SizeMix.TABLE_LENGTH ? 0 : next + 1;
            return sizes[next];
        }
    }

    /** Releases what is still on its way. */
    @TearDown(Level.Trial)
    public void drain() {
        for (ByteBuf buffer = queue.poll(); buffer != null; buffer = queue.poll()) {
            buffer.release();
        }
    }

    /** The buffer that slices are cut off. */
    @State(Scope.Thread)
    public static class Frames {
        private ByteBuf frame;

        ByteBuf next(AllocatorState allocator) {
            if (frame != null && frame.readableBytes() < SLICE) {
                release();
            }
            if (frame == null) {
                frame = allocator.allocate(FRAME);
                frame.setInt(0, 1).writerIndex(FRAME);
            }
            return frame.readRetainedSlice(SLICE);
        }

        /** Releases the decoder's own reference. */
        @TearDown(Level.Iteration)
        public void release() {
            if (frame != null) {
                frame.release();
                frame = null;
            }
        }
    }

    /** Allocates a message, writes to it and hands it over; waits while the queue is full. */
    @Benchmark
    @Group("pipeline")
    @GroupThreads(1)
    public void produce(AllocatorState allocator, Sizes sizes, Control control) {
        ByteBuf buffer = allocator.allocate(sizes.next());
        buffer.setInt(0, 1);
        handOver(buffer, control);
    }

    /** Cuts a slice off a buffer and hands it over with a reference of its own; waits while the queue is full. */
    @Benchmark
    @Group("slices")
    @GroupThreads(1)
    public void slice(AllocatorState allocator, Frames frames, Control control) {
        handOver(frames.next(allocator), control);
    }

    private void handOver(ByteBuf buffer, Control control) {
        for (int spins = 0; !queue.offer(buffer); spins++) {
            if (control.stopMeasurement) {
                buffer.release();
                return;
            }
            pause(spins);
        }
    }

    /** Takes a message, reads from it and releases it; waits while the queue is empty. */
    @Benchmark
    @Group("pipeline")
    @GroupThreads(1)
    public int consume(Control control) {
        return take(control);
    }

    /** Takes a slice, reads from it and releases it; waits while the queue is empty. */
    @Benchmark
    @Group("slices")
    @GroupThreads(1)
    public int consumeSlice(Control control) {
        return take(control);
    }

    private int take(Control control) {
        ByteBuf buffer;
        for (int spins = 0; (buffer = queue.poll()) == null; spins++) {
            if (control.stopMeasurement) {
                return 0;
            }
            pause(spins);
        }
        int value = buffer.getInt(0);
        buffer.release();
        return value;
    }

    private static void pause(int spins) {
        if (spins < SPINS_BEFORE_YIELD) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }
}
