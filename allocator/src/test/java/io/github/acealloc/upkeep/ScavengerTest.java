/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.heap.HeapRegistry;
import io.github.acealloc.heap.HeapWalker;
import io.github.acealloc.heap.HotCache;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.os.HeapMemory;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.slab.SuperslabStore;
import io.github.acealloc.testing.FaultyMemory;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.TestBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Idle memory is found by a clock that the test turns, whoever owns the heap. */
class ScavengerTest {
    private static final int KIB = 1 << 10;
    private static final long DELAY = 1000;
    private static final long LEAVE = 5000;
    private static final long PAGES = 4 * DELAY;
    private static final int NONE = -1;

    private final FaultyMemory memory = new FaultyMemory(new HeapMemory());
    private final MemoryBudget budget = new MemoryBudget(256L << 20);
    private final SuperslabStore store = new SuperslabStore(memory, budget, () -> {}, false);
    private final AtomicInteger numbers = new AtomicInteger();
    private final HeapRegistry registry = new HeapRegistry(this::newHeap, 1);
    private final Scavenger scavenger = new Scavenger(registry);
    private final List<Loop> loops = new ArrayList<>();
    private long now = 12345;
    private volatile int failing = NONE;

    private ThreadHeap newHeap() {
        int number = numbers.getAndIncrement();
        return new ThreadHeap(number, store, TestBlock.BINDER, budget, () -> {
            if (number == failing) {
                throw new IllegalStateException("for the test");
            }
            return Knobs.defaults();
        });
    }

    @AfterEach
    void holdsTheLaws() {
        loops.forEach(Loop::settle);
        loops.forEach(Loop::close);
        long inHeaps = 0;
        for (ThreadHeap heap : registry.heaps()) {
            assertThat(HeapWalker.walk(heap)).isEmpty();
            inHeaps += heap.committedBytes();
        }
        assertThat(store.committedBytes()).isEqualTo(inHeaps + store.residentBytes());
    }

    private Loop loop() {
        Loop loop = new Loop();
        loops.add(loop);
        return loop;
    }

    private static TestBlock allocate(ThreadHeap heap, int bytes) {
        HotCache cache = heap.cache(SizeClasses.of(bytes));
        TestBlock block = (TestBlock) heap.block(cache.pop());
        if (cache.isSampleDue()) {
            cache.restartSampling();
        }
        return block;
    }

    private static void use(ThreadHeap heap, int bytes) {
        TestBlock block = allocate(heap, bytes);
        heap.cache(block.slab().sizeClass()).push(block.blockId());
    }

    /** A heap of a loop, with free blocks of a class in its cache. */
    private ThreadHeap attach(Loop loop, Executor executor, int bytes) {
        return loop.call(() -> {
            ThreadHeap heap = registry.attach(executor);
            use(heap, bytes);
            return heap;
        });
    }

    private void look() {
        scavenger.look(now, DELAY, PAGES, LEAVE);
        settle();
    }

    private void settle() {
        registry.awaitAsked();
        loops.forEach(Loop::settle);
    }

    /** Looks as often as it takes until all goes that nobody has needed: at the turn after the next. */
    private void lookThroughSilence() {
        for (int i = 0; i < 4; i++) {
            lookAfter(DELAY / 2);
        }
    }

    private void lookAfter(long nanos) {
        now += nanos;
        look();
    }

    @Test
    void whatTakesLongerThanOnePassGoesOnAtOnceAndThenEnds() {
        Loop loop = loop();
        ThreadHeap heap = attach(loop, loop, Long.BYTES);
        int many = 500_000;
        List<TestBlock> live = new ArrayList<>(many);
        loop.run(() -> {
            for (int i = 0; i < many; i++) {
                live.add(allocate(heap, Long.BYTES));
            }
        });
        live.forEach(block -> heap.releaseRemote(block));
        look();
        now += DELAY;
        int passes = 0;
        do {
            boolean unfinished = scavenger.look(now, DELAY, PAGES, LEAVE);
            assertThat(unfinished || passes == 0 || heap.remoteCount() == 0)
                    .as("pass %s of %s blocks", passes, heap.remoteCount())
                    .isTrue();
            settle();
            passes++;
        } while (heap.remoteCount() > 0);
        assertThat(passes).isGreaterThan(2);
        lookAfter(DELAY);
        lookAfter(DELAY);
        assertThat(scavenger.look(now, DELAY, PAGES, LEAVE))
                .as("nothing is left to do")
                .isFalse();
        assertThat(heap.committedBytes()).isZero();
    }

