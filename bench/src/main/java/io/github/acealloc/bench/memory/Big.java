/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.micro.SizeMix;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * One event loop that holds very much: buffers of 64 KiB, of which it releases a few random ones at a time and then allocates as many.
 *
 * <p><b>Shows</b> the time of a replacement, which must not grow with what is live: no cache holds what is released at a time, so
 * most replacements go to where the allocator keeps its areas. Only the first byte of a buffer is written, so a sixteenth of what is
 * live is resident.
 *
 * <p><b>Does not show</b> other sizes, or several event loops.
 *
 * @param live bytes
 * @param turns how often some are released and as many allocated
 */
record Big(long live, int turns) implements MemoryWorkload {
    static final Big FULL = new Big(2L << 30, 60_000);
    static final Big QUICK = new Big(128L << 20, 30_000);

    static final int BYTES = 64 << 10;

    /** Most buffers that are released at a time. */
    static final int MOST = 64;

    private static final int SAMPLES = 60;
    private static final Big WARM_UP = new Big(16L << 20, 6_000);

    @Override
    public Big sized(int size) {
        return new Big((long) size << 20, turns);
    }

    @Override
    public Duration expected() {
        return Duration.ofMillis(3000L + turns / 10);
    }

    @Override
    public void warmUp(ByteBufAllocator throwaway) throws Exception {
        WARM_UP.measure(throwaway);
    }

    @Override
    public Measurement measure(ByteBufAllocator allocator) throws Exception {
        Buffers buffers = new Buffers(allocator, (int) (live / BYTES));
        Series nanos = new Series();
        try (Loops loop = new Loops(1)) {
            loop.onEach(unused -> buffers.fill());
            for (int i = 1; i <= SAMPLES; i++) {
                double each =
                        loop.onEach(unused -> buffers.replace(turns / SAMPLES)).get(0);
                nanos.add((double) i / SAMPLES * turns, each);
            }
            loop.onEach(unused -> buffers.release());
        }
        return new Measurement(
                Map.of(Metric.TIME, nanos.mean(turns / 3.0, turns)),
                nanos.curve("thousand turns", 1e-3, "ns for a replacement"));
    }

    /** What the event loop holds. */
    private static final class Buffers {
        private final ByteBufAllocator allocator;
        private final ByteBuf[] all;
        private final SplittableRandom random = new SplittableRandom(SizeMix.SEED);

        Buffers(ByteBufAllocator allocator, int count) {
            this.allocator = allocator;
            all = new ByteBuf[count];
        }

        private void allocate(int count) {
            for (int i = 0; i < count; i++) {
                all[i] = allocator.directBuffer(BYTES).setByte(0, 1);
            }
        }

        int fill() {
            allocate(all.length);
            return all.length;
        }

        /** Returns the mean time of a replacement in nanoseconds. */
        double replace(int turns) {
            long replaced = 0;
            long start = System.nanoTime();
            for (int turn = 0; turn < turns; turn++) {
                int count = 1 + random.nextInt(MOST);
                for (int i = 0; i < count; i++) {
                    int other = i + random.nextInt(all.length - i);
                    ByteBuf released = all[other];
                    all[other] = all[i];
                    released.release();
                }
                allocate(count);
                replaced += count;
            }
            return (double) (System.nanoTime() - start) / replaced;
        }

        int release() {
            for (ByteBuf buffer : all) {
                buffer.release();
            }
            return all.length;
        }
    }
}
