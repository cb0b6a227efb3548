/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.soak;

import io.github.acealloc.AceConfig;
import io.github.acealloc.it.AceFixture;
import io.github.acealloc.it.Loops;
import io.github.acealloc.it.Transport;
import io.github.acealloc.upkeep.GovernorClock;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.internal.ThreadExecutorMap;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Does each fault of a schedule at its time, and sees that it has done what it is meant to do.
 *
 * <p>Faults overlap, as they come; but not two that take memory or end loops, and not two of the clock.
 */
final class Faults {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final AceFixture ace;
    private final AceConfig config;
    private final Journal journal;
    private final Expectations expectations;
    private final UnreliableMemory memory;
    private final GovernorClock clock;
    private final Map<Kind, Service> services;
    private final Load load;
    private final Transport transport;
    private final Random random;
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(Fault.values().length);
    private final ReentrantLock takesOrEnds = new ReentrantLock();
    private final ReentrantLock turnsClock = new ReentrantLock();

    Faults(Rig rig, long seed) {
        ace = rig.ace();
        config = rig.config();
        journal = rig.journal();
        expectations = rig.expectations();
        memory = rig.memory();
        clock = rig.clock();
        services = rig.services();
        load = rig.load();
        transport = rig.transport();
        random = new Random(seed);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what a fault throws fails the test
    void start(Schedule schedule) {
        for (Schedule.Event event : schedule.events()) {
            threads.schedule(() -> inject(event.fault()), event.atMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Waits until all that was to be done is done. */
    void await(int seconds) throws InterruptedException {
        threads.shutdown(); // what was scheduled is still done
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds) + PATIENCE.toNanos();
        while (!threads.awaitTermination(100, TimeUnit.MILLISECONDS)) {
            if (ace.hasFailed() || System.nanoTime() - end > 0) {
                threads.shutdownNow();
                ace.fail(new AssertionError("the faults did not come to an end"));
                return;
            }
        }
    }

    private void inject(Fault fault) {
        try {
            switch (fault) {
                case MEMORY_LIMIT -> oneAtATime(takesOrEnds, this::takeAllMemory);
                case CLOCK_AHEAD -> oneAtATime(turnsClock, () -> turnClock(fault, 1));
                case CLOCK_BEHIND -> oneAtATime(turnsClock, () -> turnClock(fault, -1));
                case LOOP_ENDS -> oneAtATime(takesOrEnds, this::endLoop);
                case THREAD_DIES -> oneAtATime(takesOrEnds, this::dieSilently);
                case GIVE_BACK_FAILS -> failGivingBack();
                case GOVERNOR_FAILS -> failGovernor();
                case PARTS_REFUSED -> refuseParts();
            }
            journal.seen(fault);
        } catch (Throwable e) {
            ace.fail(new AssertionError(fault + ": " + e, e));
        }
    }

    /** What a fault does. */
    private interface Action {
        void run() throws Exception;
    }

    private static void oneAtATime(ReentrantLock lock, Action action) throws Exception {
        lock.lockInterruptibly();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    private void during(Fault fault, Action action) throws Exception {
        journal.begins(fault);
        try {
            action.run();
        } finally {
            journal.ends(fault);
        }
    }

    private void takeAllMemory() throws Exception {
        Hog hog = new Hog(ace.allocator());
        during(Fault.MEMORY_LIMIT, () -> hog.hold(millis(200, 500)));
        if (hog.refusals() == 0) {
            throw new AssertionError("refusals: 0 (expected: > 0), taken: " + hog.bytes());
        }
        load.awaitServedAgain();
    }

    private void turnClock(Fault fault, int sign) throws Exception {
        long before = clock.wrongReads();
        during(fault, () -> {
            clock.ahead(sign * TimeUnit.MINUTES.toNanos(millis(60, 600)));
            Thread.sleep(millis(300, 700));
            until("the governor looking at its clock", () -> clock.wrongReads() > before);
            clock.ahead(0);
        });
    }

    private void endLoop() throws Exception {
        Service service = List.copyOf(services.values()).get(number(services.size()));
        Orphans orphans = new Orphans();
        for (Loops loops : service.loops()) {
            int seed = number(1 << 20);
            loops.next().submit(() -> orphans.make(ace.allocator(), seed)).sync();
        }
        Adoptions adoptions = new Adoptions(ace.allocator());
        during(Fault.LOOP_ENDS, service::restart);
        adoptions.await();
        bury(orphans, service.loops().get(0));
        load.awaitServedAgain();
    }

    /** The contents are as they were, whoever looks: a loop, perhaps the heir; one that has another heap; a thread without one. */
    private void bury(Orphans orphans, Loops heir) throws Exception {
        int third = orphans.count() / 3;
        heir.next().submit(() -> orphans.release(third)).sync();
        load.clients().next().submit(() -> orphans.release(third)).sync();
        orphans.release(orphans.count());
    }

    /** Netty's own threads always tell; this one does not. */
    private void dieSilently() throws Exception {
        Orphans orphans = new Orphans();
        EventExecutor anyLoop = load.clients().next();
        int seed = number(1 << 20);
        Thread silent = new FastThreadLocalThread() {
            @Override
            public void run() {
                ThreadExecutorMap.apply((Runnable) () -> orphans.make(ace.allocator(), seed), anyLoop)
                        .run();
            }
        };
        silent.start();
        silent.join();
        if (orphans.count() == 0) {
            throw new AssertionError("the thread that was to die has not made its buffers");
        }
        Adoptions adoptions = new Adoptions(ace.allocator());
        Loops heir = ace.loops(transport, 1);
        Orphans more = new Orphans();
        heir.next().submit(() -> more.make(ace.allocator(), seed + 1)).sync();
        adoptions.await();
        bury(orphans, heir);
        bury(more, heir);
        heir.shutDown();
    }

    private void failGivingBack() throws Exception {
        long before = memory.failures();
        during(Fault.GIVE_BACK_FAILS, () -> {
            memory.fail(0.3, 0.3, 0.5);
            int rounds = millis(5, 15);
            for (int i = 0; i < rounds || (memory.failures() == before && !ace.hasFailed()); i++) {
                trim();
                Thread.sleep(50);
            }
        });
        memory.recover();
    }

    /** Whoever trims is told that it failed. */
    private void trim() {
        try {
            ace.allocator().trim();
        } catch (IllegalStateException e) {
            if (!e.getMessage().startsWith(UnreliableMemory.ON_PURPOSE)) {
                throw e;
            }
        }
    }

    private void failGovernor() throws Exception {
        int before = expectations.logged();
        try (SecondAllocator second = new SecondAllocator(config, number(1000), ace::fail)) {
            second.freeze(PATIENCE);
            until("the governor telling that it failed", () -> expectations.logged() > before);
        }
    }

    private void refuseParts() throws Exception {
        memory.refuseParts();
        until("the system being asked for a part", () -> {
            trim();
            return memory.partsRefused() > 0;
        });
    }

    private static void until(String what, BooleanSupplier condition) {
        AceFixture.awaitFor(what).until(condition::getAsBoolean);
    }

    private int millis(int least, int more) {
        return least + number(more);
    }

    private int number(int bound) {
        return random.nextInt(bound);
    }
}
