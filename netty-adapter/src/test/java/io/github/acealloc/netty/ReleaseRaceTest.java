/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.util.IllegalReferenceCountException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Threads that wrongly release the same reference at the same moment do no harm: its block comes home once. */
@ExtendWith(NoLeakDetection.class)
class ReleaseRaceTest {
    private static final int ROUNDS = 20_000;
    private static final int BATCH = 16;

    private final Loop owner = new Loop();
    private final Loop otherLoop = new Loop();
    private final ExecutorService plain = Executors.newFixedThreadPool(2);
    private final AceByteBufAllocator allocator = new AceByteBufAllocator();
    private final AtomicInteger arrivals = new AtomicInteger();

    /** Who releases: the heap's owner, another loop, a thread without a heap. */
    enum Who {
        OWNER,
        LOOP,
        PLAIN
    }

    @AfterEach
    void end() {
        plain.shutdownNow();
        otherLoop.close();
        owner.close();
    }

    private Future<Integer> race(Who who, Callable<Integer> task) {
        return switch (who) {
            case OWNER -> owner.executor().submit(task);
            case LOOP -> otherLoop.executor().submit(task);
            case PLAIN -> plain.submit(task);
        };
    }

    /** A barrier for two that spins, so that both go on within nanoseconds. */
    private void awaitTheOther() {
        int arrival = arrivals.getAndIncrement();
        for (int spins = 0; arrivals.get() <= (arrival | 1); spins++) {
            if (spins > 10_000) {
                Thread.yield();
            }
        }
    }

    /** Releases a batch and counts how often that seemed to be right. */
    private int releaseAll(ByteBuf[] bufs) throws Exception {
        int won = 0;
        for (ByteBuf buf : bufs) {
            awaitTheOther();
            try {
                won += buf.release() ? 1 : 0;
            } catch (IllegalReferenceCountException e) {
                assertThat(e).hasMessage("refCnt: 0, decrement: 1");
            }
        }
        return won;
    }

    @ParameterizedTest
    @CsvSource({
        "DIRECT, 100, OWNER, PLAIN",
        "HEAP, 100, OWNER, LOOP",
        "DIRECT, 100, PLAIN, PLAIN",
        "HEAP, 100, LOOP, PLAIN",
        "DIRECT, 2000000, PLAIN, LOOP",
        "HEAP, 2000000, OWNER, PLAIN"
    })
    void sameReference(Kind kind, int size, Who first, Who second) throws Exception {
        int rounds = size > 1000 ? ROUNDS / 100 : ROUNDS / BATCH;
        try (LogCapture log = new LogCapture(AceByteBuf.class)) {
            int both = 0;
            for (int round = 0; round < rounds; round++) {
                ByteBuf[] bufs = owner.call(() -> allocate(kind, size));
                Future<Integer> a = race(first, () -> releaseAll(bufs));
                Future<Integer> b = race(second, () -> releaseAll(bufs));
                int won = a.get(60, TimeUnit.SECONDS) + b.get(60, TimeUnit.SECONDS);
                assertThat(won).isGreaterThanOrEqualTo(bufs.length);
                both += won - bufs.length;
                owner.run(() -> assertDistinct(kind, size));
            }
            // The owner's release takes no atomic step, so it may not see the other's; then that one is reported.
            if (first != Who.OWNER || size > 1000) {
                assertThat(both).as("won twice").isZero();
            }
            Laws.assertClosesClean(allocator, owner, otherLoop);
            assertThat(log.lines()).hasSize(both);
        }
    }

    /** The same, made certain: what the loser of the race would do, done after the owner's release. */
    @ParameterizedTest
    @CsvSource({"DIRECT, false", "DIRECT, true", "HEAP, false", "HEAP, true"})
    void secondArrivalIsReportedAndIgnored(Kind kind, boolean severalAtOnce) {
        try (LogCapture log = new LogCapture(AceByteBuf.class)) {
            AceByteBuf buf = (AceByteBuf) owner.call(() -> kind.allocate(allocator, 100));
            owner.run(() -> assertThat(severalAtOnce ? buf.retain().release(2) : buf.release())
                    .isTrue());
            buf.heap().release(buf);
            owner.run(() -> {
                allocator.trim();
                assertDistinct(kind, 100);
            });
            assertThat(log.lines()).hasSize(1).first().asString().contains("SEVERE", "released by two threads");
            Laws.assertClosesClean(allocator, owner, otherLoop);
        }
    }

