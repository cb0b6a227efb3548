/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.slab.Block;
import io.github.acealloc.testing.TestBlock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.junit.jupiter.api.Test;

/** The queue through which blocks come home, and the bits of those that find it full. */
class RemoteFreesTest {
    private static final int BLOCK = 64;
    private static final int THREADS = 3;
    private static final int EACH = 4000;
    private static final int ROUNDS = 20;

    private final HeapRig rig = new HeapRig();
    private final RemoteFrees frees =
            new RemoteFrees(rig.heap.number(), new MpscVarHandleArrayQueue<>(RemoteFrees.CAPACITY));

    private List<TestBlock> blocks(int n) {
        List<TestBlock> blocks = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            blocks.add(rig.allocate(BLOCK));
        }
        return blocks;
    }

    private void offer(TestBlock block) {
        assertThat(frees.offer(block)).isTrue();
    }

    /** Those that are in their slab's bits. */
    private static long inBits(List<TestBlock> blocks) {
        return blocks.stream()
                .map(TestBlock::slab)
                .distinct()
                .mapToInt(s -> s.remote().count())
                .sum();
    }

    @Test
    void drainsNoMoreThanAsked() {
        List<TestBlock> blocks = blocks(5000);
        blocks.forEach(this::offer);
        assertThat(frees.queued()).isEqualTo(RemoteFrees.CAPACITY);
        assertThat(inBits(blocks)).isEqualTo(5000 - RemoteFrees.CAPACITY);
        Set<Object> drained = new HashSet<>();
        for (int left = 5000; left > 0; left -= 700) {
            assertThat(frees.isEmpty()).isFalse();
            assertThat(frees.drain(drained::add, 700)).isEqualTo(Math.min(left, 700));
            assertThat(frees.queued() + inBits(blocks)).isEqualTo(Math.max(left - 700, 0));
        }
        assertThat(frees.drain(drained::add, 700)).isZero();
        assertThat(frees.isEmpty()).isTrue();
        assertThat(drained).containsExactlyInAnyOrderElementsOf(new ArrayList<Object>(blocks));
    }

    @Test
    void theQueueBecomesLongWhereAShortOneWasOverrun() {
        RemoteFrees grows = new RemoteFrees(rig.heap.number());
        List<TestBlock> blocks = blocks(2 * RemoteFrees.CAPACITY);
        List<TestBlock> few = blocks.subList(0, RemoteFrees.FIRST_CAPACITY);
        few.forEach(grows::offer);
        Set<Object> drained = new HashSet<>();
        grows.drain(drained::add, blocks.size());
        grows.fit();
        blocks.forEach(grows::offer);
        assertThat(grows.queued()).as("as short as it was").isEqualTo(RemoteFrees.FIRST_CAPACITY);
        grows.drain(drained::add, RemoteFrees.FIRST_CAPACITY + 1);
        grows.fit();
        while (!grows.isEmpty()) {
            grows.drain(drained::add, blocks.size());
        }
        assertThat(drained).containsExactlyInAnyOrderElementsOf(new ArrayList<Object>(blocks));
        blocks.forEach(grows::offer);
        assertThat(grows.queued()).isEqualTo(RemoteFrees.CAPACITY);
        drained.clear();
        while (!grows.isEmpty()) {
            grows.drain(drained::add, 100);
        }
        assertThat(drained).containsExactlyInAnyOrderElementsOf(new ArrayList<Object>(blocks));
    }

    /** What a releaser that has read the short queue offers there when there is a long one already. */
    @Test
    void whatStillComesToTheShortQueueComesHome() {
        MpscVarHandleArrayQueue<Block> shortQueue = new MpscVarHandleArrayQueue<>(RemoteFrees.FIRST_CAPACITY);
        RemoteFrees grows = new RemoteFrees(rig.heap.number(), shortQueue);
        List<TestBlock> blocks = blocks(RemoteFrees.FIRST_CAPACITY + 2);
        blocks.forEach(grows::offer);
        Set<Object> drained = new HashSet<>();
        grows.drain(drained::add, blocks.size() + 1);
        grows.fit();
        drained.clear();
        TestBlock late = blocks.get(0);
        assertThat(shortQueue.offer(late)).isTrue();
        assertThat(grows.isEmpty()).isFalse();
        assertThat(grows.queued()).isOne();
        assertThat(grows.drain(drained::add, 1)).isOne();
        assertThat(drained).containsExactly(late);
        assertThat(grows.isEmpty()).isTrue();
    }

    @Test
    void aRefillMakesTheQueueLong() {
        List<TestBlock> blocks = blocks(2 * RemoteFrees.CAPACITY);
        rig.releaseElsewhere(blocks.subList(0, RemoteFrees.CAPACITY));
        assertThat(rig.heap.refill().remote().queued()).isEqualTo(RemoteFrees.FIRST_CAPACITY);
        List<TestBlock> more = blocks(2 * RemoteFrees.CAPACITY);
        rig.releaseElsewhere(blocks.subList(RemoteFrees.CAPACITY, blocks.size()));
        rig.releaseElsewhere(more);
        assertThat(rig.heap.refill().remote().queued()).isEqualTo(RemoteFrees.CAPACITY);
        rig.heap.empty();
        assertThat(rig.heap.remoteCount()).isZero();
        rig.expectAllGoesBack();
    }

    @Test
    void aBlockThatIsOfferedTwiceBreaksNoList() {
        List<TestBlock> blocks = blocks(2 * RemoteFrees.CAPACITY);
        blocks.forEach(this::offer);
        TestBlock last = blocks.get(blocks.size() - 1);
        offer(last);
        IdentityHashMap<Object, Integer> drained = new IdentityHashMap<>();
        while (frees.drain(b -> drained.merge(b, 1, Integer::sum), 100) > 0) {
            // until nothing is left
        }
        assertThat(drained).hasSize(blocks.size());
        assertThat(drained.values()).containsOnly(1);
        offer(last);
        assertThat(frees.drain(b -> assertThat(b).isSameAs(last), 100)).isOne();
    }

    @Test
    void whatTheConsumerThrowsLosesNoOtherBlock() {
        List<TestBlock> blocks = blocks(2000);
        blocks.forEach(this::offer);
        AtomicInteger seen = new AtomicInteger();
        AtomicInteger thrown = new AtomicInteger();
        for (int n = 1; n > 0; ) {
            try {
                n = frees.drain(
                        b -> {
                            if (seen.incrementAndGet() % 7 == 0) {
                                throw new IllegalStateException("on purpose");
                            }
                        },
                        1000);
            } catch (IllegalStateException e) {
                thrown.incrementAndGet();
            }
        }
        assertThat(seen).hasValue(2000);
        assertThat(thrown).hasValue(2000 / 7);
        assertThat(frees.isEmpty()).isTrue();
    }

    /** What is released into a slab while the owner takes in its other blocks, and finds that it has taken in enough. */
    @Test
    void whatComesAsTheLimitIsReachedIsNotForgotten() {
        int capacity = RemoteFrees.CAPACITY;
        List<TestBlock> blocks = blocks(2 * capacity + 21);
        List<TestBlock> late = blocks.subList(capacity, 2 * capacity + 20);
        TestBlock first = blocks.get(2 * capacity + 20);
        blocks.subList(0, capacity).forEach(this::offer);
        offer(first);
        List<Object> drained = new ArrayList<>();
        frees.drain(
                b -> {
                    drained.add(b);
                    if (b == first) {
                        late.forEach(this::offer); // fills the queue, then goes into the bits that are being looked at
                    }
                },
                capacity + 3);
        while (!frees.isEmpty()) {
            frees.drain(drained::add, capacity);
        }
        assertThat(drained).containsExactlyInAnyOrderElementsOf(new ArrayList<Object>(blocks));
    }

    /** The queue is full again and again; each block comes home as often as it was offered. */
    @Test
    void losesNothingThatSeveralThreadsOffer() throws InterruptedException {
        List<TestBlock> blocks = blocks(THREADS * EACH);
        for (int round = 0; round < ROUNDS; round++) {
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                // Neighbours in a word of bits are offered by different threads.
                int from = t;
                threads.add(new Thread(() -> {
                    for (int i = 0; i < EACH; i++) {
                        offer(blocks.get(i * THREADS + from));
                    }
                }));
            }
            threads.forEach(Thread::start);
            IdentityHashMap<Object, Integer> drained = new IdentityHashMap<>();
            int n = 0;
            while (n < blocks.size() && (threads.stream().anyMatch(Thread::isAlive) || !frees.isEmpty())) {
                n += frees.drain(b -> drained.merge(b, 1, Integer::sum), 1024);
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(n).as("round %s", round).isEqualTo(blocks.size());
            assertThat(drained).hasSize(n);
            assertThat(frees.isEmpty()).isTrue();
        }
    }
}
