/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.micro.SizeMix;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jctools.queues.SpscArrayQueue;

/**
 * A TLS proxy whose two sides run on two event loops: the first one allocates records as they come in, decrypted ones, the
 * heads of requests, handshakes and records' headers; most of them it hands over, the second event loop releases them, and
 * about a third the first one releases itself a little later. A bounded queue lies between the two; who finds it full, or
 * empty, waits.
 *
 * <p><b>Shows</b> the time of a buffer on this road, which is that of the slower side, and how much memory is held for
 * {@link #IN_FLIGHT} buffers on their way.
 *
 * <p><b>Does not show</b> encryption or sockets, which take longer than any allocator. On two cores that are busy with other
 * work the two loops take turns, and times rise several-fold.
 *
 * <p>It has a duration and not a number of buffers, because between the fastest and the slowest allocator lies a factor of a
 * hundred; each slice is the same for everybody.
 *
 * @param duration how long slices follow each other; there is at least one
 */
record Proxy(Duration duration) implements MemoryWorkload {
    static final Proxy FULL = new Proxy(Duration.ofSeconds(22));
    static final Proxy QUICK = new Proxy(Duration.ofSeconds(5));

    /** Buffers that a slice hands over. */
    static final int BUFFERS = 50_000;

    static final int IN_FLIGHT = 256;

    private static final Proxy WARM_UP = new Proxy(Duration.ofSeconds(1));
    private static final int QUEUE_CAPACITY = 1024;
    private static final int SPINS_BEFORE_YIELD = 1024;

    /** What the first side keeps before it releases it itself. */
    private static final int KEPT = 16;

    private static final int CIPHERTEXT = (16 << 10) + 29;
    private static final int PLAIN_TEXT = 16 << 10;
    private static final int HEADER = 5;
    private static final int HANDSHAKE = 256;
    private static final int SMALLEST_HEAD = 2 << 10;

    @Override
    public Duration expected() {
        return duration.plus(Duration.ofMillis(3500));
    }

    @Override
    public void warmUp(ByteBufAllocator throwaway) throws Exception {
        WARM_UP.measure(throwaway);
    }

    @Override
    public Measurement measure(ByteBufAllocator allocator) throws Exception {
        Queue<ByteBuf> queue = new SpscArrayQueue<>(QUEUE_CAPACITY);
        Near near = new Near(allocator, queue);
        Far far = new Far(queue);
        Series nanos = new Series();
        try (Loops loops = new Loops(2)) {
            HeldMemory held = new HeldMemory(allocator);
            loops.onEach(loop -> loop == 0 ? near.handOver(IN_FLIGHT) : 0);
            double seconds = duration.toMillis() / (double) TimeUnit.SECONDS.toMillis(1);
            double begin = held.read(near.bytes - far.bytes);
            double now = begin;
            for (int slice = 1; slice == 1 || now - begin < seconds; slice++) {
                List<Long> elapsed = loops.onEach(loop -> loop == 0 ? near.handOver(BUFFERS) : far.takeOver(BUFFERS));
                nanos.add(slice, Math.max(elapsed.get(0), elapsed.get(1)) / (double) near.allocated);
                now = held.read(near.bytes - far.bytes);
            }
            loops.onEach(loop -> loop == 0 ? near.releaseKept() : far.takeOver(IN_FLIGHT));
            Map<Metric, Double> values = held.values(0);
            values.put(Metric.TIME, nanos.median(1, nanos.end()));
            return new Measurement(values, held.curve());
        }
    }

    /** Returns sizes in bytes; negative ones are of buffers that the first side releases itself. */
    static int[] sizes() {
        Random random = new Random(SizeMix.SEED);
        int[] sizes = new int[SizeMix.TABLE_LENGTH];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = size(random) * (random.nextInt(3) == 0 ? -1 : 1);
        }
        return sizes;
    }

    private static int size(Random random) {
        int percent = random.nextInt(100);
        if (percent < 40) {
            return CIPHERTEXT;
        } else if (percent < 65) {
            return PLAIN_TEXT;
        } else if (percent < 80) {
            return HEADER;
        } else if (percent < 85) {
            return HANDSHAKE;
        }
        return SMALLEST_HEAD + random.nextInt(SMALLEST_HEAD + 1);
    }

    private static void pause(int spins) {
        if (spins < SPINS_BEFORE_YIELD) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }

    /** The side that allocates. */
    private static final class Near {
        private final int[] sizes = sizes();
        private final ByteBuf[] kept = new ByteBuf[KEPT];
        private final ByteBufAllocator allocator;
        private final Queue<ByteBuf> queue;
        private int nextSize;
        private int nextKept;

        /** Buffers that the last call allocated. */
        int allocated;

        /** Allocated, and not released by this side. */
        long bytes;

        Near(ByteBufAllocator allocator, Queue<ByteBuf> queue) {
            this.allocator = allocator;
            this.queue = queue;
        }

        /** Hands over so many, and releases itself what comes between them; returns the time in nanoseconds. */
        long handOver(int count) {
            long start = System.nanoTime();
            int handed = 0;
            int all = 0;
            for (; handed < count; all++) {
                int size = sizes[nextSize];
                nextSize = nextSize + 1 == sizes.length ? 0 : nextSize + 1;
                ByteBuf buffer = MemoryWorkload.touched(allocator, Math.abs(size));
                bytes += Math.abs(size);
                if (size < 0) {
                    keep(buffer);
                } else {
                    handed++;
                    for (int spins = 0; !queue.offer(buffer); spins++) {
                        pause(spins);
                    }
                }
            }
            allocated = all;
            return System.nanoTime() - start;
        }

        /** Keeps a buffer, and releases the one that has been kept for longest. */
        private void keep(ByteBuf buffer) {
            ByteBuf oldest = kept[nextKept];
            kept[nextKept] = buffer;
            nextKept = nextKept + 1 == KEPT ? 0 : nextKept + 1;
            if (oldest != null) {
                bytes -= oldest.capacity();
                oldest.release();
            }
        }

        long releaseKept() {
            for (ByteBuf buffer : kept) {
                if (buffer != null) {
                    buffer.release();
                }
            }
            return 0;
        }
    }

    /** The side that releases. */
    private static final class Far {
        private final Queue<ByteBuf> queue;

        /** Released so far. */
        long bytes;

        Far(Queue<ByteBuf> queue) {
            this.queue = queue;
        }

        /** Takes so many, reads from them and releases them; returns the time in nanoseconds. */
        long takeOver(int count) {
            long start = System.nanoTime();
            for (int i = 0; i < count; i++) {
                ByteBuf buffer;
                for (int spins = 0; (buffer = queue.poll()) == null; spins++) {
                    pause(spins);
                }
                bytes += buffer.capacity() + buffer.getByte(0) - 1;
                buffer.release();
            }
            return System.nanoTime() - start;
        }
    }
}
