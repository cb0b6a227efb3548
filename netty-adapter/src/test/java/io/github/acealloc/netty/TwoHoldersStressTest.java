/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two loops hold one reference each to a buffer; one grows it and releases, the other only releases, at the same moment. One of
 * them is the last, and buffers that nobody else has stay as they are.
 */
@ExtendWith(NoLeakDetection.class)
class TwoHoldersStressTest {
    private static final int PAIRS = 2;

    /** Each round waits for two threads, so a busy machine takes many times that. */
    private static final int ROUNDS = Boolean.getBoolean("stress") ? 20_000 : 10_000;

    private static final int PRIVATE = 8;

    /** Two loops and the buffer that goes from one to the other. */
    private static final class Pair implements AutoCloseable {
        final Loop first = new Loop();
        final Loop second = new Loop();
        final AtomicReference<ByteBuf> handedOver = new AtomicReference<>();
        final AtomicInteger last = new AtomicInteger();

        /** Allocates, hands a reference over and releases its own as the other gets it. */
        private Void give(ByteBufAllocator allocator, Kind kind, int size) {
            List<ByteBuf> mine = privateBuffers(allocator, kind, 1);
            for (int round = 0; round < ROUNDS; round++) {
                ByteBuf buf = kind.allocate(allocator, size).retain();
                handedOver.set(buf);
                spin(round % 64);
                last.addAndGet(buf.release() ? 1 : 0);
                await(handedOver, false);
                check(mine, 1);
            }
            mine.forEach(ByteBuf::release);
            return null;
        }

        /** Grows what it gets, uses it and releases. */
        private Void take(ByteBufAllocator allocator, Kind kind, int grown) {
            List<ByteBuf> mine = privateBuffers(allocator, kind, 2);
            for (int round = 0; round < ROUNDS; round++) {
                ByteBuf buf = await(handedOver, true);
                buf.capacity(grown);
                buf.setByte(0, 3).setByte(grown - 1, 3);
                assertThat(buf.getByte(grown - 1)).isEqualTo((byte) 3);
                last.addAndGet(buf.release() ? 1 : 0);
                handedOver.set(null);
                check(mine, 2);
            }
            mine.forEach(ByteBuf::release);
            return null;
        }

        @Override
        public void close() {
            first.close();
            second.close();
        }
    }

    /** Waits until there is a buffer, or none: so short that both go on within nanoseconds, but for whoever shares a processor. */
    private static ByteBuf await(AtomicReference<ByteBuf> place, boolean full) {
        ByteBuf buf = place.get();
        for (int spins = 0; (buf != null) != full; spins++) {
            if (spins < 100) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
            buf = place.get();
        }
        return buf;
    }

    private static void spin(int spins) {
        for (int i = 0; i < spins; i++) {
            Thread.onSpinWait();
        }
    }

    private static List<ByteBuf> privateBuffers(ByteBufAllocator allocator, Kind kind, int stamp) {
        List<ByteBuf> bufs = new ArrayList<>();
        for (int i = 0; i < PRIVATE; i++) {
            bufs.add(kind.allocate(allocator, i % 2 == 0 ? 64 : 1024).setLong(0, stamp));
        }
        return bufs;
    }

    /** Lets one of them go and takes another, so that blocks which are given out twice meet. */
    private static void check(List<ByteBuf> bufs, int stamp) {
        ByteBuf buf = bufs.remove(0);
        assertThat(buf.refCnt()).isOne();
        assertThat(buf.getLong(0)).isEqualTo(stamp);
        ByteBufAllocator allocator = buf.alloc();
        boolean direct = buf.isDirect();
        int size = buf.capacity();
        assertThat(buf.release()).isTrue();
        bufs.add((direct ? allocator.directBuffer(size) : allocator.heapBuffer(size)).setLong(0, stamp));
    }

    @ParameterizedTest
    @CsvSource({
        "ACE, DIRECT, 64, 1024",
        "ACE, HEAP, 64, 1024",
        "ACE, DIRECT, 1024, 64",
        "ACE, DIRECT, 64, 1500000",
        "POOLED, DIRECT, 64, 1024",
        "ADAPTIVE, DIRECT, 64, 1024"
    })
    void oneOfThemGrowsIt(Contestant whose, Kind kind, int size, int grown) throws Exception {
        ByteBufAllocator allocator = whose.make();
        List<Pair> pairs = new ArrayList<>();
        List<Future<Void>> ends = new ArrayList<>();
        for (int i = 0; i < PAIRS; i++) {
            Pair pair = new Pair();
            pairs.add(pair);
            ends.add(pair.first.executor().submit(() -> pair.give(allocator, kind, size)));
            ends.add(pair.second.executor().submit(() -> pair.take(allocator, kind, grown)));
        }
        for (Future<Void> end : ends) {
            end.get(120, TimeUnit.SECONDS);
        }
        for (Pair pair : pairs) {
            assertThat(pair.last.get()).as("last releases").isEqualTo(ROUNDS);
        }
        if (allocator instanceof AceByteBufAllocator ace) {
            Loop[] loops =
                    pairs.stream().flatMap(p -> Stream.of(p.first, p.second)).toArray(Loop[]::new);
            Laws.assertClosesClean(ace, loops);
        }
        pairs.forEach(Pair::close);
    }
}
