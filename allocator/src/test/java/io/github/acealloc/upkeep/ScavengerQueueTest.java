/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.TestBlock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What others released to a loop is taken in for it, and a heap that it does not use is given up. */
class ScavengerQueueTest extends ScavengerRig {
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatTakesLongerThanOnePassGoesOnAtOnceAndThenEnds(boolean others) {
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
            boolean unfinished = (others && passes > 0)
                    ? scavenger.goOn(now, DELAY, PAGES, LEAVE) // when it is not yet time for all heaps
                    : scavenger.look(now, DELAY, PAGES, LEAVE);
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
        assertThat(scavenger.goOn(now, DELAY, PAGES, LEAVE))
                .as("nor to go on with")
                .isFalse();
        assertThat(heap.committedBytes()).isZero();
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
}
