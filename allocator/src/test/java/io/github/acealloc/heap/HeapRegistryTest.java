/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static io.github.acealloc.heap.HeapRig.KIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.TestBlock;
import io.github.acealloc.testing.Threads;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which thread gets which heap. */
class HeapRegistryTest {
    private final HeapRig rig = new HeapRig();
    private final HeapRegistry registry = new HeapRegistry(rig::newHeap, 1);
    private final List<Loop> loops = new ArrayList<>();

    @AfterEach
    void endLoops() {
        loops.forEach(Loop::close);
    }

    private Loop loop() {
        Loop loop = new Loop();
        loops.add(loop);
        return loop;
    }

    private static TestBlock allocate(ThreadHeap heap) {
        return (TestBlock) heap.block(heap.cache(SizeClasses.of(KIB)).pop());
    }

    @Test
    void eachEventLoopGetsAHeapOfItsOwn() {
        Loop a = loop();
        Loop b = loop();
        ThreadHeap heapA = a.call(() -> registry.attach(a));
        ThreadHeap heapB = b.call(() -> registry.attach(b));
        assertThat(heapA).isNotSameAs(heapB);
        assertThat(heapA.executor()).isSameAs(a);
        assertThat(a.call(heapA::isOwner)).isTrue();
        assertThat(registry.heaps()).containsExactly(heapA, heapB);
    }

    @Test
    void aDetachedHeapIsAdoptedWholeByTheNextLoop() {
        Loop a = loop();
        Loop b = loop();
        ThreadHeap heap = a.call(() -> registry.attach(a));
        List<TestBlock> blocks = a.call(() -> List.of(allocate(heap), allocate(heap)));
        a.run(() -> registry.detach(heap));
        assertThat(heap.executor()).isNull();
        assertThat(heap.cachedBytes()).as("only who allocates needs a cache").isZero();
        assertThat(heap.takenBytes()).isEqualTo(2 * KIB);
        rig.releaseElsewhere(blocks.subList(0, 1));

        assertThat(b.call(() -> registry.attach(b))).isSameAs(heap);
        assertThat(heap.counters().adoptions()).isEqualTo(1);
        assertThat(heap.executor()).isSameAs(b);
        assertThat(registry.heaps()).containsExactly(heap);
        b.run(heap::trim);
        assertThat(heap.remoteCount()).isZero();
        assertThat(heap.takenBytes()).isEqualTo(KIB);
    }

    @Test
    void aHeapWhoseThreadEndedWithoutDetachIsAdopted() {
        Loop a = loop();
        Loop b = loop();
        ThreadHeap heap = a.call(() -> registry.attach(a));
        a.end();
        assertThat(b.call(() -> registry.attach(b))).isSameAs(heap);
        assertThat(b.call(heap::isOwner)).isTrue();
        assertThat(heap.counters().adoptions()).isEqualTo(1);
    }

    @Test
    void theOtherShelvedHeapServesMeanwhile() {
        Loop borrower = loop();
        for (int borrowed = 0; borrowed < 2; borrowed++) {
            List<ThreadHeap> heaps = List.of(registry.attach(Runnable::run), registry.attach(Runnable::run));
            heaps.forEach(registry::detach);
            ThreadHeap busy = heaps.get(borrowed);
            assertThat(borrower.call(busy::tryBorrow)).isTrue();
            ThreadHeap other = registry.attach(Runnable::run);
            assertThat(other).isSameAs(heaps.get(1 - borrowed));
            borrower.run(busy::giveUp);
            registry.detach(other);
        }
        assertThat(registry.heaps()).hasSize(2);
    }

    @Test
    void aShelvedHeapThatIsBorrowedAtTheMomentIsPassedOver() {
        ThreadHeap heap = registry.attach(Runnable::run);
        registry.detach(heap);
        Loop borrower = loop();
        assertThat(borrower.call(heap::tryBorrow)).isTrue();
        ThreadHeap second = registry.attach(Runnable::run);
        assertThat(second).isNotSameAs(heap);
        borrower.run(heap::giveUp);
        assertThat(registry.attach(Runnable::run)).as("still on the shelf").isSameAs(heap);
    }

