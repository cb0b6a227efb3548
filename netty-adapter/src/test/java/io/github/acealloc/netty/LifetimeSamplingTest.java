/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.management.ThreadMXBean;
import io.github.acealloc.heap.HotCache;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.slab.SizeClasses;
import io.netty.buffer.ByteBuf;
import io.netty.util.ResourceLeakDetector.Level;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A buffer whose lifetime is measured says how long it lived, and is otherwise one like any other. */
@ExtendWith(NoLeakDetection.class)
class LifetimeSamplingTest {
    private static final int SMALL = 64;
    private static final int LARGE = 5000;
    private static final int HUGE = 2 << 20;

    /** Times of birth and death are each cut off to so many nanoseconds. */
    private static final long UNIT = 1 << 10;

    private final Loop loop = new Loop();
    private final AceByteBufAllocator allocator = allocator(1);
    private final AceByteBufAllocator silent = allocator(0);

    /** One lifetime is measured for so many bytes of a class, if they are looked at. */
    private static AceByteBufAllocator allocator(int lifetimeBytes) {
        return new AceByteBufAllocator(
                Laws.config("acealloc.mode", "off"), Knobs.defaults().withObservation(1, lifetimeBytes));
    }

    @AfterEach
    void assertClosesClean() {
        Laws.assertClosesClean(allocator, loop);
        Laws.assertClosesClean(silent, loop);
        loop.close();
    }

    private record Sample(int sizeClass, boolean remote, long nanos) {}

    private static List<Sample> drain(ThreadHeap heap) {
        List<Sample> samples = new ArrayList<>();
        heap.ring().drain((sizeClass, remote, nanos) -> samples.add(new Sample(sizeClass, remote, nanos)));
        return samples;
    }

    /** The heap that the calling thread allocates from, without samples. */
    private ThreadHeap heap(Kind kind) {
        AceByteBuf probe = (AceByteBuf) kind.allocate(allocator, 1);
        ThreadHeap heap = heap(probe);
        probe.release();
        drain(heap);
        return heap;
    }

    private static ThreadHeap heap(AceByteBuf buf) {
        return (ThreadHeap) buf.heap();
    }

    /** A buffer whose lifetime is measured. */
    private AceByteBuf sampled(Kind kind, int size) {
        kind.allocate(allocator, size).release(); // the first of a class is a sample anyway
        ThreadHeap heap = heap(kind);
        heap.cache(SizeClasses.of(size)).sampleEach();
        return (AceByteBuf) kind.allocate(allocator, size);
    }

    /** A buffer whose lifetime is not measured: of an allocator that measures none. */
    private AceByteBuf ordinary(Kind kind, int size) {
        return (AceByteBuf) kind.allocate(silent, size);
    }

    /** What is behind what leak detection hands out. */
    private static AceByteBuf handle(ByteBuf followed) {
        assertThat(LeakLab.isFollowed(followed)).isTrue();
        return (AceByteBuf) followed.unwrap();
    }

    private static void sleep() throws InterruptedException {
        Thread.sleep(5);
    }

    // ---- what is told

