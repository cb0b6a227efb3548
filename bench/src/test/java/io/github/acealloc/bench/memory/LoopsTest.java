/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.internal.ThreadExecutorMap;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoopsTest {
    @Test
    void everyLoopRunsItsOwnTaskSideBySideWithTheOthers() throws Exception {
        try (Loops loops = new Loops(3)) {
            CountDownLatch all = new CountDownLatch(3);
            List<Thread> threads = loops.onEach(loop -> {
                assertThat(ThreadExecutorMap.currentExecutor()).isNotNull();
                all.countDown();
                assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
                return Thread.currentThread();
            });

            assertThat(threads).doesNotHaveDuplicates();
            assertThat(loops.onEach(loop -> Thread.currentThread())).isEqualTo(threads);
            assertThat(loops.onEach(loop -> loop)).containsExactly(0, 1, 2);
        }
    }

    @Test
    void aThreadHasLetGoOfItsLocalsWhenItsLoopsAreClosed() throws Exception {
        CountDownLatch removed = new CountDownLatch(2);
        FastThreadLocal<Integer> local = new FastThreadLocal<>() {
            @Override
            protected void onRemoval(Integer value) {
                removed.countDown();
            }
        };
        try (Loops loops = new Loops(2)) {
            loops.onEach(loop -> {
                local.set(loop);
                return loop;
            });
        }

        assertThat(removed.getCount()).isZero();
    }

    @Test
    void aTaskThatFailsFailsTheRun() throws Exception {
        try (Loops loops = new Loops(1)) {
            assertThatThrownBy(() -> loops.onEach(loop -> {
                        throw new IllegalStateException("out of luck");
                    }))
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("out of luck");
        }
    }
}