    @Test
    void aClockThatJumpsBackDelaysNothingForLong() {
        Loop loop = loop();
        ThreadHeap heap = attach(loop, loop, KIB);
        lookAfter(1_000_000 * DELAY);
        loop.run(() -> use(heap, KIB));
        look();
        lookAfter(-1_000_000 * DELAY);
        assertThat(heap.cachedBytes()).isPositive();
        lookAfter(DELAY);
        lookAfter(DELAY);
        assertThat(heap.cachedBytes()).isZero();
        assertThat(heap.committedBytes()).isZero();
    }

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

    @ParameterizedTest
    @ValueSource(longs = {0, 12345, -DELAY / 2, Long.MAX_VALUE - DELAY / 2, Long.MIN_VALUE})
    void whatALoopHasNotUsedFromOneTurnToTheNextGoesAndNotBefore(long start) {
        now = start;
        Loop loop = loop();
        ThreadHeap heap = attach(loop, loop, KIB);
        look();
        lookAfter(DELAY / 2);
        lookAfter(DELAY / 2 - 1);
        assertThat(heap.cachedBytes()).as("a moment before its time").isPositive();
        lookAfter(1);
        assertThat(heap.cachedBytes()).isZero();
        assertThat(heap.takenBytes()).isZero();
        assertThat(heap.committedBytes()).isZero();
        assertThat(store.residentBytes()).isEqualTo(Superslab.bytes(false));
        assertThat(loop.call(heap::isOwner)).as("the loop keeps its heap").isTrue();
    }

    @Test
    void eachUseBeginsTheDelayAnew() {
        Loop loop = loop();
        ThreadHeap heap = attach(loop, loop, KIB);
        look();
        for (int i = 0; i < 10; i++) {
            loop.run(() -> use(heap, KIB));
            lookAfter(DELAY - 1);
            assertThat(heap.cachedBytes()).isPositive();
        }
        lookAfter(DELAY);
        assertThat(heap.cachedBytes()).isZero();
    }

    @Test
    void anIdleClassIsTrimmedWhileABusyOneIsSpared() {
        Loop loop = loop();
        ThreadHeap heap = attach(loop, loop, KIB);
        loop.run(() -> use(heap, 8 * KIB));
        look();
        for (int i = 0; i < 3; i++) {
            loop.run(() -> use(heap, 8 * KIB));
            lookAfter(DELAY / 2);
        }
        long inBatch = 8L * KIB * Knobs.defaults().batch(SizeClasses.of(8 * KIB));
        assertThat(heap.cachedBytes()).as("the busy class").isEqualTo(inBatch);
        assertThat(heap.takenBytes()).isEqualTo(inBatch);
    }

    @Test
    void whatIsLiveStays() {
        Loop loop = loop();
        ThreadHeap heap = attach(loop, loop, KIB);
        TestBlock live = loop.call(() -> allocate(heap, 5 * KIB));
        live.open(42);
        look();
        lookThroughSilence();
        assertThat(heap.takenBytes()).isEqualTo(5 * KIB);
        assertThat(heap.committedBytes()).isEqualTo(Superslab.bytes(false));
        live.shut();
    }

    @Test
    void aLoopWithNothingIdleIsNotDisturbed() {
        Loop loop = loop();
        List<Runnable> asked = new ArrayList<>();
        ThreadHeap heap = loop.call(() -> {
            ThreadHeap own = registry.attach(asked::add);
            while (own.cachedBytes() > 0 || own.takenBytes() == 0) {
                allocate(own, KIB);
            }
            return own;
        });
        look();
        for (int i = 0; i < 5; i++) {
            lookAfter(DELAY);
        }
        assertThat(asked).isEmpty();
        assertThat(heap.takenBytes()).isPositive();
    }

