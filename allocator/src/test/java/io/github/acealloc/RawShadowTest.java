/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.testing.FaultyMemory;
import io.github.acealloc.testing.Loop;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory by address under random programs, right ones and wrong ones, against a map of what is allocated. */
class RawShadowTest {
    private static final long LIMIT = 24L << 20;
    private static final int STEPS = 4000;
    private static final int STRIDE = 256;

    @Property(tries = 60)
    void everyStepKeepsTheLaws(@ForAll @Size(min = 10, max = 100) List<@IntRange(min = 0) Integer> steps) {
        try (Shadow shadow = new Shadow()) {
            for (int step : steps) {
                shadow.step(step);
                shadow.check();
            }
            shadow.end();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2})
    void longProgramsLoseNothing(long seed) {
        Random random = new Random(seed);
        try (Shadow shadow = new Shadow()) {
            for (int i = 0; i < STEPS; i++) {
                shadow.step(random.nextInt(Integer.MAX_VALUE));
            }
            shadow.end();
        }
    }

    /** An allocator and what must be in it. */
    private static final class Shadow implements AutoCloseable {
        private final RawRig rig = new RawRig(LIMIT);
        private final FaultyMemory memory = rig.memory;
        private final RawAllocator raw = rig.raw;
        private final TreeMap<Long, Integer> live = new TreeMap<>();
        private final List<Long> addresses = new ArrayList<>();
        private final List<Long> freed = new ArrayList<>();
        private final Loop loop = new Loop();
        private long liveBytes;

        void step(int number) {
            Random random = new Random(number * 0x9E3779B97F4A7C15L);
            int kind = random.nextInt(100);
            if (random.nextBoolean()) {
                step(random, kind);
            } else {
                loop.run(() -> step(random, kind)); // from a thread with a stripe of its own, as it may be
            }
        }

        private void step(Random random, int kind) {
            if (kind < 40) {
                allocate(random);
            } else if (kind < 70) {
                for (int n = random.nextInt(40); n > 0 && !addresses.isEmpty(); n--) {
                    free(random.nextInt(addresses.size()));
                }
            } else if (kind < 80) {
                refuseStale(random);
            } else if (kind < 92) {
                refuseWrong(random);
            } else if (kind < 95) {
                raw.trim();
            } else {
                memory.refuseNth(1);
            }
        }

        private void allocate(Random random) {
            boolean huge = random.nextInt(25) == 0;
            int size = huge
                    ? SizeClasses.MAX_BLOCK + 1 + random.nextInt(2 << 20)
                    : random.nextInt(1 << (4 + random.nextInt(17)));
            int n = 1 + random.nextInt(Math.max(1, Math.min(40, (128 << 10) / (size + 1))));
            try {
                for (int i = 0; i < n; i++) {
                    allocated(raw.allocate(size), size);
                }
            } catch (OutOfMemoryError e) {
                assertThat(e).hasMessageStartingWith("cannot allocate ").hasMessageContaining(", limit: " + LIMIT);
            }
        }

        private void allocated(long address, int size) {
            int usable = Math.toIntExact(raw.usableSize(address));
            assertThat(address % 16).isZero();
            assertThat(usable).isGreaterThanOrEqualTo(size);
            Map.Entry<Long, Integer> below = live.lowerEntry(address + usable);
            if (below != null && below.getKey() + below.getValue() > address) {
                throw new AssertionError("0x" + Long.toHexString(address) + " overlaps " + below);
            }
            live.put(address, usable);
            addresses.add(address);
            liveBytes += usable;
            ByteBuffer memoryThere = memory.at(address, usable);
            for (int at = 0; at < usable - Long.BYTES; at += STRIDE) {
                memoryThere.putLong(at, pattern(address, at));
            }
            memoryThere.putLong(usable - Long.BYTES, pattern(address, usable));
        }

        private static long pattern(long address, int at) {
            return (address + at) * 0x9E3779B97F4A7C15L;
        }

        private void expectPattern(long address) {
            int usable = live.get(address);
            ByteBuffer memoryThere = memory.at(address, usable);
            long last = memoryThere.getLong(usable - Long.BYTES);
            boolean kept = last == pattern(address, usable);
            for (int at = 0; at < usable - Long.BYTES; at += STRIDE) {
                kept &= memoryThere.getLong(at) == pattern(address, at);
            }
            assertThat(kept).as("contents at 0x" + Long.toHexString(address)).isTrue();
        }

        private void free(int i) {
            long address = addresses.get(i);
            addresses.set(i, addresses.get(addresses.size() - 1));
            addresses.remove(addresses.size() - 1);
            expectPattern(address);
            assertThat(raw.usableSize(address)).isEqualTo(live.get(address).longValue());
            raw.free(address);
            liveBytes -= live.remove(address);
            freed.add(address);
        }

        /** An address that was right once. */
        private void refuseStale(Random random) {
            if (!freed.isEmpty()) {
                long address = freed.get(random.nextInt(freed.size()));
                if (!live.containsKey(address)) {
                    refuse(address);
                }
            }
        }

        /** An address that never was: inside a block, next to one, or anywhere. */
        private void refuseWrong(Random random) {
            long address = random.nextLong();
            if (!addresses.isEmpty() && random.nextInt(5) > 0) {
                long block = addresses.get(random.nextInt(addresses.size()));
                int usable = live.get(block);
                address = block + (random.nextBoolean() ? 1 + random.nextInt(usable) : -1 - random.nextInt(100));
            }
            if (!live.containsKey(address)) {
                refuse(address);
            }
        }

        private void refuse(long address) {
            Map.Entry<Long, Integer> below = live.lowerEntry(address);
            boolean inside = below != null && address < below.getKey() + below.getValue();
            for (Runnable misuse : List.<Runnable>of(() -> raw.free(address), () -> raw.usableSize(address))) {
                assertThat(catchThrowable(misuse::run))
                        .isInstanceOfAny(
                                IllegalArgumentException.class,
                                inside ? IllegalArgumentException.class : IllegalStateException.class)
                        .hasMessageStartingWith("address: 0x" + Long.toHexString(address) + " ")
                        .hasMessageContaining("found: ");
            }
            assertThat(raw.stats().liveBytes()).isEqualTo(liveBytes);
        }

        void check() {
            AceStats stats = raw.stats();
            assertThat(stats.liveBytes()).isEqualTo(liveBytes);
            assertThat(stats.committedBytes() + stats.purgedBytes()).isEqualTo(memory.reservedBytes());
            assertThat(stats.committedBytes()).isLessThanOrEqualTo(LIMIT);
            assertThat(raw.violations()).isEmpty();
            live.keySet().forEach(this::expectPattern);
        }

        /** Some are freed before it is closed and some afterwards. */
        void end() {
            while (addresses.size() > 3) {
                free(addresses.size() / 2);
            }
            raw.trim();
            check();
            raw.close();
            while (!addresses.isEmpty()) {
                free(0);
            }
            assertThat(raw.stats().committedBytes()).isZero();
            await().untilAsserted(() -> assertThat(memory.reservedBytes()).isZero());
            assertThat(raw.violations()).isEmpty();
        }

        @Override
        public void close() {
            loop.close();
            raw.close();
        }
    }
}