    /** The loser's arrival may come when the block, given out again meanwhile, is on its way home a second time. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void ofTwoArrivalsOnTheSameWayOneCounts(Kind kind) {
        try (LogCapture log = new LogCapture(AceByteBuf.class)) {
            AceByteBuf buf = (AceByteBuf) owner.call(() -> kind.allocate(allocator, 100));
            owner.run(buf::release);
            buf.heap().release(buf);
            assertThat(owner.call(() -> kind.allocate(allocator, 100))).isSameAs(buf);
            buf.release();
            owner.run(() -> {
                allocator.trim();
                assertDistinct(kind, 100);
            });
            assertThat(log.lines()).hasSize(1).first().asString().contains("SEVERE", "released by two threads");
            Laws.assertClosesClean(allocator, owner, otherLoop);
        }
    }

    /**
     * The loser's arrival may wait in the queue while the block is given out again, outgrows its slot on another loop and is
     * released: then it is on its way, but not to where the old arrival is.
     */
    @ParameterizedTest
    @CsvSource({"DIRECT, 5000", "HEAP, 5000", "DIRECT, 2000000", "HEAP, 2000000"})
    void anArrivalWhereTheBlockDoesNotBelongAnyMoreDoesNotCount(Kind kind, int grown) throws Exception {
        try (LogCapture log = new LogCapture(AceByteBuf.class)) {
            AceByteBuf buf = (AceByteBuf) owner.call(() -> kind.allocate(allocator, 100));
            ByteBuf innocent =
                    otherLoop.call(() -> kind.allocate(allocator, grown).setZero(0, grown));
            CountDownLatch held = new CountDownLatch(1);
            owner.run(buf::release);
            buf.heap().release(buf); // into the owner's queue, by a thread that lost the race
            assertThat(owner.call(() -> kind.allocate(allocator, 100))).isSameAs(buf);
            otherLoop.run(() -> buf.capacity(grown));
            // The other loop is busy, so what is released now waits in its queue, and the owner drains first.
            otherLoop.executor().execute(() -> awaitUninterruptibly(held));
            plain.submit(() -> assertThat(buf.release()).isTrue()).get(60, TimeUnit.SECONDS);
            owner.run(allocator::trim);
            held.countDown();
            otherLoop.run(() -> assertDistinct(kind, grown));
            owner.run(() -> {
                assertDistinct(kind, grown);
                assertDistinct(kind, 100);
            });
            assertThat(innocent.refCnt()).isOne();
            otherLoop.run(innocent::release);
            assertThat(log.lines()).hasSize(1).first().asString().contains("SEVERE", "released by two threads");
            Laws.assertClosesClean(allocator, owner, otherLoop);
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A huge block has memory of its own, whose second arrival must not free what somebody else has by then. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void theSecondArrivalOfAHugeBlockIsIgnored(Kind kind) {
        try (LogCapture log = new LogCapture(AceByteBuf.class)) {
            AceByteBuf buf = (AceByteBuf) kind.allocate(allocator, 2_000_000);
            buf.release();
            assertThat(kind.allocate(allocator, 2_000_000)).isSameAs(buf);
            buf.heap().release(buf);
            assertThat(kind.allocate(allocator, 2_000_000).release()).isTrue();
            assertThat(buf.setByte(1_999_999, 1).refCnt()).isOne();
            assertThat(buf.release()).isTrue();
            assertThat(log.lines()).hasSize(1).first().asString().contains("SEVERE", "released by two threads");
            Laws.assertClosesClean(allocator, owner, otherLoop);
        }
    }

    private ByteBuf[] allocate(Kind kind, int size) {
        ByteBuf[] bufs = new ByteBuf[size > 1000 ? 2 : BATCH];
        for (int i = 0; i < bufs.length; i++) {
            bufs[i] = kind.allocate(allocator, size);
        }
        return bufs;
    }

    /** No block is given out twice. */
    private void assertDistinct(Kind kind, int size) {
        Set<ByteBuf> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        ByteBuf[][] all = {allocate(kind, size), allocate(kind, size)};
        for (ByteBuf[] bufs : all) {
            for (ByteBuf buf : bufs) {
                assertThat(seen.add(buf)).isTrue();
            }
        }
        seen.forEach(ByteBuf::release);
    }
}
