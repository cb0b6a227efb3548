/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static io.github.acealloc.heap.HeapRig.KIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.TestBlock;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a heap gives back when somebody has seen that it does not use it, and how that is seen. */
class TrimIdleTest {
    private static final int ONE = SizeClasses.of(KIB);
    private static final int TWO = SizeClasses.of(2 * KIB);

    private final HeapRig rig = new HeapRig().caches(8, 4);
    private final ThreadHeap heap = rig.heap;

    @AfterEach
    void holdsTheLaws() {
        rig.expectLaws();
    }

    private static long[] spared() {
        long[] activity = new long[SizeClasses.COUNT];
        Arrays.fill(activity, -1);
        return activity;
    }

    private void use(int bytes) {
        TestBlock block = rig.allocate(bytes);
        if (rig.cache(bytes).isSampleDue()) {
            rig.cache(bytes).restartSampling();
        }
        rig.release(block);
    }

    @Test
    void whatHasDoneNothingSinceGoesAndTheRestStays() {
        use(KIB);
        use(2 * KIB);
        long[] seen = spared();
        seen[ONE] = heap.activity(ONE);
        seen[TWO] = heap.activity(TWO);
        use(2 * KIB);
        heap.trimIdle(seen, heap.activity(), false);
        assertThat(rig.cached(KIB)).isEmpty();
        assertThat(rig.cached(2 * KIB)).hasSize(4);
        assertThat(heap.takenBytes()).isEqualTo(4 * 2 * KIB);
    }

    @Test
    void aSparedClassStays() {
        use(KIB);
        use(2 * KIB);
        long[] seen = spared();
        seen[TWO] = heap.activity(TWO);
        heap.trimIdle(seen, heap.activity(), false);
        assertThat(rig.cached(KIB)).hasSize(4);
        assertThat(rig.cached(2 * KIB)).isEmpty();
    }

    @Test
    void warmSlabsOfAnIdleClassGoWithItsCache() {
        rig.prefill(3).allocate(KIB, 100);
        assertThat(heap.slabs().warmCount(ONE)).isEqualTo(1);
        assertThat(heap.holdsIdle(ONE)).isTrue();
        long[] seen = spared();
        seen[ONE] = heap.activity(ONE);
        heap.trimIdle(seen, heap.activity(), false);
        assertThat(heap.slabs().warmCount(ONE)).isZero();
        assertThat(rig.cached(KIB)).isEmpty();
        assertThat(heap.holdsIdle(ONE)).isFalse();
        assertThat(heap.takenBytes()).as("what is live").isEqualTo(100 * KIB);
    }

    @Test
    void whatCameHomeMeanwhileIsTakenInAndEmptySuperslabsGo() {
        List<TestBlock> blocks = rig.allocate(1 << 20, 2);
        rig.releaseElsewhere(blocks);
        assertThat(heap.holdsIdle()).isTrue();
        long[] seen = spared();
        heap.trimIdle(seen, heap.activity(), false);
        assertThat(heap.remoteCount()).isZero();
        assertThat(heap.cachedBytes()).isEqualTo(2 << 20);
        int sizeClass = SizeClasses.of(1 << 20);
        seen[sizeClass] = heap.activity(sizeClass);
        heap.trimIdle(seen, heap.activity(), false);
        assertThat(heap.holdsIdle()).isFalse();
        assertThat(rig.inService()).isZero();
        assertThat(rig.store.residentBytes()).isEqualTo(2L * Superslab.bytes(false));
    }

    @Test
    void takesInABoundedNumberAtATime() {
        List<TestBlock> blocks = rig.allocate(64, 4000);
        while (!rig.cached(64).isEmpty()) {
            blocks.add(rig.allocate(64));
        }
        rig.releaseElsewhere(blocks);
        int waiting = blocks.size();
        while (waiting > 0) {
            assertThat(heap.holdsIdle()).isTrue();
            heap.trimIdle(spared(), heap.activity(), false);
            assertThat(heap.remoteCount()).as("a batch at least").isLessThanOrEqualTo(Math.max(waiting - 1024, 0));
            waiting = heap.remoteCount();
        }
    }

    @Test
    void anEmptySuperslabIsIdle() {
        rig.caches(0, 1);
        rig.release(rig.allocate(1 << 20));
        assertThat(heap.slabs().hasEmptySuperslab()).isTrue();
        assertThat(heap.holdsIdle()).isTrue();
        heap.trimIdle(spared(), heap.activity(), false);
        assertThat(heap.holdsIdle()).isFalse();
        assertThat(rig.inService()).isZero();
    }

    @Test
    void everyUseOfAClassShows() {
        long before = heap.activity(ONE);
        TestBlock block = rig.allocate(KIB);
        assertThat(rig.cache(KIB).isSampleDue()).isTrue();
        rig.cache(KIB).restartSampling();
        long allocated = heap.activity(ONE);
        assertThat(allocated).isNotEqualTo(before);
        rig.release(block);
        long released = heap.activity(ONE);
        assertThat(released).isNotEqualTo(allocated).isNotEqualTo(before);
        use(KIB);
        assertThat(heap.activity(ONE))
                .as("as much in the cache, one allocation later")
                .isNotEqualTo(released);
        assertThat(heap.activity(TWO)).as("another class").isEqualTo(before);
    }

    @Test
    void refillsAndSpillsShowInTheHeapsOwnActivity() {
        long before = heap.activity();
        List<TestBlock> blocks = rig.allocate(KIB, 4);
        assertThat(heap.activity()).as("a refill").isEqualTo(before + 1);
        rig.allocate(KIB, 4).forEach(rig::release);
        blocks.forEach(rig::release);
        assertThat(heap.activity()).as("another").isEqualTo(before + 2);
        use(KIB);
        assertThat(heap.activity()).as("from the cache").isEqualTo(before + 2);
        rig.allocate(KIB, 9).forEach(rig::release);
        assertThat(heap.activity()).as("one more, and a spill").isEqualTo(before + 4);
    }

    @Test
    void anUnusedHeapHoldsNothingIdle() {
        assertThat(heap.holdsIdle()).isFalse();
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            assertThat(heap.holdsIdle(c)).isFalse();
            assertThat(heap.activity(c)).isNotNegative();
        }
    }

    @Test
    void onlyTheOwnerTrims() {
        try (Loop loop = new Loop()) {
            assertThatThrownBy(() -> loop.run(() -> heap.trimIdle(spared(), heap.activity(), false)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageStartingWith("owner: Thread[");
        }
    }
}
