/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.netty.buffer.ByteBuf;
import io.netty.util.ResourceLeakDetector.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A closed allocator gives nothing out, and gives all its memory back: at once, or as its last buffers are released. */
class CloseTest {
    private static final Pattern WARNING =
            Pattern.compile("^WARNING .* closed with (\\d+) bytes still live; they are given back as");
    private static final int[] SIZES = {10, 100, 5_000, 300_000, 2 << 20};

    private final Loop loop = new Loop();
    private final Loop otherLoop = new Loop();
    private final AceByteBufAllocator allocator = new AceByteBufAllocator();

    @AfterEach
    void endLoops() {
        loop.close();
        otherLoop.close();
    }

    /** Live buffers of all sizes, of both kinds, of two loops' heaps and of stripes. */
    private List<ByteBuf> allocateEverywhere() {
        List<ByteBuf> live = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (int size : SIZES) {
                live.add(kind.allocate(allocator, size).writeZero(size));
                live.add(loop.call(() -> kind.allocate(allocator, size)).writeZero(size));
                live.add(otherLoop.call(() -> kind.allocate(allocator, size)).writeZero(size));
            }
        }
        return live;
    }

    /** The governor looks at no heap meanwhile: the last releases would be left to it, and be home a moment later. */
    @Test
    void manyReleasesAfterItTakeNoLongerThanBefore() {
        AceByteBufAllocator allocator = new AceByteBufAllocator(Laws.config("acealloc.purgeDelayMillis", "3600000"));
        List<ByteBuf> live = new ArrayList<>();
        for (int i = 0; i < 80_000; i++) {
            live.add(allocator.directBuffer(1024));
        }
        allocator.close();
        Collections.shuffle(live, new Random(1));
        assertTimeout(Duration.ofSeconds(10), () -> live.forEach(ByteBuf::release));
        Laws.assertHasNothing(allocator);
    }

    /** Closes; what is live then is said in one line. */
    private void closeAndExpectWarning() {
        try (LogCapture log = new LogCapture(AceByteBufAllocator.class)) {
            long live = allocator.stats().liveBytes();
            assertThat(live).isPositive();
            allocator.close();
            assertThat(log.lines()).hasSize(1);
            Matcher warning = WARNING.matcher(log.lines().get(0));
            assertThat(warning.find()).as("%s", log.lines()).isTrue();
            // Loops give their heaps back meanwhile, so the figure is a moment old.
            assertThat(Long.parseLong(warning.group(1))).isCloseTo(live, Percentage.withPercentage(5));
        }
        Laws.awaitTasks(loop, otherLoop);
        assertThat(allocator.stats().committedBytes()).isPositive();
        Laws.assertConsistent(allocator);
    }

    private void assertHasNothing() {
        Laws.assertConsistent(allocator);
        Laws.assertHasNothing(allocator);
        assertThat(allocator.stats().liveBytes()).isZero();
    }

    @Test
    void unused() {
        allocator.close();
        assertHasNothing();
        assertThatThrownBy(allocator::buffer).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void nothingLive() {
        allocateEverywhere().forEach(ByteBuf::release);
        try (LogCapture log = new LogCapture(AceByteBufAllocator.class)) {
            Laws.trim(allocator, loop, otherLoop);
            allocator.close();
            assertThat(log.lines()).isEmpty();
        }
        Laws.awaitTasks(loop, otherLoop);
        assertHasNothing();
    }

    /** Who releases the buffers that were live. */
    enum Releaser {
        PLAIN_THREAD,
        OWNER,
        OTHER_LOOP,
        ONE_AFTER_THE_OTHER
    }

    @ParameterizedTest
    @EnumSource(Releaser.class)
    void liveBuffersGoBackWhenReleased(Releaser releaser) {
        List<ByteBuf> live = allocateEverywhere();
        closeAndExpectWarning();
        for (int i = 0; i < live.size(); i++) {
            ByteBuf buf = live.get(i).setByte(0, i);
            switch (releaser) {
                case PLAIN_THREAD -> buf.release();
                case OWNER -> loop.run(buf::release);
                case OTHER_LOOP -> otherLoop.run(buf::release);
                case ONE_AFTER_THE_OTHER -> {
                    if (i % 3 == 0) {
                        loop.run(buf::release);
                    } else if (i % 3 == 1) {
                        otherLoop.run(buf::release);
                    } else {
                        buf.release();
                    }
                }
            }
        }
        assertHasNothing();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void liveBuffersGoBackAfterTheLoopsHaveEnded(boolean endBeforeClose) {
        List<ByteBuf> live = allocateEverywhere();
        if (endBeforeClose) {
            loop.close();
            otherLoop.close();
            try (LogCapture log = new LogCapture(AceByteBufAllocator.class)) {
                allocator.close();
                assertThat(log.lines()).hasSize(1);
            }
        } else {
            closeAndExpectWarning();
            loop.close();
            otherLoop.close();
        }
        live.forEach(ByteBuf::release);
        assertHasNothing();
    }

    @Test
    void followedBuffersGoBackWhenReleased() {
        try (LeakLab lab = new LeakLab(Level.PARANOID)) {
            List<ByteBuf> live = allocateEverywhere();
            closeAndExpectWarning();
            live.forEach(ByteBuf::release);
            assertHasNothing();
            assertThat(lab.reports()).isEmpty();
        }
    }

    @Test
    void fromInsideTheLoop() {
        List<ByteBuf> live = allocateEverywhere();
        loop.run(this::closeOnLoop);
        otherLoop.run(() -> live.forEach(ByteBuf::release));
        assertHasNothing();
    }

    private void closeOnLoop() {
        try (LogCapture log = new LogCapture(AceByteBufAllocator.class)) {
            allocator.close();
            assertThat(log.lines()).hasSize(1);
        }
        assertThatThrownBy(() -> allocator.directBuffer(10)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void twice() {
        ByteBuf live = loop.call(() -> allocator.directBuffer(10));
        closeAndExpectWarning();
        try (LogCapture log = new LogCapture(AceByteBufAllocator.class)) {
            assertThatCode(allocator::close).doesNotThrowAnyException();
            assertThat(log.lines()).hasSizeLessThanOrEqualTo(1);
        }
        live.release();
        allocator.close();
        assertHasNothing();
    }

    @Test
    void nothingIsGivenOutAfterwards() {
        ByteBuf live = loop.call(() -> allocator.directBuffer(10, 1000).writeInt(42));
        closeAndExpectWarning();
        for (Kind kind : Kind.values()) {
            for (int size : SIZES) {
                assertThatThrownBy(() -> kind.allocate(allocator, size))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("closed");
                assertThatThrownBy(() -> loop.call(() -> kind.allocate(allocator, size)))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("closed");
            }
        }
        live.capacity(16);
        assertThatThrownBy(() -> live.capacity(1000)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> loop.run(() -> live.capacity(1000))).isInstanceOf(IllegalStateException.class);
        assertThat(live.capacity()).isEqualTo(16);
        assertThat(live.readInt()).isEqualTo(42);
        assertThat(live.release()).isTrue();
        assertHasNothing();
    }

    /** A loop that is busy keeps its heap until it comes to give it back. */
    @Test
    void whileALoopIsBusy() throws InterruptedException {
        CountDownLatch closed = new CountDownLatch(1);
        ByteBuf live = loop.call(() -> allocator.directBuffer(10));
        loop.executor().execute(() -> {
            try {
                assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        try (LogCapture log = new LogCapture(AceByteBufAllocator.class)) {
            allocator.close();
            assertThat(log.lines()).hasSize(1);
        }
        live.release();
        assertThat(allocator.metric().usedDirectMemory()).isPositive();
        closed.countDown();
        loop.run(() -> {});
        assertHasNothing();
    }
}
