/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What nobody uses goes back to the system by itself, with no further allocation by anyone. */
@ExtendWith(NoLeakDetection.class)
class IdleMemoryTest {
    private static final long BURST_BYTES = 64 << 20;
    private static final int[] SIZES = {64, 300, 2048, 9000, 16 << 10, 70_000, 300_000, 3 << 20};
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final String DELAY = "acealloc.purgeDelayMillis";

    private final AceByteBufAllocator allocator = new AceByteBufAllocator();
    private final Loop a = new Loop();
    private final Loop b = new Loop();

    @BeforeAll
    static void hurry() {
        System.setProperty(DELAY, "200");
    }

    @AfterAll
    static void asBefore() {
        System.clearProperty(DELAY);
    }

    @AfterEach
    void assertClosesClean() {
        Laws.assertClosesClean(allocator, a, b);
        a.close();
        b.close();
    }

    @Test
    void trimmingDoesNotProlongALoopsShutdown() throws InterruptedException {
        EventExecutor ending = new DefaultEventExecutor();
        ending.submit(() -> allocator.directBuffer(100).release()).syncUninterruptibly();
        long start = System.nanoTime();
        Future<?> end = ending.shutdownGracefully(300, 20_000, TimeUnit.MILLISECONDS);
        while (!end.await(20, TimeUnit.MILLISECONDS)) {
            allocator.trim();
            assertThat(System.nanoTime() - start).isLessThan(PATIENCE_NANOS);
        }
    }

    private List<ByteBuf> burst(Kind kind) {
        List<ByteBuf> live = new ArrayList<>();
        long bytes = 0;
        for (int i = 0; bytes < BURST_BYTES; i++) {
            live.add(kind.allocate(allocator, SIZES[i % SIZES.length]));
            bytes += SIZES[i % SIZES.length];
        }
        return live;
    }

    private static void releaseAll(List<ByteBuf> bufs) {
        bufs.forEach(ByteBuf::release);
    }

    private void awaitCommitted(long atMost) {
        long start = System.nanoTime();
        while (allocator.stats().committedBytes() > atMost && System.nanoTime() - start < PATIENCE_NANOS) {
            sleep(20);
        }
        assertThat(allocator.stats().committedBytes())
                .as("committed, at last: %s", allocator.stats().print())
                .isLessThanOrEqualTo(atMost);
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void ofAnEventLoop(Kind kind) {
        List<ByteBuf> live = a.call(() -> burst(kind));
        assertThat(allocator.stats().committedBytes()).isGreaterThan(BURST_BYTES);
        a.run(() -> releaseAll(live));
        awaitCommitted(0);
        assertThat(kind.used(allocator)).isZero();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void releasedByAnotherLoopAndNeverDrainedByAnAllocation(Kind kind) {
        List<ByteBuf> live = a.call(() -> burst(kind));
        b.run(() -> releaseAll(live));
        awaitCommitted(0);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void ofThreadsWithoutAnEventLoop(Kind kind) {
        releaseAll(burst(kind));
        awaitCommitted(0);
    }

    @Test
    void ofALoopThatHasEnded() {
        List<ByteBuf> live;
        try (Loop gone = new Loop()) {
            live = gone.call(() -> burst(Kind.DIRECT));
        }
        releaseAll(live);
        awaitCommitted(0);
    }

    @Test
    void whatIsInUseStays() {
        ByteBuf held = a.call(() -> Kind.DIRECT.allocate(allocator, 1000).writeZero(1000));
        List<ByteBuf> live = a.call(() -> burst(Kind.DIRECT));
        a.run(() -> releaseAll(live));
        awaitCommitted(4 << 20);
        assertThat(held.isReadable(1000)).isTrue();
        assertThat(allocator.stats().liveBytes()).isBetween(1000L, 1200L);
        a.run(held::release);
        awaitCommitted(0);
    }

    /** A class that is busy keeps its cache while others of the same heap give theirs back. */
    @Test
    void idleClassesOfABusyHeap() {
        List<ByteBuf> live = a.call(() -> burst(Kind.DIRECT));
        a.run(() -> releaseAll(live));
        long start = System.nanoTime();
        while (allocator.stats().committedBytes() > 4 << 20 && System.nanoTime() - start < PATIENCE_NANOS) {
            a.run(() -> Kind.DIRECT.allocate(allocator, 64).release());
            sleep(5);
        }
        assertThat(allocator.stats().committedBytes()).isBetween(1L, 4L << 20);
        long refills = allocator.stats().counters().refills();
        a.run(() -> Kind.DIRECT.allocate(allocator, 64).release());
        assertThat(allocator.stats().counters().refills())
                .as("served by its hot cache")
                .isEqualTo(refills);
    }

    @Test
    void memoryIsUsedAgainAfterItWentBack() {
        for (int i = 0; i < 2; i++) {
            List<ByteBuf> live = a.call(() -> burst(Kind.DIRECT));
            a.run(() -> {
                for (ByteBuf buf : live) {
                    buf.setIndex(0, 0).writeLong(42).writerIndex(buf.capacity());
                    buf.setByte(buf.capacity() - 1, 7);
                }
                for (ByteBuf buf : live) {
                    assertThat(buf.getLong(0)).isEqualTo(42);
                    assertThat(buf.getByte(buf.capacity() - 1)).isEqualTo((byte) 7);
                }
                releaseAll(live);
            });
            awaitCommitted(0);
        }
    }
}
