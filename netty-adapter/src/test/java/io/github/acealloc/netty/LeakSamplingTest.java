/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.netty.buffer.ByteBuf;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How many buffers are followed: all, by lot, a limited number a second or none, as the level says at that moment. */
class LeakSamplingTest {
    private static final int MANY = 100_000;
    private static final int INTERVAL = 128;

    private final Loop loop = new Loop();
    private final AceByteBufAllocator allocator = new AceByteBufAllocator();

    @AfterEach
    void assertClosesClean() {
        Laws.assertClosesClean(allocator, loop);
        loop.close();
    }

    private static int followed(AceByteBufAllocator allocator, Kind kind, int size, int n) {
        int followed = 0;
        for (int i = 0; i < n; i++) {
            ByteBuf buf = kind.allocate(allocator, size);
            followed += LeakLab.isFollowed(buf) ? 1 : 0;
            buf.release();
        }
        return followed;
    }

    /** How many buffers are made for one use, as only those that are followed have to be. */
    private int handles(Kind kind, int size, int n) {
        int handles = 0;
        for (int i = 0; i < n; i++) {
            AceByteBuf buf = (AceByteBuf) kind.allocate(allocator, size);
            handles += buf.isBound() ? 0 : 1;
            buf.release();
        }
        return handles;
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void disabledFollowsNone(Kind kind) {
        try (LeakLab lab = new LeakLab(Level.DISABLED)) {
            assertThat(loop.call(() -> followed(allocator, kind, 64, MANY))).isZero();
            assertThat(followed(allocator, kind, 64, MANY)).isZero();
            assertThat(followed(allocator, kind, 2 << 20, 100)).isZero();
            assertThat(loop.call(() -> handles(kind, 64, MANY))).isZero();
            assertThat(handles(kind, 2 << 20, 100)).isZero();
            assertThat(lab.reports()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void paranoidFollowsEachFromTheMomentItIsSet(Kind kind) {
        try (LeakLab lab = new LeakLab(Level.DISABLED)) {
            loop.run(() -> followed(allocator, kind, 64, 10));
            followed(allocator, kind, 64, 10);
            ResourceLeakDetector.setLevel(Level.PARANOID);
            assertThat(loop.call(() -> followed(allocator, kind, 64, 1000))).isEqualTo(1000);
            assertThat(loop.call(() -> followed(allocator, kind, 2 << 20, 20))).isEqualTo(20);
            assertThat(followed(allocator, kind, 64, 1000)).isEqualTo(1000);
            assertThat(followed(allocator, kind, 2 << 20, 20)).isEqualTo(20);
            ResourceLeakDetector.setLevel(Level.DISABLED);
            assertThat(loop.call(() -> followed(allocator, kind, 64, MANY))).isZero();
            assertThat(lab.reports()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void followedBufferKeepsToItsCapacities(Kind kind) {
        try (LeakLab lab = new LeakLab(Level.PARANOID)) {
            for (ByteBuf buf : new ByteBuf[] {
                kind.allocate(allocator, 10, 20),
                loop.call(() -> kind.allocate(allocator, 10, 20)),
                loop.call(() -> kind.allocate(allocator, 10, 20)),
            }) {
                assertThat(LeakLab.isFollowed(buf)).isTrue();
                assertThat(buf.capacity()).isEqualTo(10);
                assertThat(buf.maxCapacity()).isEqualTo(20);
                assertThat(buf.readableBytes()).isZero();
                buf.release();
            }
            assertThat(lab.reports()).isEmpty();
        }
    }

    /** The level is not Netty's default, so somebody has set it. */
    @Test
    void advancedDrawsALotForEachBuffer() {
        try (LeakLab lab = new LeakLab(Level.ADVANCED)) {
            assertThat(loop.call(() -> followed(allocator, Kind.DIRECT, 64, MANY)))
                    .isBetween(expected(MANY) - tolerance(MANY), expected(MANY) + tolerance(MANY));
            assertThat(loop.call(() -> followed(allocator, Kind.HEAP, 100_000, MANY)))
                    .isBetween(expected(MANY) - tolerance(MANY), expected(MANY) + tolerance(MANY));
            assertThat(followed(allocator, Kind.DIRECT, 64, MANY))
                    .isBetween(expected(MANY) - tolerance(MANY), expected(MANY) + tolerance(MANY));
            assertThat(lab.reports()).isEmpty();
        }
    }

    private static int expected(int n) {
        return n / INTERVAL;
    }

    /** Six standard deviations, and what the countdown lets pass before it looks at the new level. */
    private static int tolerance(int n) {
        return (int) (6 * Math.sqrt(expected(n))) + 4;
    }

    @Test
    void atNettysDefaultSoManyASecondAndHeap() {
        try (LeakLab lab = new LeakLab(Level.SIMPLE)) {
            loop.run(() -> followed(allocator, Kind.DIRECT, 64, 1)); // the heap's first second begins
            long start = System.nanoTime();
            int followed = loop.call(() -> followed(allocator, Kind.DIRECT, 64, 20 * MANY));
            long millis = (System.nanoTime() - start) / 1_000_000;
            assertThat(followed).isBetween(1, (int) millis + 10);
            assertThat(lab.reports()).isEmpty();
        }
    }

    @Test
    void theLimitIsASetting() {
        AceByteBufAllocator rarely = new AceByteBufAllocator(Laws.config("acealloc.leakTrackedPerSecond", "2"));
        AceByteBufAllocator never = new AceByteBufAllocator(Laws.config("acealloc.leakTrackedPerSecond", "0"));
        try (LeakLab lab = new LeakLab(Level.SIMPLE)) {
            long start = System.nanoTime();
            int followed = loop.call(() -> followed(rarely, Kind.DIRECT, 64, 20 * MANY));
            long seconds = (System.nanoTime() - start) / 1_000_000_000;
            assertThat(followed).isLessThanOrEqualTo((int) seconds * 2 + 2);
            assertThat(loop.call(() -> followed(never, Kind.DIRECT, 64, 20 * MANY)))
                    .isZero();
            assertThat(followed(never, Kind.HEAP, 64, MANY)).isZero();
            assertThat(lab.reports()).isEmpty();
        } finally {
            Laws.assertClosesClean(rarely, loop);
            Laws.assertClosesClean(never, loop);
        }
    }

    /** Netty calls listeners inside an allocation: what they throw reaches who allocates, and the block goes home. */
    @Test
    void listenerThatThrowsLosesNoBlock() {
        try (AceByteBufAllocator leaky = new AceByteBufAllocator();
                LeakLab lab = new LeakLab(Level.PARANOID)) {
            lab.onReport(report -> {
                throw new IllegalStateException("listener");
            });
            LeakLab.allocate(() -> leaky.heapBuffer(64));
            assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
                while (lab.seen().isEmpty()) {
                    System.gc();
                    try {
                        allocator.directBuffer(64).release();
                        allocator.directBuffer(2 << 20).release();
                    } catch (IllegalStateException e) {
                        assertThat(e).hasMessage("listener");
                    }
                }
            });
            assertThat(allocator.stats().liveBytes()).isZero();
            lab.onReport(report -> {});
        }
    }

    /** Netty calls listeners inside an allocation; one that allocates itself must not find all stripes taken. */
    @Test
    void listenerMayAllocate() {
        int leaks = 150; // more than there can be stripes, each lent to one thread at a time
        AtomicInteger heard = new AtomicInteger();
        AceByteBufAllocator leaky = new AceByteBufAllocator();
        try (LeakLab lab = new LeakLab(Level.PARANOID)) {
            lab.onReport(report -> {
                heard.incrementAndGet();
                allocator.directBuffer(64).writeBytes(new byte[100]).release();
            });
            for (int i = 0; i < leaks; i++) {
                LeakLab.allocate(() -> leaky.heapBuffer(64));
            }
            assertTimeoutPreemptively(Duration.ofSeconds(30), () -> lab.awaitReports(leaks));
            assertThat(heard).hasValue(leaks);
        }
    }
}