    /** A heap of a loop that gives it up when it is asked to, used once. */
    private ThreadHeap attachToLeave(Loop loop) {
        return loop.call(() -> {
            ThreadHeap[] heap = new ThreadHeap[1];
            heap[0] = registry.attach(loop, () -> registry.detach(heap[0]));
            use(heap[0], KIB);
            return heap[0];
        });
    }

    @Test
    void aLoopThatDoesNotUseItsHeapGivesItUp() {
        Loop loop = loop();
        ThreadHeap heap = attachToLeave(loop);
        assertThat(registry.isHeldByLoops()).isTrue();
        look();
        lookAfter(DELAY / 2);
        lookAfter(DELAY / 2);
        assertThat(heap.isEmpty()).isTrue();
        lookAfter(DELAY);
        assertThat(registry.isHeldByLoops()).as("not for so short a time").isTrue();
        lookAfter(LEAVE);
        assertThat(registry.isHeldByLoops()).isFalse();
        assertThat(loop.call(heap::isOwner)).isFalse();
        assertThat(attachToLeave(loop)).as("from the shelf").isSameAs(heap);
    }

    @Test
    void aLoopThatHasAnythingLiveKeepsItsHeap() {
        Loop loop = loop();
        ThreadHeap heap = attachToLeave(loop);
        loop.run(() -> allocate(heap, KIB));
        for (int i = 0; i < 10; i++) {
            lookAfter(LEAVE);
        }
        assertThat(loop.call(heap::isOwner)).isTrue();
    }

    @Test
    void aLoopThatUsesItsHeapAgainBeforeItIsAskedKeepsIt() {
        Loop loop = loop();
        List<Runnable> asked = new ArrayList<>();
        boolean[] left = new boolean[1];
        ThreadHeap heap = loop.call(() -> registry.attach(asked::add, () -> left[0] = true));
        look();
        lookAfter(LEAVE);
        assertThat(asked).hasSize(1);
        loop.run(() -> use(heap, KIB));
        loop.run(asked.get(0));
        assertThat(left[0]).isFalse();
        loop.run(() -> heap.trim());
        asked.clear();
        look();
        lookAfter(LEAVE);
        loop.run(asked.get(0));
        assertThat(left[0]).isTrue();
    }

