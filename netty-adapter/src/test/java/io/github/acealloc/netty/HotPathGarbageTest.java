/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** In its steady state the allocator allocates no Java object, on an event loop, elsewhere and between threads. */
@ExtendWith(NoLeakDetection.class)
class HotPathGarbageTest {
    private static final int PAIRS = 1_000_000;
    private static final int WARM_UP = 100_000;
    private static final int SLOTS = 256;

    private final Loop loop = new Loop();
    private final AceByteBufAllocator allocator = new AceByteBufAllocator();
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @AfterEach
    void assertClosesClean() {
        Laws.assertClosesClean(allocator, loop);
        loop.close();
    }

    /** Bytes that the calling thread allocates meanwhile. */
    private long garbageOf(Runnable work) {
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        work.run();
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    }

    private void pairs(Kind kind, int size, int n) {
        for (int i = 0; i < n; i++) {
            kind.allocate(allocator, size).writeByte(i).release();
        }
    }

    @ParameterizedTest
    @CsvSource({"DIRECT, 64", "HEAP, 64", "DIRECT, 5000", "HEAP, 100000"})
    void pairsOnALoop(Kind kind, int size) {
        loop.run(() -> {
            pairs(kind, size, WARM_UP);
            assertThat(garbageOf(() -> pairs(kind, size, PAIRS))).isLessThan(PAIRS);
        });
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void pairsElsewhere(Kind kind) {
        pairs(kind, 64, WARM_UP);
        assertThat(garbageOf(() -> pairs(kind, 64, PAIRS))).isLessThan(PAIRS);
    }

    /** Replaces buffers of all sizes in a table, in an order that looks random: refills and spills are among it. */
    private void mix(Kind kind, ByteBuf[] table, int n) {
        int random = 42;
        for (int i = 0; i < n; i++) {
            random = random * 1103515245 + 12345;
            int slot = (random >>> 16) % SLOTS;
            if (table[slot] != null) {
                table[slot].release();
            }
            table[slot] = kind.allocate(allocator, 16 << ((random >>> 8) & 7), 1 << 20)
                    .writeByte(i);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void mixedSizes(Kind kind) {
        ByteBuf[] table = new ByteBuf[SLOTS];
        loop.run(() -> {
            mix(kind, table, WARM_UP);
            assertThat(garbageOf(() -> mix(kind, table, PAIRS))).isLessThan(PAIRS);
            for (ByteBuf buf : table) {
                buf.release();
            }
        });
    }

    /** Growth within the slot and beyond it, and views for channels, make nothing that was not there before. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void growth(Kind kind) {
        loop.run(() -> {
            grow(kind, WARM_UP);
            assertThat(garbageOf(() -> grow(kind, WARM_UP))).isLessThan(WARM_UP);
        });
    }

    private void grow(Kind kind, int n) {
        for (int i = 0; i < n; i++) {
            ByteBuf buf = kind.allocate(allocator, 64).writeLong(i);
            buf.capacity(80).capacity(1000);
            if (buf.readLong() != i) {
                throw new AssertionError(buf);
            }
            buf.capacity(16).release();
        }
    }

    /** What is released by another thread makes no garbage on either side. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void releasedElsewhere(Kind kind) {
        AtomicReferenceArray<ByteBuf> ring = new AtomicReferenceArray<>(SLOTS);
        try (Loop consumer = new Loop()) {
            Future<Long> garbage = consumer.executor().submit(() -> {
                release(ring, PAIRS / 4);
                return garbageOf(() -> release(ring, PAIRS / 4));
            });
            loop.run(() -> {
                produce(kind, ring, PAIRS / 4);
                assertThat(garbageOf(() -> produce(kind, ring, PAIRS / 4))).isLessThan(PAIRS / 4);
            });
            assertThat(garbage.syncUninterruptibly().getNow()).isLessThan(PAIRS / 4);
        }
    }

    private void produce(Kind kind, AtomicReferenceArray<ByteBuf> ring, int n) {
        for (int i = 0; i < n; i++) {
            while (ring.get(i % SLOTS) != null) {
                Thread.yield();
            }
            ring.set(i % SLOTS, kind.allocate(allocator, 64));
        }
    }

    private static void release(AtomicReferenceArray<ByteBuf> ring, int n) {
        for (int i = 0; i < n; i++) {
            ByteBuf buf = ring.get(i % SLOTS);
            while (buf == null) {
                Thread.yield();
                buf = ring.get(i % SLOTS);
            }
            ring.set(i % SLOTS, null);
            buf.release();
        }
    }
}