    @ParameterizedTest
    @CsvSource({"DIRECT, 64", "HEAP, 64", "DIRECT, 5000", "HEAP, 1048576"})
    void itsOwnerTellsHowLongItLived(Kind kind, int size) {
        loop.run(() -> {
            long before = System.nanoTime();
            AceByteBuf buf = sampled(kind, size);
            ThreadHeap heap = heap(buf);
            long born = System.nanoTime();
            sleep();
            long least = System.nanoTime() - born;
            buf.release();
            List<Sample> samples = drain(heap);
            assertThat(samples).hasSize(1);
            assertThat(samples.get(0).sizeClass()).isEqualTo(SizeClasses.of(size));
            assertThat(samples.get(0).remote()).isFalse();
            assertThat(samples.get(0).nanos()).isBetween(least - UNIT, System.nanoTime() - before + UNIT);
        });
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void anotherThreadTellsItToo(Kind kind) throws InterruptedException {
        AceByteBuf buf = loop.call(() -> sampled(kind, SMALL));
        ThreadHeap heap = heap(buf);
        long born = System.nanoTime();
        sleep();
        long least = System.nanoTime() - born;
        buf.release();
        List<Sample> samples = drain(heap);
        assertThat(samples).hasSize(1);
        assertThat(samples.get(0).sizeClass()).isEqualTo(SizeClasses.of(SMALL));
        assertThat(samples.get(0).remote()).isTrue();
        assertThat(samples.get(0).nanos()).isBetween(least - UNIT, System.nanoTime() - born + 1_000_000_000);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void anotherLoopTellsItToo(Kind kind) {
        try (Loop other = new Loop()) {
            AceByteBuf buf = loop.call(() -> sampled(kind, SMALL));
            ThreadHeap heap = heap(buf);
            other.run(buf::release);
            assertThat(drain(heap)).hasSize(1).allMatch(Sample::remote);
        }
    }

    /** Such a thread owns no heap, neither when it allocates nor when it releases. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatAThreadWithoutALoopAllocatesIsMeasuredAsReleasedByAnother(Kind kind) {
        AceByteBuf buf = sampled(kind, SMALL);
        ThreadHeap heap = heap(buf);
        buf.release();
        assertThat(drain(heap)).hasSize(1).allMatch(Sample::remote);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void onlyTheLastReleaseTells(Kind kind) {
        loop.run(() -> {
            AceByteBuf buf = sampled(kind, SMALL);
            ThreadHeap heap = heap(buf);
            buf.retain(3);
            assertThat(buf.release()).isFalse();
            assertThat(buf.release(2)).isFalse();
            assertThat(drain(heap)).isEmpty();
            assertThat(buf.release()).isTrue();
            assertThat(drain(heap)).hasSize(1);
        });
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void theNextUseOfTheSameObjectIsMeasuredOnlyIfItIsPicked(Kind kind) {
        loop.run(() -> {
            AceByteBuf buf = sampled(kind, SMALL);
            ThreadHeap heap = heap(buf);
            heap.cache(SizeClasses.of(SMALL)).restartSampling();
            buf.release();
            assertThat(drain(heap)).hasSize(1);
            int silent = 0;
            for (int i = 0; i < 10_000; i++) {
                ByteBuf next = kind.allocate(allocator, SMALL);
                assertThat(next).isSameAs(buf);
                next.release();
                silent += drain(heap).isEmpty() ? 1 : 0;
            }
            assertThat(silent).as("all but about one in 128").isBetween(9_700, 9_990);
        });
    }

    @Test
    void soManyAreMeasuredAsTheKnobSays() {
        int everyBytes = 1 << 20;
        int n = 400_000;
        int size = 1 << 10;
        AceByteBufAllocator measuring = allocator(everyBytes);
        loop.run(() -> {
            int expected = n / (everyBytes / size);
            assertThat(measured(measuring, size, n)).isBetween(expected * 9 / 10, expected * 11 / 10);
            assertThat(measured(silent, size, n)).isZero();
        });
        Laws.assertClosesClean(measuring, loop);
    }

    /** One in eight of the largest would make each of them dearer by 10 ns. */
    @Test
    void ofLargeBuffersOneIn64IsMeasured() {
        int n = 100_000;
        AceByteBufAllocator measuring = allocator(512 << 10);
        loop.run(() -> {
            int expected = n / 64;
            assertThat(measured(measuring, 32 << 10, n)).isBetween(expected * 9 / 10, expected * 11 / 10);
            assertThat(measured(measuring, 64 << 10, n)).isBetween(expected * 9 / 10, expected * 11 / 10);
            assertThat(measured(measuring, 128 << 10, n)).isBetween(2 * expected * 9 / 10, 2 * expected * 11 / 10);
        });
        Laws.assertClosesClean(measuring, loop);
    }

    private static int measured(AceByteBufAllocator measuring, int size, int n) {
        int samples = 0;
        for (int i = 0; i < n; i++) {
            AceByteBuf buf = (AceByteBuf) measuring.directBuffer(size);
            ThreadHeap heap = heap(buf);
            buf.release();
            samples += i % 100 == 99 ? drain(heap).size() : 0;
        }
        return samples;
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void hugeBuffersAreNotMeasured(Kind kind) {
        loop.run(() -> {
            ThreadHeap heap = heap(kind);
            for (int i = 0; i < 300; i++) {
                ByteBuf buf = kind.allocate(allocator, HUGE);
                buf.retain();
                assertThat(buf.refCnt()).isEqualTo(2);
                assertThat(buf.release()).isFalse();
                assertThat(buf.release()).isTrue();
            }
            assertThat(drain(heap)).isEmpty();
        });
    }

    // ---- it moves

    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatMovesIsToldAsOneOfItsLastClass(Kind kind) {
        loop.run(() -> {
            AceByteBuf buf = sampled(kind, SMALL);
            ThreadHeap heap = heap(buf);
            buf.writeLong(42);
            sleep();
            buf.capacity(LARGE);
            assertThat(buf.refCnt()).isEqualTo(1);
            assertThat(buf.readLong()).isEqualTo(42);
            buf.capacity(SMALL); // in its place
            assertThat(drain(heap)).as("it lives on").isEmpty();
            buf.release();
            List<Sample> samples = drain(heap);
            assertThat(samples).extracting(Sample::sizeClass).containsExactly(SizeClasses.of(LARGE));
            assertThat(samples.get(0).nanos()).as("since it was allocated").isGreaterThan(4_000_000);
        });
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatBecomesHugeIsNotTold(Kind kind) {
        loop.run(() -> {
            for (int last : new int[] {HUGE, LARGE}) {
                AceByteBuf buf = sampled(kind, SMALL);
                ThreadHeap heap = heap(buf);
                buf.capacity(HUGE).capacity(last);
                assertThat(buf.release()).isTrue();
                assertThat(drain(heap)).isEmpty();
            }
        });
    }

    // ---- it is a buffer like any other

    /** What a call gave, in words. */
    private static String outcome(ByteBuf buf, int operation, int argument) {
        StringBuilder text = new StringBuilder();
        Throwable thrown = catchThrowable(() -> {
            switch (operation) {
                case 0 -> text.append(buf.release());
                case 1 -> text.append(buf.release(argument));
                case 2 -> text.append(buf.retain().refCnt());
                default -> text.append(buf.retain(argument).refCnt());
            }
        });
        return text + " " + thrown + " " + buf.refCnt();
    }

    private static final int[] ARGUMENTS = {
        1,
        1,
        1,
        2,
        3,
        7,
        0,
        -1,
        Integer.MIN_VALUE,
        Integer.MAX_VALUE,
        (1 << 30) - 1,
        (1 << 30) - 2,
        1 << 30,
        (1 << 30) + 1
    };

    /** Any sequence of calls on both until both are free, and some more. */
    private static void expectTwins(ByteBuf ordinary, ByteBuf sampled, long seed) {
        Random random = new Random(seed);
        for (int step = 0; step < 60; step++) {
            int operation = random.nextInt(4);
            int argument = ARGUMENTS[random.nextInt(ARGUMENTS.length)];
            assertThat(outcome(sampled, operation, argument))
                    .as("seed %s, step %s", seed, step)
                    .isEqualTo(outcome(ordinary, operation, argument));
        }
        int left = ordinary.refCnt();
        if (left > 0) {
            assertThat(outcome(sampled, 1, left))
                    .isEqualTo(outcome(ordinary, 1, left))
                    .startsWith("true null 0");
        }
        for (int operation = 0; operation < 4; operation++) {
            assertThat(outcome(sampled, operation, 1))
                    .isEqualTo(outcome(ordinary, operation, 1))
                    .contains("IllegalReferenceCountException: refCnt: 0");
        }
        assertThat(catchThrowable(() -> sampled.writeByte(1)))
                .hasToString(catchThrowable(() -> ordinary.writeByte(1)).toString());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void itsCountIsThatOfAnyBuffer(Kind kind) {
        loop.run(() -> {
            for (long seed = 1; seed <= 300; seed++) {
                AceByteBuf sampled = sampled(kind, SMALL);
                AceByteBuf ordinary = ordinary(kind, LARGE);
                ThreadHeap heap = heap(sampled);
                expectTwins(ordinary, sampled, seed);
                assertThat(drain(heap)).as("seed %s", seed).hasSize(1);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void itsCountIsThatOfAnyBufferOnOtherThreads(Kind kind) {
        for (long seed = 1; seed <= 100; seed++) {
            AceByteBuf sampled = loop.call(() -> sampled(kind, SMALL));
            AceByteBuf ordinary = loop.call(() -> ordinary(kind, LARGE));
            ThreadHeap heap = heap(sampled);
            expectTwins(ordinary, sampled, seed);
            assertThat(drain(heap)).as("seed %s", seed).hasSize(1).allMatch(Sample::remote);
        }
    }

    @Test
    void moreReferencesThanCanBeCountedAreRefused() {
        loop.run(() -> {
            int most = (1 << 30) - 1;
            AceByteBuf sampled = sampled(Kind.DIRECT, SMALL);
            AceByteBuf ordinary = ordinary(Kind.DIRECT, LARGE);
            for (AceByteBuf buf : List.of(sampled, ordinary)) {
                buf.retain(most - 1);
                assertThat(buf.refCnt()).isEqualTo(most);
                assertThat(catchThrowable(buf::retain)).hasMessage("refCnt: " + most + ", increment: 1");
                assertThat(buf.refCnt()).isEqualTo(most);
                assertThat(buf.release(most)).isTrue();
            }
        });
    }

    // ---- followed by leak detection

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aHandleThatIsFollowedTellsItsLifetime(Kind kind) {
        try (LeakLab lab = new LeakLab(Level.PARANOID)) {
            loop.run(() -> {
                kind.allocate(allocator, SMALL).release();
                ByteBuf followed = kind.allocate(allocator, SMALL);
                AceByteBuf handle = handle(followed);
                ThreadHeap heap = heap(handle);
                drain(heap);
                assertThat(handle.isBound()).isFalse();
                assertThat(followed.refCnt()).isEqualTo(1);
                followed.retain();
                assertThat(followed.release()).isFalse();
                sleep();
                assertThat(followed.release()).isTrue();
                List<Sample> samples = drain(heap);
                assertThat(samples).extracting(Sample::sizeClass).containsExactly(SizeClasses.of(SMALL));
                assertThat(samples.get(0).remote()).isFalse();
                assertThat(samples.get(0).nanos()).isGreaterThan(4_000_000);
            });
            assertThat(lab.reports()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aHandleThatMovesTellsItsLastClass(Kind kind) {
        try (LeakLab lab = new LeakLab(Level.PARANOID)) {
            ThreadHeap heap = loop.call(() -> {
                ByteBuf followed = kind.allocate(allocator, SMALL);
                ThreadHeap own = heap(handle(followed));
                drain(own);
                followed.writeLong(42).capacity(LARGE);
                assertThat(followed.readLong()).isEqualTo(42);
                followed.release();
                return own;
            });
            assertThat(drain(heap)).extracting(Sample::sizeClass).containsExactly(SizeClasses.of(LARGE));
            assertThat(lab.reports()).isEmpty();
        }
    }

    /** The handles' counts, without the wrapper that keeps a book of its own about the last release. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void aHandlesCountIsThatOfAnyBuffer(Kind kind) {
        for (long seed = 1; seed <= 30; seed++) {
            AceByteBuf ordinary = loop.call(() -> ordinary(kind, LARGE));
            try (LeakLab lab = new LeakLab(Level.PARANOID)) {
                assertThat(lab.seen()).isEmpty();
                ByteBuf followed = loop.call(() -> kind.allocate(allocator, SMALL));
                AceByteBuf handle = handle(followed);
                drain(heap(handle));
                long finalSeed = seed;
                loop.run(() -> expectTwins(ordinary, handle, finalSeed));
                assertThat(drain(heap(handle))).as("seed %s", seed).hasSize(1);
                assertThat(catchThrowable(followed::release))
                        .as("closes the wrapper's book")
                        .isNotNull();
            }
        }
    }

    // ---- what it costs

    @ParameterizedTest
    @EnumSource(Kind.class)
    void measuringMakesNoGarbage(Kind kind) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int n = 500_000;
        loop.run(() -> {
            ThreadHeap heap = heap(kind);
            HotCache cache = heap.cache(SizeClasses.of(SMALL));
            measuredPairs(kind, cache, n / 5);
            drain(heap);
            long dropped = heap.ring().dropped();
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            measuredPairs(kind, cache, n);
            long garbage =
                    threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
            assertThat(garbage).isLessThan(n);
            assertThat(drain(heap).size() + heap.ring().dropped() - dropped)
                    .as("each was measured")
                    .isEqualTo(n);
        });
    }

    private void measuredPairs(Kind kind, HotCache cache, int n) {
        for (int i = 0; i < n; i++) {
            cache.sampleEach();
            kind.allocate(allocator, SMALL).writeByte(i).release();
        }
    }
}
