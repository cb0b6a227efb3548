/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.internal.ThreadExecutorMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EventLoopExecutorTest {
    @Test
    void jmhFindsTheClassAndItsConstructor() throws Exception {
        String name = EventLoopExecutor.CLASS.substring(EventLoopExecutor.CLASS.indexOf('=') + 1);
        Object executor =
                Class.forName(name).getConstructor(int.class, String.class).newInstance(1, "test");

        assertThat(executor).isInstanceOf(ExecutorService.class);
        ((ExecutorService) executor).shutdown();
    }

    @Test
    void threadsMeetTheConditionsOfEveryFastPathInNetty() throws Exception {
        EventLoopExecutor executor = new EventLoopExecutor(1, "test");
        try {
            executor.submit(() -> {
                        assertThat(ThreadExecutorMap.currentExecutor()).isInstanceOf(EventLoop.class);
                        assertThat(FastThreadLocalThread.currentThreadHasFastThreadLocal())
                                .isTrue();
                        assertThat(FastThreadLocalThread.currentThreadWillCleanupFastThreadLocals())
                                .isTrue();
                    })
                    .get(5, TimeUnit.SECONDS);
        } finally {
            executor.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    @Test
    void tasksOfOneIterationRunOnDifferentThreads() throws Exception {
        int threads = 3;
        Set<Thread> seen = ConcurrentHashMap.newKeySet();
        EventLoopExecutor executor = new EventLoopExecutor(threads, "test");
        try {
            for (int iteration = 0; iteration < 3; iteration++) {
                CountDownLatch all = new CountDownLatch(threads);
                List<Future<Boolean>> tasks = new ArrayList<>();
                for (int i = 0; i < threads; i++) {
                    tasks.add(executor.submit(() -> {
                        seen.add(Thread.currentThread());
                        all.countDown();
                        return all.await(5, TimeUnit.SECONDS);
                    }));
                }
                for (Future<Boolean> task : tasks) {
                    assertThat(task.get(10, TimeUnit.SECONDS)).isTrue();
                }
            }
        } finally {
            executor.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
        assertThat(seen).hasSize(threads);
    }
}
