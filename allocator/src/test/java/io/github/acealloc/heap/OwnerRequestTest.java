/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static io.github.acealloc.heap.OwnerRequest.PATIENCE_NANOS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.TestBlock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An owner is asked once, and again when the task that asked it must be lost. */
class OwnerRequestTest {
    private final OwnerRequest request = new OwnerRequest();
    private final HeapRig rig = new HeapRig();
    private long now = -5;

    @Test
    void isMadeOnceUntilItIsAnswered() {
        assertThat(request.begin(now)).isTrue();
        assertThat(request.begin(now + PATIENCE_NANOS - 1)).isFalse();
        request.end();
        assertThat(request.begin(now)).isTrue();
        assertThat(request.begin(now)).isFalse();
    }

    @Test
    void isMadeAgainEverMoreSeldom() {
        List<Long> times = new ArrayList<>();
        for (long seconds = 0; seconds < 24 * 3600; seconds++) {
            if (request.begin(seconds * 1_000_000_000L)) {
                times.add(seconds);
            }
        }
        assertThat(times).startsWith(0L, 10L, 30L, 70L, 150L).hasSizeLessThan(20);
        request.end();
        assertThat(request.begin(0)).isTrue();
        assertThat(request.begin(PATIENCE_NANOS)).isTrue();
    }

    @Test
    void anExecutorThatDropsATaskIsAskedAgain() {
        ThreadHeap heap = new ThreadHeap(7, rig.store, TestBlock.BINDER, rig.budget, () -> rig.knobs, () -> now);
        List<Runnable> given = new ArrayList<>();
        try (Loop owner = new Loop()) {
            owner.run(() -> {
                assertThat(heap.tryBorrow()).isTrue();
                heap.tasks().owner(given::add, null);
            });
            trim(heap);
            trim(heap);
            assertThat(given).hasSize(1); // and it is never run
            now += PATIENCE_NANOS;
            trim(heap);
            assertThat(given).hasSize(2);
            owner.run(given.get(1));
            trim(heap);
            assertThat(given).hasSize(3);
        }
    }

    private static void trim(ThreadHeap heap) {
        heap.tasks().requestTrim();
        Asker.INSTANCE.await();
    }
}
