/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.acealloc.testing.LogLines;
import io.github.acealloc.testing.Threads;
import io.github.acealloc.upkeep.Governor.Governed;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The background thread: there when it is needed, gone when not, and shared without anybody noticing. */
class GovernorTest {
    private static final InheritableThreadLocal<Object> CALLERS = new InheritableThreadLocal<>();

    private final Governor governor = new Governor();
    private final List<Ward> wards = new ArrayList<>();

    @AfterEach
    void endThread() {
        wards.forEach(ward -> ward.active = false);
    }

    /** Something to look after, that counts. */
    private static final class Ward implements Governed {
        final AtomicInteger ticks = new AtomicInteger();
        volatile boolean active = true;
        volatile boolean wantsMore;
        volatile boolean held = true;
        volatile Thread thread;
        volatile RuntimeException failure;
        volatile boolean unspeakable;
        volatile long now;

        @Override
        public long tick(long nanos) {
            thread = Thread.currentThread();
            now = nanos;
            ticks.incrementAndGet();
            RuntimeException thrown = failure;
            if (thrown != null) {
                throw thrown;
            }
            return wantsMore ? 10 : 250;
        }

        @Override
        public boolean isActive() {
            return active;
        }

        @Override
        public boolean isHeld() {
            return held;
        }

        @Override
        public String toString() {
            if (unspeakable) {
                throw new IllegalStateException("it has no name either");
            }
            return "the ward";
        }
    }

    private Ward watch() {
        Ward ward = new Ward();
        wards.add(ward);
        governor.add(ward);
        return ward;
    }

    private static Thread awaitTick(Ward ward) {
        int before = ward.ticks.get();
        await().until(() -> ward.ticks.get() > before);
        return ward.thread;
    }

    @Test
    void theThreadOutlivesAFailureThatCannotBeTold() {
        Ward ward = watch();
        Thread thread = awaitTick(ward);
        ward.unspeakable = true;
        ward.failure = new IllegalStateException("for the test");
        awaitTick(ward);
        awaitTick(ward);
        assertThat(awaitTick(ward)).isSameAs(thread);
    }

    @Test
    void theThreadStartsWithTheFirstAndEndsWithTheLast() {
        Ward first = watch();
        Thread thread = awaitTick(first);
        Ward second = watch();
        assertThat(awaitTick(second)).as("one for all").isSameAs(thread);
        first.active = false;
        awaitTick(second);
        awaitTick(second);
        int ticks = first.ticks.get();
        awaitTick(second);
        assertThat(first.ticks).as("no longer looked after").hasValue(ticks);
        assertThat(thread.isAlive()).isTrue();
        second.active = false;
        await().until(() -> !thread.isAlive());
    }

    @Test
    void whatTakesMemoryAgainIsLookedAfterAgain() {
        Ward ward = watch();
        Thread thread = awaitTick(ward);
        ward.active = false;
        Threads.join(thread);
        ward.active = true;
        governor.add(ward);
        assertThat(awaitTick(ward)).isNotSameAs(thread);
        governor.add(ward);
        governor.add(ward);
        Thread second = awaitTick(ward);
        ward.active = false;
        Threads.join(second);
    }

    @Test
    void theThreadHoldsNothingUp() {
        CALLERS.set(new Object());
        List<Object> inherited = Collections.synchronizedList(new ArrayList<>());
        Ward ward = new Ward();
        Governed reading = new Governed() {
            @Override
            public long tick(long now) {
                inherited.add(String.valueOf(CALLERS.get()));
                return ward.tick(now);
            }

            @Override
            public boolean isActive() {
                return ward.isActive();
            }

            @Override
            public boolean isHeld() {
                return ward.isHeld();
            }
        };
        wards.add(ward);
        governor.add(reading);
        Thread thread = awaitTick(ward);
        assertThat(thread.isDaemon()).as("keeps no JVM alive").isTrue();
        assertThat(thread.getContextClassLoader()).as("nor a class loader").isNull();
        assertThat(thread.getName()).isEqualTo("acealloc-governor");
        assertThat(inherited).as("nor what its starter has").containsOnly("null");
        CALLERS.remove();
        assertThat(reading.isActive()).isTrue();
    }

