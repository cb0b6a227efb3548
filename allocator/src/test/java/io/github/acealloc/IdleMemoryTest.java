/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.testing.Engine;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.TestBlock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** After a burst nobody does anything, and the memory goes back all the same: the governor at work. */
class IdleMemoryTest {
    private static final int KIB = 1 << 10;
    private static final int HUGE = 3 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Engine engine = Engine.of(true, 256L << 20);
    private final AceAllocator allocator = engine.allocator();
    private final Loop loop = new Loop();
    private final Loop other = new Loop();
    private final ThreadHeap heap = loop.call(() -> allocator.attach(loop));

    @BeforeEach
    void hasten() {
        allocator.knobs(Engine.KNOBS.withPurgeDelay(TimeUnit.MILLISECONDS.toNanos(20)));
    }

    @AfterEach
    void closesClean() {
        allocator.close(() -> {
            if (heap.isOwner()) {
                allocator.detach(heap);
            }
        });
        loop.settle();
        loop.close();
        other.close();
        await().untilAsserted(() -> assertThat(engine.memory().reservedBytes()).isZero());
        engine.expectNothingCommitted();
    }

    private List<TestBlock> burst(ThreadHeap own) {
        List<TestBlock> blocks = new ArrayList<>();
        for (int size = 16; size <= 1 << 20; size *= 2) {
            for (int i = 0; i < Math.min(Math.max((2 << 20) / size, 2), 300); i++) {
                blocks.add(own == null ? engine.allocate(size) : engine.allocate(own, size));
            }
        }
        blocks.add(engine.allocate(HUGE));
        return blocks;
    }

    private void awaitSilence(long most) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(allocator.committedBytes()).isLessThanOrEqualTo(most);
            assertThat(engine.budget().committed()).isEqualTo(allocator.committedBytes());
        });
    }

    @Test
    void ofALoopThatReleasedItself() {
        loop.run(() -> burst(heap).forEach(engine::release));
        assertThat(allocator.committedBytes()).isPositive();
        awaitSilence(0);
        assertThat(engine.memory().outBytes()).isZero();
        assertThat(loop.call(heap::isOwner)).isTrue();
    }

    @Test
    void ofALoopWhoseBlocksWereReleasedElsewhere() {
        List<TestBlock> blocks = loop.call(() -> burst(heap));
        other.run(() -> blocks.forEach(engine::release));
        assertThat(heap.remoteCount()).isPositive();
        awaitSilence(0);
        assertThat(heap.remoteCount()).isZero();
    }

    @Test
    void ofThreadsThatHaveNoHeap() {
        burst(null).forEach(engine::release);
        other.run(() -> burst(null).forEach(engine::release));
        awaitSilence(0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofALoopThatEnded(boolean withAWord) {
        List<TestBlock> blocks = loop.call(() -> burst(heap));
        if (withAWord) {
            loop.run(() -> allocator.detach(heap));
        }
        loop.end();
        blocks.forEach(engine::release);
        awaitSilence(0);
    }

    @Test
    void whatIsLiveStaysAndKeepsItsPagesOnly() {
        List<TestBlock> blocks = loop.call(() -> burst(heap));
        TestBlock live = blocks.remove(blocks.size() / 2);
        live.open(42);
        loop.run(() -> blocks.forEach(engine::release));
        awaitSilence(live.slab().blockBytes() + 3L * OsMemory.PAGE);
        live.shut();
        loop.run(() -> engine.release(live));
        awaitSilence(0);
    }

    @Test
    void theNextBurstFindsItAgain() {
        int requestsOfFirst = 0;
        for (int round = 0; round < 3; round++) {
            loop.run(() -> {
                List<TestBlock> blocks = burst(heap);
                for (int i = 0; i < blocks.size(); i++) {
                    blocks.get(i).open(i);
                }
                blocks.forEach(TestBlock::shut);
                blocks.forEach(engine::release);
            });
            awaitSilence(0);
            requestsOfFirst = round == 0 ? engine.memory().requests() : requestsOfFirst;
        }
        assertThat(engine.memory().requests() - requestsOfFirst)
                .as("for the huge block, and hardly ever a superslab")
                .isLessThan(2 + requestsOfFirst / 2);
        long purged = allocator.store().purgedBytes();
        assertThat(purged).isPositive();
        assertThat(engine.memory().reservedBytes())
                .as("address ranges kept, all without pages")
                .isEqualTo(purged);
    }

    @Test
    void aBusyLoopKeepsWhatItUses() {
        loop.run(() -> burst(heap).forEach(engine::release));
        long refills = heap.counters().refills();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(800);
        while (System.nanoTime() - end < 0) {
            loop.run(() -> engine.release(engine.allocate(heap, KIB)));
        }
        assertThat(heap.counters().refills() - refills)
                .as("its cache was not taken from it")
                .isLessThan(10);
    }

    @Test
    void aSystemThatFailsIsAskedAgain() {
        engine.memory().refusePurges(true);
        engine.memory().failReleases(3);
        loop.run(() -> burst(heap).forEach(engine::release));
        awaitSilence(0);
        assertThat(engine.memory().reservedBytes()).isZero();
    }

    @Test
    void oneThreadLooksAfterWhoeverHoldsMemory() {
        Engine second = Engine.of(false, 64L << 20);
        TestBlock block = loop.call(() -> engine.allocate(heap, KIB));
        TestBlock array = second.allocate(KIB);
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().equals("acealloc-governor"))
                .as("once those of other tests have ended")
                .singleElement()
                .matches(Thread::isDaemon));
        loop.run(() -> engine.release(block));
        second.release(array);
        second.allocator().close(() -> {});
    }

    @Test
    void twoAllocatorsAreLookedAfterTogether() {
        Engine second = Engine.of(false, 64L << 20);
        second.allocator().knobs(Engine.KNOBS.withPurgeDelay(TimeUnit.MILLISECONDS.toNanos(20)));
        loop.run(() -> burst(heap).forEach(engine::release));
        second.release(second.allocate(KIB));
        second.release(second.allocate(HUGE));
        awaitSilence(0);
        await().untilAsserted(
                        () -> assertThat(second.allocator().committedBytes()).isZero());
        second.allocator().close(() -> {});
        second.expectNothingCommitted();
    }
}