    @Test
    void aStripeWhoseBorrowerDiedStaysAStripe() {
        Loop borrower = loop();
        ThreadHeap stripe = borrower.call(registry::borrowStripe);
        ThreadHeap other = borrower.call(registry::borrowStripe);
        borrower.end();
        Loop a = loop();
        assertThat(a.call(() -> registry.attach(a))).isNotIn(stripe, other);
        ThreadHeap again = registry.borrowStripe();
        assertThat(again).isIn(stripe, other);
        again.giveUp();
        registry.trim(null);
        assertThat(stripe.tryBorrow()).isTrue();
        assertThat(other.tryBorrow()).isTrue();
        Loop b = loop();
        assertThat(b.call(() -> registry.attach(b))).as("from no shelf").isNotIn(stripe, other);
    }

    @Test
    void anExecutorThatFailsKeepsNoOtherHeapFromBeingTrimmedOrClosed() {
        AtomicInteger asked = new AtomicInteger();
        Loop a = loop();
        a.run(() -> registry.attach(task -> {
            asked.incrementAndGet();
            throw new OutOfMemoryError("unable to create native thread");
        }));
        Loop b = loop();
        ThreadHeap heap = b.call(() -> registry.attach(b));
        b.run(() -> heap.cache(0).push(heap.cache(0).pop()));
        registry.trim(null);
        registry.trim(null);
        assertThat(asked).as("not given up after the first failure").hasValue(2);
        await().untilAsserted(() -> assertThat(heap.committedBytes()).isZero());
        registry.close(() -> registry.detach(heap));
        await().untilAsserted(() -> assertThat(heap.executor()).isNull());
        assertThat(asked).hasValue(4);
    }

    @Test
    void stripesAreTwiceTheProcessorsAndAPowerOfTwo() {
        for (int[] processorsAndStripes : new int[][] {{1, 2}, {2, 4}, {3, 8}, {4, 8}, {1000, 64}}) {
            HeapRegistry wide = new HeapRegistry(rig::newHeap, processorsAndStripes[0]);
            Set<ThreadHeap> borrowed = new HashSet<>();
            for (int i = 0; i < processorsAndStripes[1]; i++) {
                assertThat(borrowed.add(wide.borrowStripe())).isTrue();
            }
            assertThat(wide.heaps()).hasSize(processorsAndStripes[1]);
            borrowed.forEach(ThreadHeap::giveUp);
            for (int i = 0; i < 100; i++) {
                assertThat(borrowed).contains(borrowedByAnotherThread(wide));
            }
        }
    }

    @Test
    void threadsBeginAtDifferentStripes() {
        HeapRegistry wide = new HeapRegistry(rig::newHeap, 1000);
        for (int i = 0; i < 64; i++) {
            borrowedByAnotherThread(wide);
        }
        assertThat(wide.heaps()).hasSizeGreaterThan(16);
    }

    @Test
    void ofTwoThreadsThatComeToANewStripeOneMakesIt() {
        AtomicReference<Thread> second = new AtomicReference<>();
        AtomicInteger made = new AtomicInteger();
        HeapRegistry narrow = new HeapRegistry(
                () -> {
                    if (made.getAndIncrement() == 0) {
                        await().until(() -> second.get().getState() == Thread.State.BLOCKED);
                    }
                    return rig.newHeap();
                },
                0);
        second.set(new Thread(() -> narrow.borrowStripe().giveUp()));
        Thread first = new Thread(() -> narrow.borrowStripe().giveUp());
        first.start();
        await().until(() -> made.get() == 1);
        second.get().start();
        Threads.join(first);
        Threads.join(second.get());
        assertThat(made).hasValue(1);
        assertThat(narrow.heaps()).hasSize(1);
    }

