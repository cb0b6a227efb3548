/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Two event loops with buffers of all sizes in a JVM whose Java heap is filled to the brim again and again. Afterwards everything is
 * released, and it is counted how much can still be allocated. Arguments: the allocator, milliseconds, and whether what can be allocated
 * is counted before as well; without that the first releases of all meet a full heap.
 */
final class FullJavaHeap {
    static final int HUGE = 3 << 19;

    private static final int MOST_HUGE = 1 << 10;
    private static final long HOLD_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final long STEPS_BEFORE = 20_000;
    private static final int TIMES = 10;

    private FullJavaHeap() {}

    public static void main(String[] args) throws InterruptedException {
        ByteBufAllocator allocator = Contestant.valueOf(args[0]).make();
        ByteBuf[] room = new ByteBuf[MOST_HUGE];
        boolean warm = Boolean.parseBoolean(args[2]);
        int before = warm ? fill(allocator, room) : -1;
        long seed = System.nanoTime() | 1;
        FullHeapLoop[] loops = {new FullHeapLoop(allocator, seed), new FullHeapLoop(allocator, seed + 2)};
        Hog hog = new Hog(loops);
        Thread thread = new Thread(hog);
        loops[0].start(loops[1]);
        loops[1].start(loops[0]);
        if (warm) {
            play(loops, () -> loops[0].steps > STEPS_BEFORE && loops[1].steps > STEPS_BEFORE);
        }
        long nanos = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(args[1]));
        long start = System.nanoTime();
        BooleanSupplier until = () -> System.nanoTime() - start >= nanos && hog.times >= TIMES;
        thread.start();
        while (hog.times == 0) {
            Thread.onSpinWait(); // from here on nothing may be made
        }
        play(loops, until);
        hog.stop = true;
        thread.join();
        for (int order = FullHeapLoop.RELEASE_ALL; order < FullHeapLoop.END; order++) {
            order(loops, order);
        }
        trim(allocator);
        for (FullHeapLoop loop : loops) {
            loop.order = FullHeapLoop.END;
            loop.join();
        }
        // By no format: what that needs of the JDK may have met the full heap, and is broken for good then.
        System.out.println("seed " + seed + "; the heap was full " + hog.times + " times");
        for (FullHeapLoop loop : loops) {
            System.out.println(loop.allocated + " buffers, " + loop.refused + " refused; releases that failed: "
                    + loop.failures + "; corrupted: " + loop.corrupted + "; unexpected: " + loop.unexpected);
            if (loop.unexpected != null) {
                loop.unexpected.printStackTrace(System.out);
            }
        }
        trim(allocator);
        System.out.println("live " + live(allocator));
        System.out.println("room " + before + " " + fill(allocator, room));
        Contestant.end(allocator);
        System.exit(0);
    }

    /** Lets the loops play until something is so, but not for too long. */
    private static void play(FullHeapLoop[] loops, BooleanSupplier until) throws InterruptedException {
        order(loops, FullHeapLoop.PLAY);
        long start = System.nanoTime();
        while (!until.getAsBoolean() && System.nanoTime() - start < PATIENCE_NANOS) {
            Thread.sleep(1);
        }
    }

    private static void order(FullHeapLoop[] loops, int order) {
        for (FullHeapLoop loop : loops) {
            loop.order = order;
        }
        long start = System.nanoTime();
        for (FullHeapLoop loop : loops) {
            while (loop.done < order) {
                LockSupport.parkNanos(100_000);
                if (System.nanoTime() - start > PATIENCE_NANOS) {
                    throw new IllegalStateException("a loop does not come to " + order + ": " + loop.unexpected);
                }
            }
        }
    }

    /** How many huge buffers there is room for. */
    private static int fill(ByteBufAllocator allocator, ByteBuf[] bufs) {
        int n = 0;
        try {
            while (n < bufs.length) {
                bufs[n] = allocator.directBuffer(HUGE);
                n++;
            }
        } catch (OutOfMemoryError e) {
            // that was all
        }
        for (int i = 0; i < n; i++) {
            bufs[i].release();
            bufs[i] = null;
        }
        trim(allocator);
        return n;
    }

    private static void trim(ByteBufAllocator allocator) {
        if (allocator instanceof AceByteBufAllocator ace) {
            ace.trim();
        }
    }

    /** What the allocator takes for live, or where it does not tell for used. */
    private static String live(ByteBufAllocator allocator) {
        if (allocator instanceof AceByteBufAllocator ace) {
            return ace.stats().liveBytes() + ", committed " + ace.stats().committedBytes();
        }
        if (allocator instanceof PooledByteBufAllocator pooled) {
            return pooled.pinnedDirectMemory() + ", used " + pooled.metric().usedDirectMemory();
        }
        return "unknown, used "
                + ((AdaptiveByteBufAllocator) allocator).metric().usedDirectMemory();
    }

    /** Fills the Java heap to the last byte, lets the loops meet that for a moment, and lets go. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // of each field one thread is the only writer
    private static final class Hog implements Runnable {
        private static final int LEAST = 16;
        private static final int MOST = 1 << 18;
        private static final int SHIFT = 7;
        private static final int STEPS = 200;

        private final byte[][] ballast = new byte[1 << 15][];
        private final FullHeapLoop[] loops;
        volatile boolean stop;
        volatile long times;
        private long random = 42;

        Hog(FullHeapLoop[] loops) {
            this.loops = loops;
        }

        @Override
        public void run() {
            while (!stop) {
                int n = 0;
                for (int bytes = MOST; bytes >= LEAST && n < ballast.length; ) {
                    try {
                        ballast[n] = new byte[bytes];
                        n++;
                    } catch (OutOfMemoryError e) {
                        bytes >>= SHIFT;
                    }
                }
                times = times + 1;
                awaitSteps();
                while (n > 0 && next(4) > 0) {
                    n--;
                    ballast[next(n + 1)] = ballast[n]; // a little room, so that something else is the last straw
                    ballast[n] = null;
                    awaitSteps();
                }
                while (n > 0) {
                    ballast[--n] = null;
                }
                awaitSteps();
            }
        }

        private int next(int bound) {
            random ^= random << 13;
            random ^= random >>> 7;
            random ^= random << 17;
            return (int) ((random >>> 1) % bound);
        }

        private void awaitSteps() {
            long from = loops[0].steps + loops[1].steps;
            long start = System.nanoTime();
            while (loops[0].steps + loops[1].steps - from < STEPS && System.nanoTime() - start < HOLD_NANOS) {
                Thread.onSpinWait();
            }
        }
    }
}
