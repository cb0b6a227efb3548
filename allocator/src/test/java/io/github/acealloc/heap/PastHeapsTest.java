/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static io.github.acealloc.heap.HeapRig.KIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.Racers;
import io.github.acealloc.testing.TestBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Heaps of loops that came and went go, but for a few; what they did is counted on, and no release is lost. */
class PastHeapsTest {
    /** As many stripes as there are for one processor. */
    private static final int KEPT = 2;

    private final HeapRig rig = new HeapRig();
    private final HeapRegistry registry = new HeapRegistry(rig::newHeap, 1);

    private static TestBlock allocate(ThreadHeap heap) {
        HotCache cache = heap.cache(SizeClasses.of(KIB));
        TestBlock block = (TestBlock) heap.block(cache.pop());
        if (cache.isSampleDue()) {
            cache.restartSampling();
        }
        return block;
    }

    private long allocations() {
        HeapRegistry.Census all = registry.census();
        return all.past().allocations(SizeClasses.of(KIB))
                + all.heaps().stream().mapToLong(ThreadHeap::allocations).sum();
    }

    /** Loops that live at the same time, allocate once each, and end; some keep the block. */
    private List<TestBlock> comeAndGo(int loops, int liveEvery) {
        List<Loop> all = new ArrayList<>();
        List<TestBlock> live = new ArrayList<>();
        for (int i = 0; i < loops; i++) {
            boolean keeps = liveEvery > 0 && i % liveEvery == 0;
            Loop loop = new Loop();
            all.add(loop);
            loop.run(() -> {
                ThreadHeap heap = registry.attach(loop);
                TestBlock block = allocate(heap);
                if (keeps) {
                    live.add(block);
                } else {
                    heap.cache(block.slab().sizeClass()).push(block.blockId());
                }
            });
        }
        for (ThreadHeap heap : List.copyOf(registry.heaps())) {
            if (heap.executor() instanceof Loop loop) {
                loop.run(() -> registry.detach(heap));
            }
        }
        all.forEach(Loop::close);
        return live;
    }

    @Test
    void thoseThatHoldNothingGoButForAFew() {
        comeAndGo(20, 0);
        assertThat(registry.heaps()).hasSize(KEPT);
        assertThat(allocations()).isEqualTo(20);
        assertThat(registry.census().past().counters().refills()).isEqualTo(20 - KEPT);
        assertThat(registry.census().past().refills(SizeClasses.of(KIB))).isEqualTo(20 - KEPT);
        assertThat(registry.census().past().refills(SizeClasses.of(2 * KIB))).isZero();
        comeAndGo(1, 0);
        assertThat(registry.heaps()).as("one was adopted").hasSize(KEPT);
        assertThat(allocations()).isEqualTo(21);
    }

    @Test
    void whatHoldsALiveBlockStaysUntilThatIsReleased() {
        List<TestBlock> live = comeAndGo(20, 4);
        assertThat(live).hasSize(5);
        assertThat(live).allSatisfy(block -> assertThat(registry.heaps()).contains((ThreadHeap) block.heap()));
        registry.sweep();
        assertThat(live).allSatisfy(block -> assertThat(registry.heaps()).contains((ThreadHeap) block.heap()));
        rig.releaseElsewhere(live);
        registry.trim(null);
        registry.sweep();
        assertThat(registry.heaps()).hasSize(KEPT);
        assertThat(allocations()).isEqualTo(20);
        rig.store.trim();
        assertThat(rig.budget.committed()).isZero();
    }

    /** A wrong program: it releases a block for the second time, after the block's heap has gone. */
    @Test
    void aStaleReleaseMeansNothing() {
        List<TestBlock> stale = comeAndGo(20, 1);
        rig.releaseElsewhere(stale);
        registry.trim(null);
        registry.sweep();
        ThreadHeap gone = stale.stream()
                .map(block -> (ThreadHeap) block.heap())
                .filter(heap -> !registry.heaps().contains(heap))
                .findFirst()
                .orElseThrow();
        TestBlock block =
                stale.stream().filter(b -> b.heap() == gone).findFirst().orElseThrow();
        block.refuseArrival();
        gone.releaseRemote(block);
        assertThat(gone.isEmpty()).isTrue();
        assertThat(gone.tryBorrow()).isTrue();
        try (Loop other = new Loop()) {
            other.run(() -> gone.releaseRemote(block));
        }
        assertThat(gone.remoteCount())
                .as("in the queue while somebody has the heap")
                .isEqualTo(1);
        gone.giveUp();
        assertThat(gone.remoteCount()).as("taken in by who gave it up").isZero();
        assertThat(gone.isEmpty()).isTrue();
    }

    /** Blocks of loops that end are released elsewhere while others adopt, sweep and trim: all come home, and no heap with a block goes. */
    @Test
    void noReleaseIsLostWhileHeapsGo() {
        AtomicBoolean running = new AtomicBoolean(true);
        AtomicLong handedOut = new AtomicLong();
        Racers racers = new Racers();
        for (int i = 0; i < 3; i++) {
            racers.on(() -> {
                try {
                    for (int round = 0; round < 400; round++) {
                        try (Loop a = new Loop();
                                Loop b = new Loop()) {
                            ThreadHeap[] heaps = {a.call(() -> registry.attach(a)), b.call(() -> registry.attach(b))};
                            TestBlock ofA = a.call(() -> allocate(heaps[0]));
                            TestBlock ofB = b.call(() -> allocate(heaps[1]));
                            handedOut.addAndGet(2);
                            a.execute(() -> registry.detach(heaps[0]));
                            heaps[0].releaseRemote(ofA);
                            b.run(() -> registry.detach(heaps[1]));
                            heaps[1].releaseRemote(ofB);
                            a.end(); // what it was given is done
                            b.end();
                        }
                    }
                } finally {
                    running.set(false);
                }
            });
        }
        racers.on(() -> {
            while (running.get()) {
                registry.sweep();
                registry.trim(null);
            }
        });
        racers.go();
        registry.trim(null);
        registry.sweep();
        assertThat(registry.heaps()).hasSizeLessThanOrEqualTo(KEPT);
        assertThat(allocations()).isEqualTo(handedOut.get());
        rig.store.trim();
        assertThat(rig.budget.committed()).as("every block has come home").isZero();
    }
}
