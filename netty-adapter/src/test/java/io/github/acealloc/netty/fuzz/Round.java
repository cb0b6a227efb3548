/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.fuzz;

import io.github.acealloc.AceStats;
import io.github.acealloc.netty.AceByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Several programs at once on one allocator, from its first allocation to its close. */
final class Round {
    private static final Actor[] ACTORS = {Actor.LOOP, Actor.LOOP, Actor.PLAIN, Actor.VIRTUAL, Actor.LOOP, Actor.FAST};

    private static final int WALKS = 100;
    private static final int WALK_MILLIS = 50;

    private final AceByteBufAllocator ace;
    private final long lifeOperations;
    private final List<Program> programs = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /**
     * A round that has not begun.
     *
     * @param ace the allocator whose account is looked at; the round closes it
     * @param seen the same allocator as the programs see it
     * @param lifeOperations after how many operations of one program its thread ends and another goes on
     */
    Round(AceByteBufAllocator ace, ByteBufAllocator seen, long seed, long lifeOperations) {
        this.ace = ace;
        this.lifeOperations = lifeOperations;
        for (int i = 0; i < ACTORS.length; i++) {
            Dice limits = new Dice();
            limits.restart(seed, i);
            programs.add(new Program(
                    seen,
                    Dice.mix(seed + i),
                    ace::trim,
                    ace::stats,
                    ace::explain,
                    () -> ace.pin(1 << limits.below(17), limits.below(200))));
        }
        programs.forEach(program -> program.meet(programs));
    }

    /** Runs about so many operations and checks the account; closes before or after all is released. */
    void run(long operations, boolean closesEarly) throws InterruptedException {
        long each = operations / ACTORS.length;
        List<Thread> keepers = new ArrayList<>();
        for (int i = 0; i < ACTORS.length; i++) {
            Actor actor = ACTORS[i];
            Program program = programs.get(i);
            Thread keeper = new Thread(() -> lives(actor, program, each));
            keeper.start();
            keepers.add(keeper);
        }
        for (Thread keeper : keepers) {
            keeper.join();
        }
        if (failure.get() != null) {
            throw new AssertionError("a thread failed", failure.get());
        }
        finish(closesEarly);
    }

    /** Keeps a program running, on one thread after the other. */
    private void lives(Actor actor, Program program, long operations) {
        try {
            long until = 0;
            while (until < operations && failure.get() == null) {
                until = Math.min(until + lifeOperations, operations);
                long end = until;
                actor.run(() -> {
                    try {
                        program.run(end);
                    } catch (Throwable e) {
                        failure.compareAndSet(null, e);
                    }
                });
            }
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    private void finish(boolean closesEarly) throws InterruptedException {
        expectLawful("with " + programs.stream().mapToInt(Program::pieces).sum() + " buffers live");
        if (closesEarly) {
            ace.close();
        }
        programs.forEach(Program::releaseAll);
        ace.trim();
        ace.trim();
        expectLawful("with all buffers released");
        AceStats stats = ace.stats();
        expectZero("live bytes", stats.liveBytes());
        expectZero("blocks in remote queues", stats.remoteQueued());
        ace.close();
        expectLawful("when closed");
        expectZero("used direct memory", ace.metric().usedDirectMemory());
        expectZero("used heap memory", ace.metric().usedHeapMemory());
    }

    /** The governor gives pages back beside the walker and may change a sum; what is broken stays broken when it has done. */
    private void expectLawful(String when) throws InterruptedException {
        List<String> violations = ace.violations();
        for (int i = 0; i < WALKS && !violations.isEmpty(); i++) {
            Thread.sleep(WALK_MILLIS);
            violations = ace.violations();
        }
        if (!violations.isEmpty()) {
            throw new AssertionError("laws broken " + when + ": " + violations);
        }
    }

    private static void expectZero(String what, long found) {
        if (found != 0) {
            throw new AssertionError(what + ": " + found + " (expected: 0)");
        }
    }

    long operations() {
        return programs.stream().mapToLong(program -> program.hand.operations).sum();
    }
}
