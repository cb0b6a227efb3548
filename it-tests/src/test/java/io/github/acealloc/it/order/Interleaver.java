/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.order;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Runs the threads of a scenario one at a time, in every order there is: a thread runs until it comes to a {@link #step}
 * or ends, and then each of those that are left goes on in one of the runs. No luck and no seed: the same scenario gives
 * the same runs, and an error names the run that it was found in.
 *
 * <p>Why not Lincheck, which switches at every access: 3.7 finds a twin, but seems to take the loops over all size classes
 * in a heap's constructor for a livelock, and gives up without a trace where it is allowed longer loops.
 */
final class Interleaver {
    private static final int HANGS_AFTER_SECONDS = 30;

    /** Some threads on fresh objects, and what must hold when all have ended. */
    interface Scenario {
        /** What the threads do, each. */
        List<Runnable> threads();

        /** Throws if a law is broken. */
        void check();
    }

    private static final class Participant extends Thread {
        private final Semaphore turn = new Semaphore(0);
        private final Semaphore controller;
        private final Runnable task;
        private final int number;
        private volatile Throwable error;
        private volatile boolean ended;

        Participant(int number, Runnable task, Semaphore controller) {
            this.number = number;
            this.task = task;
            this.controller = controller;
            setDaemon(true);
        }

        /** The same in each run: a thread's number says where it begins to look for a stripe. */
        @Override
        public long getId() {
            return number;
        }

        @Override
        public void run() {
            try {
                task.run();
            } catch (Throwable e) {
                error = e;
            } finally {
                ended = true;
                controller.release();
            }
        }

        void goOn() {
            if (getState() == State.NEW) {
                start();
            } else {
                turn.release();
            }
        }

        void pause() {
            controller.release();
            turn.acquireUninterruptibly();
        }
    }

    private final List<Integer> choices = new ArrayList<>();
    private final List<Integer> options = new ArrayList<>();

    private Interleaver() {}

    /** Where others may come in; nothing to a thread that is not part of a scenario. */
    static void step() {
        if (Thread.currentThread() instanceof Participant participant) {
            participant.pause();
        }
    }

    /** Runs a scenario in all orders; gives their number. The first that breaks a law ends it, by an error. */
    static int explore(Supplier<Scenario> scenarios, int limit) {
        Interleaver interleaver = new Interleaver();
        for (int runs = 1; ; runs++) {
            if (runs > limit) {
                throw new IllegalStateException("runs: " + runs + " (expected: <= " + limit + ")");
            }
            try {
                interleaver.run(scenarios.get());
            } catch (Throwable e) {
                throw new AssertionError("run " + runs + ", threads in turn: " + interleaver.choices, e);
            }
            if (!interleaver.next()) {
                return runs;
            }
        }
    }

    private void run(Scenario scenario) throws InterruptedException {
        Semaphore controller = new Semaphore(0);
        List<Participant> left = new ArrayList<>();
        scenario.threads().forEach(task -> left.add(new Participant(left.size(), task, controller)));
        for (int at = 0; !left.isEmpty(); at++) {
            if (at == choices.size()) {
                choices.add(0);
                options.add(left.size());
            }
            Participant next = left.get(choices.get(at));
            next.goOn();
            awaitPause(next, controller);
            if (next.ended) {
                next.join(); // a heap asks whether its owner lives
                left.remove(next);
                if (next.error != null) {
                    throw new AssertionError(next.error);
                }
            }
        }
        scenario.check();
    }

    /** Until the thread is at its next step, or has ended. */
    private static void awaitPause(Participant thread, Semaphore controller) throws InterruptedException {
        if (!controller.tryAcquire(HANGS_AFTER_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("a thread waits for one that is not running: " + List.of(thread.getStackTrace()));
        }
    }

    /** The next run in the order of a depth-first search. */
    private boolean next() {
        for (int at = choices.size() - 1; at >= 0; at--) {
            int choice = choices.remove(/* index */ at);
            int n = options.remove(/* index */ at);
            if (choice + 1 < n) {
                choices.add(choice + 1);
                options.add(n);
                return true;
            }
        }
        return false;
    }
}
