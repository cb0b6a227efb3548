/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.acealloc.heap.ClassFigures;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.testing.Engine;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.TestBlock;
import io.github.acealloc.testing.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Routes, figures and self-check of an allocator. */
class AceAllocatorTest {
    private static final int KIB = 1 << 10;
    private static final int HUGE = 3 << 20;

    /** Small, because the limit is. */
    private static final int SUPERSLAB = Superslab.UNIT_BYTES;

    private final Engine engine = Engine.of(false, 64L << 20);
    private final AceAllocator allocator = engine.allocator();
    private final ThreadHeap heap = allocator.attach(Runnable::run);
    private final Loop loop = new Loop();

    @AfterEach
    void endLoop() {
        loop.close();
    }

    @Test
    void hasNoMemoryBeforeTheFirstAllocation() {
        AceStats stats = allocator.stats();
        assertThat(List.of(stats.liveBytes(), stats.cachedBytes(), stats.freeBytes(), stats.committedBytes()))
                .containsOnly(0L);
        assertThat(stats.limitBytes()).isEqualTo(64L << 20);
        assertThat(engine.memory().requests()).isZero();
    }

    @Test
    void saysHowMuchIsLiveCachedAndFree() {
        allocator.knobs(Engine.KNOBS.withCaches(8, 4));
        TestBlock block = engine.allocate(heap, KIB);
        AceStats stats = engine.expectConsistent();
        assertThat(stats.liveBytes()).isEqualTo(KIB);
        assertThat(stats.cachedBytes()).isEqualTo(3 * KIB);
        assertThat(stats.freeBytes()).isEqualTo(SUPERSLAB - 4 * KIB);
        assertThat(stats.committedBytes()).isEqualTo(SUPERSLAB);
        engine.release(block);
        assertThat(engine.expectConsistent().liveBytes()).isZero();
    }

    @Test
    void countsHugeBlocksToo() {
        TestBlock block = engine.allocate(heap, HUGE);
        assertThat(engine.expectConsistent().liveBytes()).isEqualTo(HUGE);
        engine.release(block);
        AceStats stats = engine.expectConsistent();
        assertThat(stats.liveBytes()).isZero();
        assertThat(stats.cachedBytes()).isEqualTo(HUGE);
        allocator.trim();
        assertThat(engine.expectConsistent().committedBytes()).isZero();
    }

    @Test
    void countsQueuedBlocksAsLive() {
        TestBlock block = engine.allocate(heap, KIB);
        loop.run(() -> engine.release(block));
        AceStats stats = engine.expectConsistent();
        assertThat(stats.remoteQueued()).isEqualTo(1);
        assertThat(stats.liveBytes()).isEqualTo(KIB);
        allocator.trim();
        stats = engine.expectConsistent();
        assertThat(stats.remoteQueued()).isZero();
        assertThat(stats.liveBytes()).isZero();
    }

    @Test
    void countsWhereAllocationsWereServed() {
        allocator.knobs(Engine.KNOBS.withCaches(8, 4));
        List<TestBlock> blocks = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            blocks.add(engine.allocate(heap, KIB));
        }
        AceStats stats = allocator.stats();
        assertThat(stats.allocations()).isEqualTo(64);
        assertThat(stats.counters().refills()).isEqualTo(16);
        ClassFigures figures = stats.classes().get(SizeClasses.of(KIB));
        assertThat(figures.refills()).isEqualTo(16);
        assertThat(figures.cap()).isEqualTo(8);
        assertThat(figures.plus(figures.withLifetime(50)))
                .isEqualTo(new ClassFigures(KIB, 128, 2 * figures.cached(), 2 * figures.free(), 128, 32, 16, 50));
        assertThat(figures.withLifetime(10).plus(figures.withLifetime(30)).lifetimeNanos())
                .isEqualTo(20);
        assertThat(stats.coldShare()).isCloseTo(1 / 64.0, within(1e-9));
        assertThat(stats.warmShare()).isCloseTo(15 / 64.0, within(1e-9));
        assertThat(stats.hotShare()).isCloseTo(48 / 64.0, within(1e-9));
        assertThat(stats.warmPoolHitRate()).isZero();

