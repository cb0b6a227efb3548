/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.TestBlock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Idle memory of a loop is found by a clock that the test turns, and goes when its time has come. */
class ScavengerTest extends ScavengerRig {
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