    @Test
    void whatFailsIsLoggedOnceAndDoesNotReachTheOthers() {
        try (LogLines log = new LogLines(Governor.class)) {
            List<Ward> others = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                others.add(watch());
            }
            Ward failing = watch();
            failing.failure = new IllegalStateException("broken on purpose");
            for (int i = 0; i < 3; i++) {
                awaitTick(failing);
                others.forEach(GovernorTest::awaitTick);
            }
            assertThat(log.records()).hasSize(1);
            LogRecord line = log.records().get(0);
            assertThat(line.getLevel()).isEqualTo(Level.SEVERE);
            assertThat(line.getMessage()).isEqualTo("the governor failed for the ward; it tries again");
            assertThat(line.getThrown()).isSameAs(failing.failure);
            failing.failure = null;
            awaitTick(failing);
        }
    }

    /** What only the governor knows of: to be dropped by the test. */
    private record Dropped(
            WeakReference<Governed> ward, AtomicInteger ticks, AtomicBoolean active, AtomicBoolean held) {}

    private Dropped watchWithoutHolding() {
        AtomicInteger ticks = new AtomicInteger();
        AtomicBoolean active = new AtomicBoolean(true);
        AtomicBoolean held = new AtomicBoolean(true);
        Governed governed = new Governed() {
            @Override
            public long tick(long now) {
                ticks.incrementAndGet();
                return 20;
            }

            @Override
            public boolean isActive() {
                return active.get();
            }

            @Override
            public boolean isHeld() {
                return held.get();
            }
        };
        governor.add(governed);
        return new Dropped(new WeakReference<>(governed), ticks, active, held);
    }

    private static void awaitForgotten(Dropped dropped) {
        await().until(() -> {
            System.gc();
            return dropped.ward.get() == null;
        });
    }

    @Test
    void whatNobodyElseHoldsIsLookedAfterWhileItHasMemory() {
        Dropped dropped = watchWithoutHolding();
        for (int i = 0; i < 5; i++) {
            System.gc();
            int before = dropped.ticks.get();
            await().until(() -> dropped.ticks.get() > before);
        }
        dropped.active.set(false);
        awaitForgotten(dropped);
    }

    @Test
    void whatGivesBackByItselfIsNotHeld() {
        Dropped dropped = watchWithoutHolding();
        await().until(() -> dropped.ticks.get() > 0);
        dropped.held.set(false);
        awaitForgotten(dropped);
    }

    @Test
    void whoHasMoreToDoComesBackSoonerThanWhoHasNot() {
        Ward calm = watch();
        awaitTick(calm);
        int before = calm.ticks.get();
        long start = System.nanoTime();
        await().until(() -> calm.ticks.get() >= before + 4);
        assertThat(System.nanoTime() - start).as("four turns of 250 ms").isGreaterThan(700_000_000L);
        Ward eager = watch();
        eager.wantsMore = true;
        awaitTick(eager);
        int eagerBefore = eager.ticks.get();
        long eagerStart = System.nanoTime();
        await().until(() -> eager.ticks.get() >= eagerBefore + 20);
        assertThat(System.nanoTime() - eagerStart)
                .as("twenty turns of 10 ms; 5 s if they were of 250")
                .isLessThan(4_000_000_000L);
    }

    @Test
    void tellsTheTime() {
        Ward ward = watch();
        long before = System.nanoTime();
        awaitTick(ward);
        awaitTick(ward);
        assertThat(ward.now - before).isPositive();
        assertThat(System.nanoTime() - ward.now).isNotNegative();
    }

    @Test
    void anInterruptIsNotObeyed() {
        Ward ward = watch();
        Thread thread = awaitTick(ward);
        thread.interrupt();
        awaitTick(ward);
        assertThat(awaitTick(ward)).isSameAs(thread);
        assertThat(thread.isAlive()).isTrue();
    }
}
