/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.testing.Engine;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.TestBlock;
import io.github.acealloc.testing.Threads;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A closed allocator gives everything back: what is free at once, the rest with its last block. */
class CloseTest {
    private static final int KIB = 1 << 10;
    private static final int HUGE = 2 << 20;

    private final Engine engine = Engine.of(false, 64L << 20);
    private final AceAllocator allocator = engine.allocator();
    private final Loop loop = new Loop();
    private ThreadHeap loops = loop.call(() -> allocator.attach(loop));
    private final List<TestBlock> blocks = new ArrayList<>();

    @AfterEach
    void endLoop() {
        loop.close();
    }

    private void close() {
        allocator.close(this::evict);
    }

    private void evict() {
        if (loop.isCurrent() && loops != null) {
            allocator.detach(loops);
            loops = null;
        }
    }

    private void awaitEviction() {
        loop.run(() -> assertThat(loops).isNull());
    }

    /** Blocks of every kind: of the loop, of a stripe, huge. */
    private void allocate() {
        blocks.addAll(loop.call(() -> List.of(engine.allocate(loops, KIB), engine.allocate(loops, 64 * KIB))));
        blocks.add(engine.allocate(KIB));
        blocks.add(engine.allocate(HUGE));
        assertThat(engine.expectConsistent().liveBytes()).isEqualTo(66 * KIB + HUGE);
    }

    @Test
    void whatIsFreeGoesBackAtOnce() {
        allocate();
        loop.run(() -> blocks.forEach(engine::release));
        assertThat(engine.memory().outBytes()).isPositive();
        close();
        awaitEviction();
        engine.expectNothingCommitted();
    }

    @Test
    void whatIsLiveGoesBackWithItsLastBlockReleasedByAnyThread() {
        allocate();
        close();
        awaitEviction();
        assertThat(engine.expectConsistent().liveBytes()).isEqualTo(66 * KIB + HUGE);
        blocks.subList(0, 3).forEach(engine::release);
        assertThat(engine.memory().outBytes()).isEqualTo(HUGE);
        engine.release(blocks.get(3));
        engine.expectNothingCommitted();
    }

    @Test
    void whatIsLiveGoesBackWhenTheFormerOwnerReleases() {
        allocate();
        close();
        loop.run(() -> blocks.forEach(engine::release));
        engine.expectNothingCommitted();
    }

    @Test
    void whatIsReleasedBeforeTheOwnerHearsOfItGoesBackWhenItDoes() {
        allocate();
        loop.run(() -> {
            Thread closing = new Thread(() -> {
                close();
                blocks.forEach(engine::release);
            });
            closing.start();
            Threads.join(closing);
            assertThat(loops.remoteCount()).as("the owner still has it").isEqualTo(2);
            assertThat(engine.memory().outBytes()).isPositive();
        });
        awaitEviction();
        engine.expectNothingCommitted();
    }

    @Test
    void anOwnerThatStillAllocatesGivesThatBackToo() {
        allocate();
        loop.run(() -> {
            Thread closing = new Thread(this::close);
            closing.start();
            Threads.join(closing);
            blocks.add(engine.allocate(loops, 300 * KIB));
            engine.release(engine.allocate(loops, 8 * KIB));
        });
        awaitEviction();
        blocks.forEach(engine::release);
        engine.expectNothingCommitted();
    }

    @Test
    void theClosingThreadsOwnHeapIsEvictedRightAway() {
        ThreadHeap own = allocator.attach(task -> {
            throw new AssertionError("the caller is there already");
        });
        engine.release(engine.allocate(own, KIB));
        allocator.close(() -> {
            evict();
            if (own.isOwner()) {
                allocator.detach(own);
            }
        });
        awaitEviction();
        engine.expectNothingCommitted();
    }

    @Test
    void aStripeThatIsBorrowedMeanwhileGoesBackWhenItIsGivenUp() {
        ThreadHeap stripe = allocator.borrowStripe();
        TestBlock block = engine.allocate(stripe, KIB);
        loop.run(() -> {
            close();
            engine.release(block);
        });
        assertThat(stripe.remoteCount()).isEqualTo(1);
        assertThat(engine.memory().outBytes()).isPositive();
        stripe.giveUp();
        awaitEviction();
        engine.expectNothingCommitted();
    }

    @Test
    void aLoopThatEndedWithoutDetachHoldsNothingUp() {
        allocate();
        loop.end();
        close();
        blocks.forEach(engine::release);
        engine.expectNothingCommitted();
    }

    @Test
    void aLoopThatEndsWithoutHearingOfItHoldsNothingUp() {
        Loop deaf = new Loop();
        ThreadHeap heap = deaf.call(() -> allocator.attach(task -> {}));
        List<TestBlock> theirs = deaf.call(() -> List.of(engine.allocate(heap, KIB), engine.allocate(heap, 8 * KIB)));
        close();
        deaf.end();
        theirs.forEach(engine::release);
        awaitEviction();
        engine.expectNothingCommitted();
    }

    @Test
    void nothingIsAllocatedAnyMore() {
        allocate();
        close();
        awaitEviction();
        for (Runnable attempt : List.<Runnable>of(
                () -> allocator.attach(Runnable::run), allocator::borrowStripe, () -> allocator.allocateHuge(HUGE))) {
            assertThatThrownBy(attempt::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the allocator is closed");
        }
        blocks.forEach(engine::release);
        engine.expectNothingCommitted();
    }

    @Test
    void closingTwiceIsClosing() {
        allocate();
        close();
        close();
        awaitEviction();
        blocks.forEach(engine::release);
        engine.expectNothingCommitted();
    }
}
