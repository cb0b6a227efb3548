/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.internal.ThreadExecutorMap;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An event loop owns a heap as long as it lives, and the next one takes the heap over whole. */
@ExtendWith(NoLeakDetection.class)
class HeapOwnershipTest {
    private final AceByteBufAllocator allocator = new AceByteBufAllocator();

    @AfterEach
    void assertClosesClean() {
        Laws.assertClosesClean(allocator);
    }

    private long adoptions() {
        return allocator.stats().counters().adoptions();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void nextLoopAdoptsTheHeapOfTheLast(Kind kind) {
        ByteBuf live;
        try (Loop first = new Loop()) {
            live = first.call(() -> kind.allocate(allocator, 100).writeInt(42));
            assertThat(((AceByteBuf) live).heap().isOwner()).isFalse();
        }
        for (int i = 1; i <= 10; i++) {
            try (Loop next = new Loop()) {
                AceByteBuf buf = (AceByteBuf) next.call(() -> kind.allocate(allocator, 100));
                assertThat(buf.heap()).isSameAs(((AceByteBuf) live).heap());
                next.run(() -> assertThat(buf.heap().isOwner()).isTrue());
                buf.release();
            }
            assertThat(adoptions()).isEqualTo(i);
            assertThat(allocator.stats().heaps()).isEqualTo(1);
        }
        assertThat(live.readInt()).isEqualTo(42);
        live.release();
        allocator.trim();
        assertThat(kind.used(allocator))
                .as("anybody may trim the heap of a loop that ended")
                .isZero();
    }

    @Test
    void whatWasReleasedToALoopThatEndedIsFoundByTheNext() {
        List<ByteBuf> live = new ArrayList<>();
        try (Loop first = new Loop()) {
            first.run(() -> {
                for (int i = 0; i < 1000; i++) {
                    live.add(allocator.directBuffer(64));
                }
            });
        }
        live.forEach(ByteBuf::release);
        try (Loop next = new Loop()) {
            next.run(() -> {
                for (int i = 0; i < 1000; i++) {
                    live.set(i, allocator.directBuffer(64));
                }
                live.forEach(ByteBuf::release);
            });
            assertThat(allocator.stats().heaps()).isEqualTo(1);
            assertThat(allocator.metric().usedDirectMemory()).isEqualTo(Kind.DIRECT.firstBytes());
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void loopThatLosesItsThreadLocalsGoesOn(Kind kind) {
        try (Loop loop = new Loop()) {
            loop.run(() -> {
                List<ByteBuf> live = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    live.add(kind.allocate(allocator, 100).writeInt(i));
                    if (i % 10 == 9) {
                        FastThreadLocal.removeAll();
                    }
                }
                for (int i = 0; i < 100; i++) {
                    assertThat(live.get(i).getInt(0)).isEqualTo(i);
                    live.get(i).release();
                }
            });
            // Nobody knows the thread's executor any more, so it borrows.
            Laws.assertNothingLive(allocator, loop);
        }
    }

    @Test
    void twoLoopsHaveAHeapEach() {
        try (Loop one = new Loop();
                Loop two = new Loop()) {
            AceByteBuf ofOne = (AceByteBuf) one.call(() -> allocator.directBuffer(100));
            AceByteBuf ofTwo = (AceByteBuf) two.call(() -> allocator.directBuffer(100));
            assertThat(ofOne.heap()).isNotSameAs(ofTwo.heap());
            assertThat(adoptions()).isZero();
            two.run(ofOne::release);
            one.run(ofTwo::release);
            Laws.assertNothingLive(allocator, one, two);
        }
    }

    /** A thread may end without telling: then its heap is taken from it. */
    @Test
    void heapOfAThreadThatNeverGaveItBack() throws InterruptedException {
        try (Loop other = new Loop()) {
            List<ByteBuf> live = new ArrayList<>();
            Thread silent = new FastThreadLocalThread() {
                @Override
                public void run() {
                    ThreadExecutorMap.apply(
                                    (Runnable) () ->
                                            live.add(allocator.directBuffer(100).writeInt(42)),
                                    other.executor())
                            .run();
                }
            };
            silent.start();
            silent.join();
            AceByteBuf left = (AceByteBuf) live.get(0);
            AceByteBuf next = (AceByteBuf) other.call(() -> allocator.directBuffer(100));
            assertThat(next.heap()).isSameAs(left.heap());
            assertThat(adoptions()).isEqualTo(1);
            assertThat(left.readInt()).isEqualTo(42);
            left.release();
            next.release();
            Laws.assertNothingLive(allocator, other);
        }
    }
}
