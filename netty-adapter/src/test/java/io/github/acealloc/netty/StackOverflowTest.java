/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.AceConfig;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Stacks that end anywhere inside the allocator: nothing is lost, whatever was on its way, and a release that met the end can be
 * repeated.
 */
class StackOverflowTest {
    /** The allocator looks for room on the stack once it has met its end: that first time may lose the slab being cut and a block. */
    private static final long LOST_AT_FIRST = (64L << 10) + Road.LARGE.size;

    private static final int STACK_BYTES = 256 << 10;
    private static final int LIVE = 300;
    private static final int STEPS = 30;

    /** What is done at the end of the stack. */
    enum Road {
        SMALL(64, 1_500),
        LARGE(16 << 10, 1_500),
        HUGE(1_500_000, 150),
        GROWTH(256, 1_500),
        ELSEWHERE(4 << 10, 1_500),
        STRIPE(16 << 10, 1_500);

        private final int size;
        private final int overflows;

        Road(int size, int overflows) {
            this.size = size;
            this.overflows = overflows;
        }
    }

    @BeforeAll
    static void meet() throws Exception {
        AceByteBufAllocator allocator = new AceByteBufAllocator(AceConfig.from(new Properties()));
        try (Loop other = new Loop()) {
            runOnLoop(new Attack(allocator, Road.LARGE, other));
        }
        allocator.trim();
        assertThat(allocator.stats().liveBytes()).isLessThanOrEqualTo(LOST_AT_FIRST);
        allocator.close();
    }

    @ParameterizedTest
    @EnumSource
    void losesNothing(Road road) throws Exception {
        AceByteBufAllocator allocator = new AceByteBufAllocator(AceConfig.from(new Properties()));
        try (Loop other = new Loop()) {
            Attack attack = new Attack(allocator, road, other);
            if (road == Road.STRIPE) {
                runOnThread(attack);
            } else {
                runOnLoop(attack);
            }
            assertThat(attack.overflows).as("overflows").isEqualTo(road.overflows);
            Laws.assertClosesClean(allocator, other);
        }
    }

    private static void runOnLoop(Attack attack) throws Exception {
        ThreadFactory shallow = task -> new FastThreadLocalThread(null, task, "shallow", STACK_BYTES);
        DefaultEventExecutor loop = new DefaultEventExecutor(shallow);
        try {
            loop.submit(attack).get(2, TimeUnit.MINUTES);
        } finally {
            loop.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
        }
    }

    private static void runOnThread(Attack attack) throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = new Thread(null, attack, "shallow", STACK_BYTES);
        thread.setUncaughtExceptionHandler((t, e) -> failure.set(e));
        thread.start();
        thread.join();
        assertThat(failure.get()).isNull();
    }

    /** Goes down near to the end of the stack again and again, and allocates and releases there until it overflows. */
    private static final class Attack implements Runnable {
        private final AceByteBufAllocator allocator;
        private final Road road;
        private final Loop other;
        private final Random random = new Random(1);
        private final ByteBuf[] live = new ByteBuf[LIVE];
        private int depth;
        private int overflows;
        private int releasing;

        Attack(AceByteBufAllocator allocator, Road road, Loop other) {
            this.allocator = allocator;
            this.road = road;
            this.other = other;
        }

        @Override
        public void run() {
            for (int i = 0; i < 20; i++) { // classes are loaded where there is room
                provide();
                for (int k = 0; k < LIVE; k++) {
                    step(k);
                }
            }
            for (int i = 0; i < road.overflows; i++) {
                provide();
                measure();
                try {
                    down(depth - random.nextInt(60), random.nextInt());
                } catch (StackOverflowError e) {
                    overflows++;
                }
                repeat();
            }
            for (int k = 0; k < LIVE; k++) {
                if (live[k] != null) {
                    release(k);
                }
            }
        }

        /** Has the other loop allocate what this one is to release. */
        private void provide() {
            if (road == Road.ELSEWHERE) {
                other.run(() -> {
                    for (int k = 0; k < LIVE; k++) {
                        if (live[k] == null) {
                            live[k] = allocator.directBuffer(road.size);
                        }
                    }
                });
            }
        }

        /** A release that failed has either happened or not, and then it is done now. */
        private void repeat() {
            if (releasing >= 0 && live[releasing] != null) {
                if (live[releasing].refCnt() > 0) {
                    live[releasing].release();
                }
                live[releasing] = null;
            }
            releasing = -1;
        }

        private void measure() {
            if (depth == 0 || random.nextInt(100) == 0) {
                depth = 0;
                try {
                    count(random.nextInt());
                } catch (StackOverflowError e) {
                    // so deep
                }
            }
        }

        private int count(int pad) {
            depth++;
            return depth > 0 ? count(pad) + pad : 0;
        }

        private int down(int left, int pad) {
            if (left > 0) {
                return down(left - 1, pad) + pad;
            }
            for (int i = 0; i < STEPS; i++) {
                step(random.nextInt(LIVE));
            }
            return left > Integer.MIN_VALUE ? down(left - 1, pad) + pad : 0;
        }

        private void step(int k) {
            if (live[k] != null) {
                releasing = k;
                release(k);
                releasing = -1;
            } else if (road != Road.ELSEWHERE) {
                live[k] = allocator.directBuffer(road.size);
                if (road == Road.GROWTH) {
                    live[k].capacity(4096);
                }
            }
        }

        private void release(int k) {
            live[k].release();
            live[k] = null;
        }
    }
}
