/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** An allocator that is dropped without close gives its memory back, and its addresses; buffers that live longer keep theirs. */
@ExtendWith(NoLeakDetection.class)
class DroppedAllocatorTest {
    private static final long PATIENCE_NANOS = 20_000_000_000L;
    private static final int[] SIZES = {10, 1000, 50_000, 1 << 20, 3 << 20};

    /** So that nothing goes because it was idle. */
    private static final String LONG_DELAY = "3600000";

    private final Loop loop = new Loop();
    private final AtomicLong reserved = new AtomicLong();

    @AfterEach
    void endLoop() {
        loop.close();
    }

    /** The JVM's own memory, counted. */
    private OsMemory counted() {
        OsMemory direct = OsMemory.direct();
        return new OsMemory() {
            @Override
            public Region reserve(int bytes) {
                Region region = direct.reserve(bytes);
                reserved.addAndGet(bytes);
                return region;
            }

            @Override
            public boolean purge(Region region, int from, int bytes) {
                return direct.purge(region, from, bytes);
            }

            @Override
            public void release(Region region) {
                direct.release(region);
                reserved.addAndGet(-region.bytes());
            }

            @Override
            public boolean isDirect() {
                return true;
            }
        };
    }

    private AceByteBufAllocator allocator(String purgeDelayMillis) {
        return new AceByteBufAllocator(Laws.config("acealloc.purgeDelayMillis", purgeDelayMillis), null, counted());
    }

    private static void use(ByteBufAllocator allocator) {
        List<ByteBuf> live = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (int size : SIZES) {
                live.add(kind.allocate(allocator, size));
            }
        }
        live.forEach(ByteBuf::release);
    }

    private void awaitReserved(long atMost, boolean collect) throws InterruptedException {
        long start = System.nanoTime();
        while (reserved.get() > atMost && System.nanoTime() - start < PATIENCE_NANOS) {
            if (collect) {
                System.gc();
            }
            Thread.sleep(50);
        }
        assertThat(reserved.get()).as("bytes of address space").isLessThanOrEqualTo(atMost);
    }

    private void useAndDrop(int allocators, String purgeDelayMillis) {
        for (int i = 0; i < allocators; i++) {
            AceByteBufAllocator allocator = allocator(purgeDelayMillis);
            use(allocator);
            loop.run(() -> use(allocator));
        }
        assertThat(reserved.get()).isPositive();
    }

    @Test
    void allGoesBackWhenTheCollectorHasFoundIt() throws InterruptedException {
        useAndDrop(20, LONG_DELAY);
        awaitReserved(0, true);
    }

    /** No collection is needed, and no user to drop it: silence is enough. */
    @Test
    void allGoesBackInSilence() throws InterruptedException {
        AceByteBufAllocator held = allocator("100");
        use(held);
        loop.run(() -> use(held));
        awaitReserved(0, false);
        use(held);
        loop.run(() -> use(held));
        held.close();
    }

    private ByteBuf liveOfDropped() {
        AceByteBufAllocator allocator = allocator(LONG_DELAY);
        ByteBuf live = loop.call(() -> allocator.directBuffer(1000).writeLong(42));
        assertThat(live.alloc()).isSameAs(allocator);
        use(allocator);
        return live;
    }

    @Test
    void aBufferThatLivesLongerKeepsItsMemoryAndItsAllocator() throws InterruptedException {
        ByteBuf live = liveOfDropped();
        awaitReserved(Kind.DIRECT.superslabBytes(), true);
        ByteBufAllocator again = live.alloc();
        assertThat(live.alloc()).isSameAs(again);
        use(again);
        loop.run(() -> use(again));
        ByteBuf copy = loop.call(live::copy);
        assertThat(copy.alloc()).isSameAs(again);
        loop.run(() -> live.capacity(200_000));
        assertThat(live.getLong(0)).isEqualTo(42);
        assertThat(copy.getLong(0)).isEqualTo(42);
        loop.run(copy::release);
        loop.run(live::release);
        assertThat(((AceByteBufAllocator) again).stats().liveBytes()).isZero();
    }

    @Test
    void whatWasLiveGoesBackWhenItIsReleased() throws InterruptedException {
        ByteBuf live = liveOfDropped();
        awaitReserved(Kind.DIRECT.superslabBytes(), true);
        assertThat(live.getLong(0)).isEqualTo(42);
        live.release();
        awaitReserved(0, true);
    }

    private static void learnAndDrop(Path file) {
        AceByteBufAllocator allocator = new AceByteBufAllocator(
                Laws.config(Map.of("acealloc.mode", "learn", "acealloc.policy", file.toString())));
        List<ByteBuf> live = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            live.add(allocator.directBuffer(1000));
        }
        live.forEach(ByteBuf::release);
        Laws.awaitTurn(allocator);
    }

    @Test
    void whatWasLearnedIsKept(@TempDir Path directory) throws InterruptedException {
        Path file = directory.resolve("policy.properties");
        learnAndDrop(file);
        long start = System.nanoTime();
        while (!Files.exists(file) && System.nanoTime() - start < PATIENCE_NANOS) {
            System.gc();
            Thread.sleep(50);
        }
        assertThat(file).exists();
    }
}
