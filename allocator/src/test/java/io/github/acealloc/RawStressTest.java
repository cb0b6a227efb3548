/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.acealloc.os.OsMemory;
import io.github.acealloc.testing.Engine;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.Racers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory by address among threads: each block is one thread's at a time, and each is freed once. */
class RawStressTest {
    private static final int THREADS = 4;
    private static final int STEPS = 15_000;
    private static final int SHORT_LIVED = 10_000;
    private static final int ROUNDS = 1000;
    private static final int MOST_HELD = 100;
    private static final long LIMIT = 256L << 20;

    private RawRig rig = new RawRig(LIMIT);
    private final ConcurrentLinkedQueue<Long> passedOn = new ConcurrentLinkedQueue<>();

    @AfterEach
    void everythingGoesBack() {
        passedOn.forEach(this::free);
        rig.raw.trim();
        await().untilAsserted(() -> assertThat(rig.raw.stats().liveBytes()).isZero());
        await().untilAsserted(() -> assertThat(rig.raw.stats().committedBytes()).isZero());
        rig.raw.close();
        await().untilAsserted(() -> assertThat(rig.memory.reservedBytes()).isZero());
        assertThat(rig.raw.violations()).isEmpty();
    }

    private long allocate(int size) {
        long address = rig.raw.allocate(size);
        int usable = Math.toIntExact(rig.raw.usableSize(address));
        ByteBuffer there = rig.memory.at(address, usable);
        there.putLong(0, address).putLong(usable - Long.BYTES, ~address);
        return address;
    }

    private void free(long address) {
        int usable = Math.toIntExact(rig.raw.usableSize(address));
        ByteBuffer there = rig.memory.at(address, usable);
        long first = there.getLong(0);
        long last = there.getLong(usable - Long.BYTES);
        if (first != address || last != ~address) {
            throw new AssertionError("0x" + Long.toHexString(address) + " holds 0x" + Long.toHexString(first)
                    + " and 0x" + Long.toHexString(last));
        }
        there.putLong(0, 0).putLong(usable - Long.BYTES, 0);
        rig.raw.free(address);
    }

    /** If hasty, the governor takes whatever lies idle for a millisecond. */
    @ParameterizedTest(name = "hasty {0}")
    @ValueSource(booleans = {false, true})
    void threadsAllocatePassOnAndFree(boolean hasty) {
        if (hasty) {
            rig = new RawRig(OsMemory.direct(), LIMIT, Engine.KNOBS.withPurgeDelay(1_000_000));
        }
        Racers racers = new Racers();
        for (int t = 0; t < THREADS; t++) {
            int seed = t;
            racers.on(() -> work(new Random(seed)));
        }
        racers.go();
    }

    private void work(Random random) {
        List<Long> held = new ArrayList<>();
        for (int i = 0; i < STEPS; i++) {
            int choice = random.nextInt(100);
            if (choice < 50 && held.size() < MOST_HELD) {
                boolean huge = random.nextInt(500) == 0;
                held.add(allocate(huge ? 3 << 20 : 16 + random.nextInt(1 << (4 + random.nextInt(13)))));
            } else if (choice < 70 && !held.isEmpty()) {
                free(held.remove(random.nextInt(held.size())));
            } else if (choice < 85 && !held.isEmpty()) {
                passedOn.add(held.remove(held.size() - 1));
            } else if (choice < 99) {
                Long passed = passedOn.poll();
                if (passed != null) {
                    free(passed);
                }
            } else {
                rig.raw.trim();
            }
        }
        held.forEach(this::free);
    }

    @Test
    void tenThousandShortLivedThreadsLeaveNothingBehind() throws InterruptedException {
        AtomicInteger failures = new AtomicInteger();
        for (int i = 0; i < SHORT_LIVED; i += 2) {
            Thread one = shortLived(i, failures);
            Thread two = shortLived(i + 1, failures);
            one.join();
            two.join();
        }
        assertThat(failures).hasValue(0);
        int stripes = 2 * Integer.highestOneBit(2 * Runtime.getRuntime().availableProcessors() - 1);
        assertThat(rig.raw.stats().heaps()).isBetween(1, stripes);
        assertThat(rig.raw.stats().committedBytes()).as("grew with the threads").isLessThan(64L << 20);
    }

    private Thread shortLived(int number, AtomicInteger failures) {
        Thread thread = new Thread(() -> {
            long mine = allocate(16 + number % 8192);
            Long fromLast = passedOn.poll();
            passedOn.add(allocate(1024));
            if (fromLast != null) {
                free(fromLast);
            }
            free(mine);
        });
        thread.setUncaughtExceptionHandler((dead, e) -> failures.incrementAndGet());
        thread.start();
        return thread;
    }

    /** Of two threads that free the same memory at the same moment, one does and the other is told. */
    @Test
    void aBlockIsFreedByOneThreadOnly() {
        try (Loop a = new Loop();
                Loop b = new Loop()) {
            for (int round = 0; round < ROUNDS; round++) {
                long address = rig.raw.allocate(round % 20 == 0 ? 3 << 20 : 1 + round * 37 % 5000);
                AtomicInteger freed = new AtomicInteger();
                AtomicInteger refused = new AtomicInteger();
                Runnable free = () -> {
                    try {
                        rig.raw.free(address);
                        freed.incrementAndGet();
                    } catch (IllegalStateException | IllegalArgumentException e) {
                        assertThat(e).hasMessageStartingWith("address: 0x" + Long.toHexString(address) + " ");
                        refused.incrementAndGet();
                    }
                };
                new Racers().on(a, free).on(b, free).go();
                assertThat(freed).hasValue(1);
                assertThat(refused).hasValue(1);
                assertThat(rig.raw.stats().liveBytes()).isZero();
            }
        }
    }

    /** Wrong addresses are refused while others allocate and free there. */
    @Test
    void wrongAddressesDoNoHarm() {
        AtomicInteger running = new AtomicInteger(2);
        Racers racers = new Racers();
        for (int t = 0; t < 2; t++) {
            int seed = t;
            racers.on(() -> {
                try {
                    work(new Random(seed));
                } finally {
                    running.decrementAndGet();
                }
            });
        }
        racers.on(() -> {
                    Random random = new Random(7);
                    long anchor = allocate(1024);
                    while (running.get() > 0) {
                        long near = anchor + random.nextInt(1 << 21) - (1 << 20);
                        long wrong = near | 1; // no block begins there
                        try {
                            rig.raw.free(wrong);
                            throw new AssertionError("0x" + Long.toHexString(wrong) + " was freed");
                        } catch (IllegalStateException | IllegalArgumentException e) {
                            assertThat(e).hasMessageContaining("found: ");
                        }
                    }
                    free(anchor);
                })
                .go();
    }
}