    /** The stripe that a thread without a past comes by. */
    private static ThreadHeap borrowedByAnotherThread(HeapRegistry registry) {
        AtomicReference<ThreadHeap> got = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            got.set(registry.borrowStripe());
            got.get().giveUp();
        });
        thread.start();
        Threads.join(thread);
        return got.get();
    }

    @Test
    void aThreadThatFindsAllStripesTakenWaitsForOneWithoutParking() {
        ThreadHeap one = registry.borrowStripe();
        ThreadHeap two = registry.borrowStripe();
        assertThat(one).isNotSameAs(two);
        AtomicReference<ThreadHeap> got = new AtomicReference<>();
        Thread third = new Thread(() -> got.set(registry.borrowStripe()));
        third.start();
        for (int i = 0; i < 50; i++) {
            assertThat(third.getState()).isEqualTo(Thread.State.RUNNABLE);
            Threads.pause();
        }
        assertThat(got.get()).isNull();
        two.giveUp();
        await().untilAsserted(() -> assertThat(got.get()).isSameAs(two));
        assertThat(registry.heaps()).hasSize(2);
    }

    @Test
    void aThreadThatWaitsForAStripeLearnsThatTheRegistryIsClosed() {
        ThreadHeap one = registry.borrowStripe();
        ThreadHeap two = registry.borrowStripe();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread third = new Thread(registry::borrowStripe);
        third.setUncaughtExceptionHandler((t, e) -> thrown.set(e));
        third.start();
        Threads.pause();
        registry.close(() -> {});
        await().untilAsserted(() -> assertThat(thrown.get())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the allocator is closed"));
        one.giveUp();
        two.giveUp();
    }

    @Test
    void aClosedRegistryGivesOutNothing() {
        ThreadHeap shelved = registry.attach(Runnable::run);
        registry.detach(shelved);
        registry.close(() -> {});
        assertThatThrownBy(() -> registry.attach(Runnable::run)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(registry::borrowStripe).isInstanceOf(IllegalStateException.class);
        assertThat(shelved.isOwner()).isFalse();
        assertThat(registry.heaps()).as("refusing leaves nothing behind").containsExactly(shelved);
    }

    /** A registry that is closed by somebody else while it makes a heap. */
    private HeapRegistry closedMeanwhile() {
        AtomicReference<HeapRegistry> closing = new AtomicReference<>();
        closing.set(new HeapRegistry(
                () -> {
                    closing.get().close(() -> {});
                    return rig.newHeap();
                },
                1));
        return closing.get();
    }

    @Test
    void aHeapThatIsMadeDuringCloseIsNotKeptByItsLoop() {
        HeapRegistry closing = closedMeanwhile();
        assertThatThrownBy(() -> closing.attach(Runnable::run)).isInstanceOf(IllegalStateException.class);
        assertThat(closing.heaps()).hasSize(1).noneMatch(ThreadHeap::isOwner);
        assertThat(closing.heaps().get(0).executor()).isNull();
    }

    @Test
    void aStripeThatIsMadeDuringCloseGivesItsMemoryBack() {
        rig.store.close();
        ThreadHeap stripe = closedMeanwhile().borrowStripe();
        TestBlock block = allocate(stripe);
        stripe.cache(block.slab().sizeClass()).push(block.blockId());
        assertThat(rig.budget.committed()).isPositive();
        stripe.giveUp();
        assertThat(rig.budget.committed()).isZero();
    }

    @Test
    void trimsWhatTheCallerCanHaveNow() {
        ThreadHeap own = registry.attach(task -> {
            throw new AssertionError("the caller can do it itself");
        });
        ThreadHeap stripe = registry.borrowStripe();
        Loop dying = loop();
        ThreadHeap dead = dying.call(() -> registry.attach(dying));
        Loop living = loop();
        List<Runnable> asked = new ArrayList<>();
        ThreadHeap foreign = living.call(() -> registry.attach(asked::add));
        own.cache(SizeClasses.of(KIB)).push(own.cache(SizeClasses.of(KIB)).pop());
        stripe.cache(SizeClasses.of(KIB)).push(stripe.cache(SizeClasses.of(KIB)).pop());
        stripe.giveUp();
        for (ThreadHeap heap : List.of(dead, foreign)) {
            (heap == dead ? dying : living)
                    .run(() -> heap.cache(SizeClasses.of(KIB))
                            .push(heap.cache(SizeClasses.of(KIB)).pop()));
        }
        dying.end();
        assertThat(rig.budget.committed()).isEqualTo(4L * Superslab.bytes(false));

        registry.trim(null);
        assertThat(own.committedBytes()).as("the caller's own").isZero();
        assertThat(stripe.committedBytes()).as("without an owner").isZero();
        assertThat(dead.committedBytes()).as("of a thread that ended").isZero();
        assertThat(foreign.committedBytes()).as("of a thread that lives").isPositive();
        assertThat(asked).as("which is asked to do it").hasSize(1);
        assertThat(own.isOwner()).isTrue();
        assertThat(List.of(stripe, dead)).noneMatch(ThreadHeap::isOwner);
        assertThat(living.call(foreign::isOwner)).isTrue();
        assertThat(registry.attach(Runnable::run)).as("on the shelf now").isSameAs(dead);
    }

    @Test
    void aTaskIsDoneByTheOwnerAtOnceOrBorrowingOrAsTheNextOfItsTasks() {
        ThreadHeap own = registry.attach(Runnable::run);
        ThreadHeap shelved = registry.attach(Runnable::run);
        Loop living = loop();
        List<Runnable> asked = new ArrayList<>();
        ThreadHeap foreign = living.call(() -> registry.attach(asked::add));
        registry.detach(shelved);
        List<ThreadHeap> done = new ArrayList<>();
        for (ThreadHeap heap : List.of(own, shelved, foreign)) {
            registry.run(heap, h -> {
                assertThat(h.isOwner()).isTrue();
                done.add(h);
            });
        }
        assertThat(done).containsExactly(own, shelved);
        assertThat(own.isOwner()).isTrue();
        assertThat(shelved.isOwner()).isFalse();
        registry.awaitAsked();
        asked.get(0).run();
        assertThat(done).as("not on another thread").hasSize(2);
        registry.run(foreign, done::add);
        registry.awaitAsked();
        living.run(asked.get(1));
        assertThat(done).containsExactly(own, shelved, foreign);
    }

    @Test
    void aTaskThatFailsLeavesTheHeapWithItsOwnerOrWithNone() {
        ThreadHeap shelved = registry.attach(Runnable::run);
        Loop dying = loop();
        ThreadHeap dead = dying.call(() -> registry.attach(dying));
        dying.end();
        registry.detach(shelved);
        for (ThreadHeap heap : List.of(shelved, dead)) {
            assertThatThrownBy(() -> registry.run(heap, h -> {
                        throw new IllegalStateException("task");
                    }))
                    .hasMessage("task");
            assertThat(heap.isOwner()).isFalse();
            assertThat(heap.tryBorrow()).isTrue();
            heap.giveUp();
        }
        assertThat(List.of(registry.attach(Runnable::run), registry.attach(Runnable::run)))
                .as("both are on the shelf")
                .containsExactlyInAnyOrder(shelved, dead);
    }

    @Test
    void trimsARequesterThatIsNotInTheRegistryToo() {
        rig.allocate(KIB);
        registry.trim(rig.heap);
        assertThat(rig.heap.cachedBytes()).as("not in the registry").isPositive();
        ThreadHeap own = registry.attach(Runnable::run);
        allocate(own);
        registry.trim(own);
        assertThat(own.cachedBytes()).isZero();
    }

    @Test
    void closingEvictsEachLoopOnItsOwnThread() {
        Loop a = loop();
        ThreadHeap heap = a.call(() -> registry.attach(a));
        TestBlock block = a.call(() -> allocate(heap));
        AtomicReference<Thread> evicted = new AtomicReference<>();
        rig.store.close();
        registry.close(() -> {
            evicted.set(Thread.currentThread());
            registry.detach(heap);
        });
        await().untilAsserted(() -> assertThat(evicted.get()).isNotNull());
        a.run(() -> assertThat(evicted.get()).isSameAs(Thread.currentThread()));
        assertThat(heap.cachedBytes()).isZero();
        heap.releaseRemote(block);
        assertThat(rig.budget.committed()).isZero();
    }

    @Test
    void closingTakesTheHeapOfALoopThatEnded() {
        Loop a = loop();
        ThreadHeap heap = a.call(() -> registry.attach(a));
        a.run(() -> allocate(heap));
        a.end();
        registry.close(() -> {
            throw new AssertionError("nobody is there to be evicted");
        });
        assertThat(heap.cachedBytes()).isZero();
        assertThat(heap.takenBytes()).isEqualTo(KIB);
    }
}