        for (int i = 0; i < 64; i++) {
            engine.release(engine.allocate(heap, KIB));
        }
        assertThat(allocator.stats().allocations()).isEqualTo(128);
        assertThat(allocator.stats().coldShare()).isEqualTo(2 / 128.0);
        loop.run(() -> blocks.subList(0, 16).forEach(engine::release));
        allocator.trim();
        assertThat(allocator.stats().remoteShare()).isEqualTo(16 / 128.0);
        assertThat(allocator.stats().counters().spills()).isZero();
        blocks.subList(16, 25).forEach(engine::release);
        assertThat(allocator.stats().counters().spills()).isEqualTo(1);
    }

    @Test
    void figuresOfTwoAllocatorsAddUp() {
        engine.allocate(heap, KIB);
        loop.run(() -> engine.allocate(KIB));
        Engine other = Engine.of(false, 32L << 20);
        other.allocate(2 * KIB);
        AceStats sum = allocator.stats().plus(other.allocator().stats(), true);
        assertThat(sum.liveBytes()).isEqualTo(4 * KIB);
        assertThat(sum.committedBytes()).isEqualTo(3L * SUPERSLAB);
        assertThat(sum.cachedBytes() + sum.freeBytes()).isEqualTo(3L * SUPERSLAB - 4 * KIB);
        assertThat(sum.limitBytes()).isEqualTo(64L << 20);
        assertThat(sum.heaps()).isEqualTo(3);
        assertThat(sum.allocations()).isEqualTo(3);
        assertThat(sum.counters().refills()).isEqualTo(3);
        assertThat(sum.toString())
                .startsWith("live: 4096, cached: ")
                .contains(", committed: " + 3L * SUPERSLAB + ", limit: 67108864 bytes; heaps: 3; hot: ");
    }

    @Test
    void aThreadWithoutAHeapBorrowsAndReturnsAStripe() {
        TestBlock block = loop.call(() -> engine.allocate(KIB));
        assertThat(block.heap()).isNotSameAs(heap);
        assertThat(loop.call(() -> block.heap().isOwner())).isFalse();
        engine.release(block);
        assertThat(((ThreadHeap) block.heap()).remoteCount())
                .as("no owner, no queue")
                .isZero();
        assertThat(engine.expectConsistent().liveBytes()).isZero();
    }

    @Test
    void newLimitsReachEveryHeap() {
        Knobs knobs = Engine.KNOBS.withCaches(0, 1);
        allocator.knobs(knobs);
        assertThat(allocator.knobs()).isSameAs(knobs);
        engine.release(engine.allocate(heap, KIB));
        engine.release(engine.allocate(KIB));
        assertThat(engine.expectConsistent().cachedBytes()).isZero();
    }

    @Test
    void needsToBeLookedAfterAsLongAsItHoldsMemory() {
        assertThat(allocator.isActive()).isFalse();
        TestBlock block = engine.allocate(heap, KIB);
        assertThat(allocator.isActive()).isTrue();
        engine.release(block);
        assertThat(allocator.isActive()).isTrue();
        allocator.trim();
        assertThat(allocator.isActive()).isFalse();
        TestBlock huge = engine.allocate(heap, HUGE);
        assertThat(allocator.isActive()).isTrue();
        engine.release(huge);
        assertThat(allocator.isActive()).as("kept").isTrue();
        allocator.close(() -> allocator.detach(heap));
        assertThat(allocator.isActive()).isFalse();
    }

    @Test
    void noticesASuperslabThatNobodyHas() {
        engine.allocate(heap, KIB);
        engine.allocate(heap, 2 * KIB);
        TestBlock block = engine.allocate(heap, 4 * KIB);
        assertThat(allocator.violations()).isEmpty();
        assertThat(block.slab().superslab().take(1))
                .as("a unit that nobody has")
                .isPositive();
        assertThat(allocator.violations())
                .anySatisfy(violation -> assertThat(violation).endsWith("is broken"));
    }

    @Test
    void trimAsksLoopsThatLiveToTrimTheirOwn() {
        ThreadHeap theirs = loop.call(() -> allocator.attach(loop));
        loop.run(() -> {
            List<TestBlock> large = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                large.add(engine.allocate(theirs, SizeClasses.MAX_BLOCK));
            }
            large.forEach(engine::release);
            engine.release(engine.allocate(theirs, KIB));
            Thread trimming = new Thread(allocator::trim);
            trimming.start();
            Threads.join(trimming);
            assertThat(theirs.cachedBytes()).as("nobody else touches it").isPositive();
        });
        loop.run(() -> assertThat(theirs.committedBytes()).as("a task later").isZero());
        assertThat(engine.expectConsistent().freeBytes())
                .as("two stay resident, of a block each; what did not lie in caches went at once")
                .isEqualTo(2L * SizeClasses.MAX_BLOCK);
        allocator.trim();
        assertThat(engine.expectConsistent().committedBytes()).isZero();
    }

    @Test
    void aLoopIsAskedToTrimOnceAtATime() {
        List<Runnable> asked = new ArrayList<>();
        ThreadHeap theirs = loop.call(() -> allocator.attach(asked::add));
        allocator.trim();
        allocator.trim();
        assertThat(asked).hasSize(1);
        loop.run(() -> {
            engine.release(engine.allocate(theirs, KIB));
            asked.get(0).run();
        });
        assertThat(theirs.cachedBytes()).isZero();
        allocator.trim();
        assertThat(asked).as("it has, so it may be asked again").hasSize(2);
        loop.run(() -> allocator.detach(theirs));
        assertThat(loop.call(() -> allocator.attach(asked::add))).isSameAs(theirs);
        allocator.trim();
        assertThat(asked)
                .as("another loop, whatever became of the last one's task")
                .hasSize(3);
    }

    @Test
    void aLoopThatTakesNoTasksIsAskedAgainLater() {
        int[] refused = {0};
        loop.run(() -> allocator.attach(task -> {
            refused[0]++;
            throw new RejectedExecutionException();
        }));
        allocator.trim();
        allocator.trim();
        assertThat(refused[0]).isEqualTo(2);
    }
}
