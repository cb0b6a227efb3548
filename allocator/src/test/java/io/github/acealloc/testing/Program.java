/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.AceStats;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.slab.SizeClasses;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A random user of an engine: real threads that own heaps, one step at a time, everything held against a shadow.
 *
 * <p>A step is a number from which all its choices follow, so that a program is a list of numbers that can be shrunk.
 */
public final class Program implements AutoCloseable {
    private static final int LOOPS = 3;
    private static final int LARGEST_HUGE = 3 << 20;
    private static final int[] LARGEST = {64, 1 << 10, 2 << 10, 8 << 10, 32 << 10, 256 << 10, SizeClasses.MAX_BLOCK};

    private final Engine engine;
    private final Shadow shadow = new Shadow();
    private final List<Loop> loops = new ArrayList<>();
    private final ThreadHeap[] heaps = new ThreadHeap[LOOPS];
    private final long most;
    private boolean grows;
    private int refusals;

    public Program(boolean direct, long limit) {
        engine = Engine.of(direct, limit);
        most = limit * 3 / 4;
        for (int i = 0; i < LOOPS; i++) {
            loops.add(new Loop());
        }
    }

    /** Takes one step. */
    public void step(int number) {
        Random random = new Random(number * 0x9E3779B97F4A7C15L);
        int actor = random.nextInt(LOOPS + 1);
        int kind = random.nextInt(100);
        grows = shadow.isEmpty() || (grows && shadow.liveBytes() < most);
        if (kind < (grows ? 60 : 20)) {
            allocate(random, actor);
        } else if (kind < 80) {
            release(random, actor);
        } else if (kind < 85) {
            swap(random);
        } else if (kind < 88) {
            on(actor, () -> engine.allocator().trim());
        } else if (kind < 92) {
            on(actor, this::detach);
        } else if (kind < 94) {
            replace(actor);
        } else if (kind < 97) {
            engine.allocator().knobs(knobs(random));
        } else {
            engine.memory().refuseNth(1);
        }
        settle();
    }

    /** Waits for what loops were asked to do, such as to trim. */
    private void settle() {
        loops.forEach(Loop::settle);
    }

    /** Runs something on a loop, or on this thread, which owns no heap. */
    private void on(int actor, Runnable task) {
        if (actor == LOOPS) {
            task.run();
        } else {
            loops.get(actor).run(task);
        }
    }

    private void allocate(Random random, int actor) {
        boolean isHuge = random.nextInt(30) == 0;
        int largest = LARGEST[random.nextInt(LARGEST.length)];
        int size = isHuge
                ? SizeClasses.MAX_BLOCK + 1 + random.nextInt(LARGEST_HUGE - SizeClasses.MAX_BLOCK)
                : random.nextInt(largest + 1);
        int n = 1 + random.nextInt(Math.max(Math.min(60, (256 << 10) / (size + 1)), 1));
        on(actor, () -> {
            try {
                for (int i = 0; i < n; i++) {
                    shadow.allocated(allocateHere(actor, size), size);
                }
            } catch (OutOfMemoryError e) {
                assertThat(e).hasMessageStartingWith("cannot allocate ").hasMessageContaining(", limit: ");
                refusals++;
            }
        });
    }

    private TestBlock allocateHere(int actor, int size) {
        return actor == LOOPS ? engine.allocateOrFail(size) : engine.allocateOrFail(ownHeap(), size);
    }

    private ThreadHeap ownHeap() {
        int i = thisLoop();
        if (heaps[i] == null) {
            heaps[i] = engine.allocator().attach(loops.get(i));
        }
        return heaps[i];
    }

    private void detach() {
        int i = thisLoop();
        if (i < LOOPS && heaps[i] != null) {
            engine.allocator().detach(heaps[i]);
            heaps[i] = null;
        }
    }

    private int thisLoop() {
        int i = 0;
        while (i < LOOPS && !loops.get(i).isCurrent()) {
            i++;
        }
        return i;
    }

    private void release(Random random, int actor) {
        int n = 1 + random.nextInt(random.nextInt(8) == 0 ? 500 : 50);
        on(actor, () -> {
            for (int i = 0; i < n && !shadow.isEmpty(); i++) {
                engine.release(shadow.take(random.nextInt(Integer.MAX_VALUE)));
            }
        });
    }

    private void swap(Random random) {
        if (!shadow.isEmpty()) {
            shadow.swap(random.nextInt(Integer.MAX_VALUE), random.nextInt(Integer.MAX_VALUE));
        }
    }

    /** A loop ends without a word, and another comes. */
    private void replace(int actor) {
        if (actor < LOOPS) {
            loops.set(actor, new Loop()).end();
            heaps[actor] = null;
        }
    }

    private static Knobs knobs(Random random) {
        int cap = random.nextInt(3) == 0 ? 0 : random.nextInt(100);
        Knobs knobs = Engine.KNOBS.withSlabs(random.nextInt(3), 1 + random.nextInt(4));
        return random.nextInt(4) == 0 ? Engine.KNOBS : knobs.withCaches(cap, 1 + random.nextInt(40));
    }

    /** Holds the engine against the laws and against the shadow. */
    public void check() {
        AceStats stats = engine.expectConsistent();
        if (stats.remoteQueued() == 0) {
            assertThat(stats.liveBytes()).as("live bytes").isEqualTo(shadow.liveBytes());
        } else {
            assertThat(stats.liveBytes()).as("live or queued bytes").isGreaterThan(shadow.liveBytes());
        }
    }

    /** Releases everything, here and there; then nothing may be live. */
    public void releaseAll() {
        Random random = new Random(42);
        while (!shadow.isEmpty()) {
            release(random, random.nextInt(LOOPS + 1));
        }
        for (int actor = 0; actor <= LOOPS; actor++) {
            on(actor, () -> engine.allocator().trim());
        }
        settle();
        engine.allocator().trim();
        AceStats stats = engine.expectConsistent();
        assertThat(stats.remoteQueued()).isZero();
        assertThat(stats.liveBytes()).isZero();
        assertThat(stats.cachedBytes()).isZero();
        assertThat(stats.committedBytes())
                .as("all is free, so all was given back")
                .isZero();
    }

    /** Closes the engine, with whatever is live, and releases that afterwards; then nothing may be committed. */
    public void closeAndReleaseAll() {
        engine.allocator().close(this::detach);
        Random random = new Random(43);
        while (!shadow.isEmpty()) {
            release(random, random.nextInt(LOOPS + 1));
        }
        settle();
        engine.expectNothingCommitted();
    }

    /** How many allocations found the limit reached. */
    public int refusals() {
        return refusals;
    }

    @Override
    public void close() {
        loops.forEach(Loop::close);
    }
}