    @Test
    void whatWasReleasedToAnIdleLoopIsTakenInAndGoes() {
        Loop loop = loop();
        ThreadHeap heap = loop.call(() -> registry.attach(loop));
        List<TestBlock> blocks = loop.call(() -> {
            List<TestBlock> all = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                all.add(allocate(heap, KIB));
            }
            return all;
        });
        look();
        blocks.forEach(block -> heap.releaseRemote(block));
        assertThat(heap.remoteCount()).isEqualTo(500);
        lookAfter(DELAY / 2 - 1);
        assertThat(heap.remoteCount()).isEqualTo(500);
        lookThroughSilence();
        assertThat(heap.remoteCount()).isZero();
        assertThat(heap.counters().remoteFrees()).isEqualTo(500);
        assertThat(heap.cachedBytes()).isZero();
        assertThat(heap.committedBytes()).isZero();
    }

    @Test
    void whatComesHomeStaysWhereItsClassIsInUse() {
        Loop loop = loop();
        ThreadHeap heap = loop.call(() -> registry.attach(loop));
        List<TestBlock> quiet = new ArrayList<>();
        List<TestBlock> busy = new ArrayList<>();
        loop.run(() -> {
            for (int i = 0; i < 50; i++) {
                quiet.add(allocate(heap, KIB));
                busy.add(allocate(heap, 2 * KIB));
            }
            for (TestBlock block : busy.subList(45, 50)) {
                heap.cache(block.slab().sizeClass()).push(block.blockId());
            }
        });
        look();
        quiet.forEach(block -> heap.releaseRemote(block));
        busy.subList(0, 40).forEach(block -> heap.releaseRemote(block));
        int busyClass = busy.get(0).slab().sizeClass();
        int quietClass = quiet.get(0).slab().sizeClass();
        loop.run(() -> refill(heap, 8 * KIB)); // so the heap is not idle
        lookAfter(DELAY / 2);
        assertThat(heap.remoteCount()).isZero();
        assertThat(heap.cache(quietClass).size()).as("of the quiet class").isGreaterThanOrEqualTo(50);
        loop.run(() -> {
            for (int i = 0; i < 40; i++) {
                busy.set(i, allocate(heap, 2 * KIB));
            }
            for (TestBlock block : busy.subList(0, 40)) {
                heap.cache(busyClass).push(block.blockId());
            }
        });
        lookAfter(DELAY / 2);
        assertThat(heap.cache(quietClass).size()).as("of the quiet class").isZero();
        assertThat(heap.cache(busyClass).size()).as("of the busy class").isGreaterThanOrEqualTo(40);
    }

    /** Finds the cache empty once at least. */
    private static void refill(ThreadHeap heap, int bytes) {
        for (long before = heap.counters().refills(); heap.counters().refills() == before; ) {
            allocate(heap, bytes);
        }
    }

    @Test
    void aLongQueueOfAnIdleLoopIsTakenInLookByLook() {
        Loop loop = loop();
        ThreadHeap heap = loop.call(() -> registry.attach(loop));
        List<TestBlock> blocks = loop.call(() -> {
            List<TestBlock> all = new ArrayList<>();
            for (int i = 0; i < 5000; i++) {
                all.add(allocate(heap, 64));
            }
            return all;
        });
        look();
        blocks.forEach(block -> heap.releaseRemote(block));
        lookAfter(DELAY);
        for (int looks = 1; heap.remoteCount() > 0; looks++) {
            assertThat(looks).as("looks").isLessThan(10);
            lookAfter(1);
        }
        lookThroughSilence();
        assertThat(heap.committedBytes()).isZero();
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
    void whatTheOwnerNeedsBeforeItComesToTheTaskStays() {
        Loop loop = loop();
        List<Runnable> asked = new ArrayList<>();
        ThreadHeap heap = attach(loop, asked::add, KIB);
        loop.run(() -> use(heap, 8 * KIB));
        look();
        lookAfter(DELAY / 2);
        assertThat(asked).hasSize(1);
        loop.run(asked.remove(0));
        assertThat(heap.cachedBytes()).as("laid aside").isEqualTo(2 * 16 * KIB);
        lookAfter(DELAY / 2);
        loop.run(() -> {
            use(heap, KIB);
            asked.remove(0).run();
        });
        assertThat(heap.cachedBytes()).as("used meanwhile").isEqualTo(16 * KIB);
        lookAfter(DELAY / 2);
        loop.run(asked.remove(0));
        assertThat(heap.cachedBytes()).isZero();
    }

    @Test
    void aBusyLoopIsAskedOnce() {
        Loop loop = loop();
        List<Runnable> asked = new ArrayList<>();
        ThreadHeap heap = attach(loop, asked::add, KIB);
        look();
        for (int i = 0; i < 5; i++) {
            lookAfter(DELAY);
        }
        assertThat(asked).hasSize(1);
        loop.run(asked.remove(0));
        lookAfter(1); // not half a delay later: it has waited long enough
        assertThat(asked).hasSize(1);
        loop.run(asked.remove(0));
        assertThat(heap.committedBytes()).isZero();
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

    @Test
    void aHeapThatComesLaterHasADelayOfItsOwn() {
        look();
        now += 100 * DELAY;
        Loop loop = loop();
        ThreadHeap heap = attach(loop, loop, KIB);
        look();
        assertThat(heap.cachedBytes()).isPositive();
        lookAfter(DELAY / 2 - 1);
        lookAfter(1);
        assertThat(heap.cachedBytes()).isPositive();
        lookAfter(DELAY / 2);
        assertThat(heap.cachedBytes()).isZero();
    }

    @Test
    void whatWasTrimmedAndComesBackIsFoundAgain() {
        Loop loop = loop();
        ThreadHeap heap = attach(loop, loop, KIB);
        for (int round = 0; round < 3; round++) {
            look();
            lookThroughSilence();
            assertThat(heap.committedBytes()).isZero();
            loop.run(() -> use(heap, KIB));
            assertThat(heap.committedBytes()).isPositive();
        }
    }
}
