/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.acealloc.testing.LogLines;
import io.github.acealloc.testing.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who gives tasks to foreign executors does not wait for those that block. */
class AskerTest {
    private final Asker asker = new Asker();
    private final HeapRig rig = new HeapRig();
    private final OwnerTasks owner = new OwnerTasks(rig.heap, System::nanoTime);
    private final List<Blocking> blocking = new ArrayList<>();

    /** An executor whose {@code execute} returns when the test says so. */
    private static final class Blocking implements Executor {
        final CountDownLatch open = new CountDownLatch(1);
        final AtomicInteger entered = new AtomicInteger();
        volatile Thread thread;

        @Override
        public void execute(Runnable task) {
            thread = Thread.currentThread();
            entered.incrementAndGet();
            while (open.getCount() > 0) {
                try {
                    open.await();
                } catch (InterruptedException ignored) {
                    // it blocks all the same
                }
            }
        }

        @Override
        public String toString() {
            return "the one that blocks";
        }
    }

    @AfterEach
    void openAll() {
        blocking.forEach(executor -> executor.open.countDown());
    }

    private Blocking blocking() {
        Blocking executor = new Blocking();
        blocking.add(executor);
        return executor;
    }

    private boolean ask(Executor executor) {
        return asker.ask(new OwnerTask(owner, executor, new OwnerRequest(), heap -> {}));
    }

    private void awaitHung(Executor executor) {
        assertThat(ask(executor)).isTrue();
        await().until(() -> asker.isHung(executor));
    }

    @Test
    void anExecutorThatBlocksHoldsNobodyUpForLongAndIsEnteredOnce() {
        Blocking hung = blocking();
        List<Thread> askers = new ArrayList<>();
        try (LogLines log = new LogLines(OwnerTasks.class)) {
            ask(hung);
            ask(hung);
            assertThat(ask(task -> askers.add(Thread.currentThread()))).isTrue();
            await().until(() -> asker.isHung(hung));
            asker.await();
            assertThat(askers).hasSize(1).doesNotContain(hung.thread);
            assertThat(log.messages()).hasSize(1);
            assertThat(log.messages().get(0)).contains("the one that blocks, thread ");
        }
        assertThat(hung.entered).hasValue(1);
        assertThat(asker.isHung(Runnable::run)).isFalse();
        hung.open.countDown();
        await().until(() -> !asker.isHung(hung));
        ask(hung);
        asker.await();
        assertThat(hung.entered).as("asked again").hasValue(2);
    }

    @Test
    void ofManyThatBlockAFewHoldAThread() {
        for (int i = 0; i < Asker.MOST_HUNG; i++) {
            awaitHung(blocking());
        }
        assertThat(asker.isHung(Runnable::run)).isFalse();
        Blocking one = blocking();
        awaitHung(one);
        AtomicInteger others = new AtomicInteger();
        assertThat(asker.isHung(task -> {})).as("nobody is left to ask").isTrue();
        ask(task -> others.incrementAndGet());
        blocking.get(0).open.countDown();
        await().until(() -> !asker.isHung(task -> {}));
        asker.await();
        assertThat(others).hasValue(1);
        one.open.countDown();
    }

    @Test
    void theThreadEndsWhenThereIsNothingToAsk() {
        List<Thread> askers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            ask(task -> askers.add(Thread.currentThread()));
            asker.await();
        }
        Thread thread = askers.get(0);
        assertThat(askers).as("one for all").containsExactly(thread, thread);
        assertThat(thread.isDaemon()).isTrue();
        assertThat(thread.getContextClassLoader()).isNull();
        Threads.join(thread);
        ask(task -> askers.add(Thread.currentThread()));
        asker.await();
        assertThat(askers.get(2)).isNotSameAs(thread);
    }

    @Test
    void anInterruptHoldsNothingUp() {
        Blocking hung = blocking();
        ask(hung);
        Thread.currentThread().interrupt();
        asker.await();
        assertThat(Thread.interrupted()).as("it is still to be seen").isTrue();
        hung.open.countDown();
    }
}
