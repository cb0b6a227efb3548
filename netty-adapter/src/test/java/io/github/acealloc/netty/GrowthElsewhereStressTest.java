/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Buffers outgrow their slots on threads that do not own the slabs, while the owner allocates and releases: contents
 * stay, no block is lost and none is given out twice.
 */
@ExtendWith(NoLeakDetection.class)
class GrowthElsewhereStressTest {
    private static final int BUFFERS = 40_000;
    private static final int QUEUED = 256;
    private static final int[] SIZES = {8, 16, 17, 64, 100, 500, 513, 4_000, 20_000};
    private static final int HUGE = 1_100_000;

    private final long seed = System.nanoTime();
    private final AceByteBufAllocator allocator = new AceByteBufAllocator();
    private final BlockingQueue<ByteBuf> queue = new LinkedBlockingQueue<>(QUEUED);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean done;

    @ParameterizedTest
    @EnumSource(Kind.class)
    void growAndShrinkElsewhere(Kind kind) throws InterruptedException {
        try (Loop owner = new Loop();
                Loop otherLoop = new Loop()) {
            Thread plain = new Thread(() -> consume(seed + 1));
            plain.start();
            otherLoop.executor().execute(() -> consume(seed + 2));
            owner.run(() -> produce(kind, new Random(seed)));
            done = true;
            plain.join(TimeUnit.SECONDS.toMillis(60));
            otherLoop.run(() -> {});
            assertThat(failure.get()).as("seed %d", seed).isNull();
            assertThat(queue).isEmpty();
            Laws.assertClosesClean(allocator, owner, otherLoop);
        }
    }

    /** The owner: hands most buffers on, keeps some to grow and release itself. */
    private void produce(Kind kind, Random random) throws InterruptedException {
        ArrayDeque<ByteBuf> own = new ArrayDeque<>();
        for (int i = 0; i < BUFFERS && failure.get() == null; i++) {
            ByteBuf buf = kind.allocate(allocator, SIZES[random.nextInt(SIZES.length)]);
            stamp(buf, random.nextLong());
            if (random.nextInt(4) == 0) {
                own.add(buf);
            } else {
                assertThat(queue.offer(buf, 30, TimeUnit.SECONDS)).isTrue();
            }
            if (own.size() > 100 || (random.nextBoolean() && !own.isEmpty())) {
                workOn(own.poll(), random);
            }
        }
        own.forEach(ByteBuf::release);
    }

    private void consume(long threadSeed) {
        Random random = new Random(threadSeed);
        List<ByteBuf> held = new ArrayList<>();
        try {
            for (; ; ) {
                ByteBuf buf = queue.poll(1, TimeUnit.MILLISECONDS);
                if (buf == null) {
                    if (done) {
                        break;
                    }
                    continue;
                }
                held.add(buf);
                if (held.size() > 50) {
                    workOn(held.remove(random.nextInt(held.size())), random);
                }
            }
            held.forEach(ByteBuf::release);
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    /** Moves a buffer a few times, checks its stamp each time, and releases it. */
    private static void workOn(ByteBuf buf, Random random) {
        long stamp = buf.getLong(0);
        for (int moves = random.nextInt(4); moves > 0; moves--) {
            int to = random.nextInt(500) == 0 ? HUGE : SIZES[random.nextInt(SIZES.length)];
            int kept = Math.min(to, buf.capacity());
            buf.capacity(to);
            checkStamp(buf, stamp, kept);
            stamp(buf, stamp);
        }
        checkStamp(buf, stamp, buf.capacity());
        buf.release();
    }

    private static void stamp(ByteBuf buf, long stamp) {
        byte[] fill = new byte[Math.min(buf.capacity(), 1000)];
        Arrays.fill(fill, (byte) stamp);
        buf.setBytes(0, fill).setLong(0, stamp).setByte(buf.capacity() - 1, (byte) stamp);
        if (buf.capacity() < 2 * Long.BYTES) {
            buf.setLong(0, stamp);
        }
    }

    private static void checkStamp(ByteBuf buf, long stamp, int kept) {
        boolean right = buf.getLong(0) == stamp;
        for (int i = Long.BYTES; i < Math.min(kept, 1000) - 1; i++) {
            right &= buf.getByte(i) == (byte) stamp;
        }
        if (!right) {
            throw new AssertionError("another buffer's bytes in " + buf);
        }
    }
}
