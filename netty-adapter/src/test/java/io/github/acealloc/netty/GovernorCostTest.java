/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the control loop costs in processor time while eight event loops allocate buffers of all sizes without a pause. */
class GovernorCostTest {
    private static final int LOOPS = 8;
    private static final long WARM_UP_MILLIS = 4000;
    private static final long MEASURED_MILLIS = 4000;

    /** Of one core. */
    private static final double MOST = 0.005;

    @Test
    void aGovernorOfEightBusyHeapsTakesHalfAPercentOfACoreAtMost() throws InterruptedException {
        AceByteBufAllocator allocator = new AceByteBufAllocator(Laws.config("acealloc.mode", "learn"));
        List<Loop> loops = Stream.generate(Loop::new).limit(LOOPS).toList();
        List<ScheduledFuture<?>> bursts = new ArrayList<>();
        for (Loop loop : loops) {
            Random random = new Random(loops.indexOf(loop));
            bursts.add(
                    loop.executor().scheduleAtFixedRate(() -> burst(allocator, random), 0, 20, TimeUnit.MILLISECONDS));
        }
        Thread.sleep(WARM_UP_MILLIS);
        long before = governorNanos();
        long start = System.nanoTime();
        Thread.sleep(MEASURED_MILLIS);
        double share = (governorNanos() - before) / (double) (System.nanoTime() - start);
        System.out.printf("the governor of %d busy heaps took %.3f %% of a core%n", LOOPS, 100 * share);
        assertThat(allocator.stats().decisions())
                .as("there was something to decide")
                .isNotEmpty();
        assertThat(bursts).noneMatch(ScheduledFuture::isDone);
        assertThat(share).isPositive().isLessThanOrEqualTo(MOST);
        bursts.forEach(burst -> burst.cancel(false));
        loops.subList(1, LOOPS).forEach(Loop::close);
        try (Loop last = loops.get(0)) {
            Laws.assertClosesClean(allocator, last);
        }
    }

    private static void burst(AceByteBufAllocator allocator, Random random) {
        List<ByteBuf> live = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            live.add(allocator.directBuffer(16 << random.nextInt(13)));
        }
        live.forEach(ByteBuf::release);
    }

    /** Of the governor and of who asks the loops for it: other tests' allocators may have left theirs to the same one. */
    private static long governorNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getAllThreadIds())
                .filter(id -> threads.getThreadInfo(id) != null
                        && threads.getThreadInfo(id).getThreadName().startsWith("acealloc-"))
                .map(threads::getThreadCpuTime)
                .sum();
    }
}
