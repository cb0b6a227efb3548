/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.testing.Loop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Idle memory of heaps without a usual owner goes too: of stripes, on the shelf, of the dead and the failing. */
class ScavengerOwnerTest extends ScavengerRig {
    @Test
    void oneHeapThatFailsDoesNotKeepTheOthersFromBeingTrimmed() {
        ThreadHeap bad = registry.borrowStripe();
        use(bad, KIB);
        bad.giveUp();
        Loop loop = loop();
        ThreadHeap good = attach(loop, loop, KIB);
        look();
        lookAfter(DELAY / 2);
        failing = bad.number();
        assertThatThrownBy(() -> lookAfter(DELAY / 2)).hasMessage("for the test");
        failing = NONE;
        settle();
        assertThat(good.cachedBytes()).isZero();
        assertThat(bad.cachedBytes()).isPositive();
        look();
        assertThat(bad.cachedBytes()).isZero();
    }

    @Test
    void aStripeIsTrimmedByWhoLooks() {
        ThreadHeap stripe = registry.borrowStripe();
        use(stripe, KIB);
        stripe.giveUp();
        look();
        lookAfter(DELAY / 2);
        lookAfter(DELAY / 2 - 1);
        assertThat(stripe.cachedBytes()).isPositive();
        lookAfter(1);
        assertThat(stripe.committedBytes()).isZero();
        assertThat(stripe.tryBorrow()).as("given up again").isTrue();
        stripe.giveUp();
    }

    @Test
    void aStripeThatIsBorrowedAtTheMomentIsTrimmedAtTheNextLook() {
        Loop borrower = loop();
        ThreadHeap stripe = borrower.call(() -> {
            ThreadHeap borrowed = registry.borrowStripe();
            use(borrowed, KIB);
            return borrowed;
        });
        look();
        lookAfter(DELAY);
        assertThat(stripe.cachedBytes()).isPositive();
        borrower.run(stripe::giveUp);
        lookAfter(1); // and not half a delay later
        lookAfter(DELAY / 2);
        assertThat(stripe.committedBytes()).isZero();
    }

    @Test
    void aHeapOnTheShelfIsTrimmedByWhoLooksAndStaysThere() {
        Loop loop = loop();
        ThreadHeap heap = attach(loop, loop, KIB);
        loop.run(() -> registry.detach(heap));
        look();
        lookAfter(DELAY);
        assertThat(heap.committedBytes()).isZero();
        Loop next = loop();
        assertThat(next.call(() -> registry.attach(next))).isSameAs(heap);
    }

    @Test
    void theHeapOfALoopThatEndedWithoutAWordIsTrimmedAndServesTheNext() {
        Loop loop = loop();
        ThreadHeap heap = attach(loop, loop, KIB);
        look();
        loops.remove(loop);
        loop.end();
        lookAfter(DELAY);
        assertThat(heap.committedBytes()).isZero();
        assertThat(heap.executor()).isNull();
        Loop next = loop();
        assertThat(next.call(() -> registry.attach(next))).isSameAs(heap);
        assertThat(registry.heaps()).hasSize(1);
    }

    @Test
    void aStripeWhoseBorrowerDiedIsTrimmedAndStaysAStripe() {
        Loop loop = loop();
        ThreadHeap stripe = loop.call(() -> {
            ThreadHeap borrowed = registry.borrowStripe();
            use(borrowed, KIB);
            return borrowed;
        });
        loops.remove(loop);
        loop.end();
        look();
        lookThroughSilence();
        assertThat(stripe.committedBytes()).isZero();
        Loop next = loop();
        assertThat(next.call(() -> registry.attach(next))).isNotSameAs(stripe);
    }

    @Test
    void aLoopThatShutsDownKeepsNobodyElseFromBeingTrimmed() {
        Loop ending = loop();
        ThreadHeap refusing = attach(
                ending,
                task -> {
                    throw new RejectedExecutionException("shutting down");
                },
                KIB);
        Loop deaf = loop();
        ThreadHeap unheard = attach(deaf, task -> {}, KIB);
        Loop loop = loop();
        ThreadHeap heap = attach(loop, loop, KIB);
        look();
        lookThroughSilence();
        assertThat(heap.committedBytes()).isZero();
        assertThat(refusing.cachedBytes()).isPositive();
        assertThat(unheard.cachedBytes()).isPositive();
        for (Loop dying : List.of(ending, deaf)) {
            loops.remove(dying);
            dying.end();
        }
        lookAfter(1);
        assertThat(refusing.committedBytes()).as("once its thread has ended").isZero();
        assertThat(unheard.committedBytes()).isZero();
    }

    @Test
    void anExecutorThatFailsKeepsNobodyElseFromBeingTrimmed() {
        Loop failing = loop();
        AtomicInteger asked = new AtomicInteger();
        ThreadHeap untrimmed = attach(
                failing,
                task -> {
                    asked.incrementAndGet();
                    throw new OutOfMemoryError("unable to create native thread");
                },
                KIB);
        Loop loop = loop();
        ThreadHeap heap = attach(loop, loop, KIB);
        look();
        lookAfter(DELAY);
        lookAfter(DELAY);
        assertThat(heap.committedBytes()).isZero();
        assertThat(asked).as("each time").hasValue(2);
        assertThat(untrimmed.cachedBytes()).isPositive();
    }

    @Test
    void aTaskOfAFormerOwnerDoesNothing() {
        Loop loop = loop();
        List<Runnable> asked = new ArrayList<>();
        ThreadHeap heap = attach(loop, asked::add, KIB);
        look();
        lookAfter(DELAY);
        loop.run(() -> registry.detach(heap));
        Loop next = loop();
        assertThat(next.call(() -> registry.attach(next))).isSameAs(heap);
        next.run(() -> use(heap, KIB));
        assertThat(heap.cachedBytes()).isPositive();
        loop.run(asked.get(0));
        assertThat(heap.cachedBytes()).isPositive();
        look();
        lookThroughSilence();
        assertThat(heap.committedBytes()).isZero();
    }
}
