/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.os.Extents.Slot;
import io.github.acealloc.testing.Racers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slots out of large mappings, against a model of the address space. */
class ExtentsTest {
    private static final long SLOT = (2 << 20) + OsMemory.PAGE;

    private final FakeSystem system = new FakeSystem();
    private final Extents extents = new Extents(system, SLOT);

    private List<Slot> reserve(int count) {
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            slots.add(extents.reserve());
        }
        return slots;
    }

    private void expectNothingLeft() {
        assertThat(extents.count()).isZero();
        assertThat(extents.slots()).isZero();
        assertThat(system.mapped).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void slotsAreMappedOverlapNothingAndAllGoBack(long seed) {
        Random random = new Random(seed);
        TreeMap<Long, Slot> out = new TreeMap<>();
        for (int step = 0; step < 20_000; step++) {
            boolean grows = step / 2_000 % 2 == 0;
            if (out.isEmpty() || random.nextInt(10) < (grows ? 7 : 3)) {
                Slot slot = extents.reserve();
                system.expectMapped(slot.address(), SLOT);
                Map.Entry<Long, Slot> below = out.floorEntry(slot.address());
                assertThat(below == null || below.getKey() + SLOT <= slot.address())
                        .as("seed %s, step %s: free below", seed, step)
                        .isTrue();
                Map.Entry<Long, Slot> above = out.ceilingEntry(slot.address());
                assertThat(above == null || slot.address() + SLOT <= above.getKey())
                        .as("seed %s, step %s: free above", seed, step)
                        .isTrue();
                out.put(slot.address(), slot);
            } else {
                Long at = out.ceilingKey(
                        out.firstKey() + (long) (random.nextDouble() * (out.lastKey() - out.firstKey())));
                extents.release(out.remove(at));
            }
            assertThat(extents.count()).isEqualTo(system.mapped.size());
            assertThat(extents.slots() * SLOT).isEqualTo(system.bytes());
        }
        out.values().forEach(extents::release);
        expectNothingLeft();
    }

    @Test
    void extentsDoubleWhatThereIsAndLieNextToEachOther() {
        reserve(1);
        assertThat(extents.slots()).isEqualTo(16);
        reserve(16);
        assertThat(extents.slots()).isEqualTo(32);
        reserve(16);
        assertThat(extents.slots()).isEqualTo(64);
        reserve(2048 - 33);
        assertThat(extents.slots()).isEqualTo(2048);
        assertThat(extents.count()).isEqualTo(4 + 1 + 7);
        assertThat(system.lowest() + 2048 * SLOT).as("in one piece").isEqualTo(system.highest());
    }

    /** The second of two sparse extents is left alone, and becomes empty. */
    @Test
    void theFullestServesFirstFromItsLowestSlot() {
        List<Slot> slots = reserve(32);
        for (int i = 1; i < 16; i += 3) {
            extents.release(slots.get(i));
        }
        for (int i = 17; i < 32; i++) {
            extents.release(slots.get(i));
        }
        for (int i = 1; i < 16; i += 3) {
            assertThat(extents.reserve().address()).isEqualTo(slots.get(0).address() + i * SLOT);
        }
        extents.release(slots.get(16));
        assertThat(extents.count()).isEqualTo(1);
    }

    @Test
    void pagesOfAReleasedSlotGoBackAndNoOthers() {
        List<Slot> slots = reserve(3);
        system.discarded.clear();
        extents.release(slots.get(1));
        assertThat(system.discarded).containsExactly(slots.get(1).address());
        extents.release(slots.get(0));
        system.discarded.clear();
        extents.release(slots.get(2));
        assertThat(system.discarded).as("the last goes with its extent").isEmpty();
        expectNothingLeft();
    }

    @Test
    void whereLargeExtentsAreRefusedSmallerOnesServeAndThenNone() {
        system.limit = 40 * SLOT;
        List<Slot> slots = reserve(40);
        assertThat(slots).doesNotContainNull();
        assertThat(extents.reserve()).isNull();
        int asked = system.requests;
        assertThat(extents.reserve()).as("is not asked for again and again").isNull();
        assertThat(system.requests).isEqualTo(asked);
        slots.forEach(extents::release);
        expectNothingLeft();
        system.limit = Long.MAX_VALUE;
        reserve(1000);
        assertThat(extents.count()).as("large ones again").isLessThan(20);
    }

    /** As where memory is locked after it was mapped: the slot is dirty, but not lost. */
    @Test
    void aSlotWhosePagesStayIsHandedOutAgain() {
        List<Slot> slots = reserve(16);
        system.keepsPages = true;
        extents.release(slots.get(7));
        assertThat(extents.reserve().address()).isEqualTo(slots.get(7).address());
        assertThat(extents.reserve()).as("no further extent").isNull();
        assertThat(extents.count()).isEqualTo(1);
    }

    /** As where all memory is locked as soon as it is mapped, and an extent would be resident at once. */
    @Test
    void whereMemoryIsLockedThereAreNoExtents() {
        system.keepsPages = true;
        assertThat(extents.reserve()).isNull();
        assertThat(extents.reserve()).isNull();
        assertThat(system.requests).isEqualTo(1);
        expectNothingLeft();
    }

    @Test
    void anExtentThatCannotBeUnmappedServesOn() {
        Slot first = extents.reserve();
        system.refusesUnmap = true;
        system.discarded.clear();
        extents.release(first);
        assertThat(system.discarded).containsExactly(first.address());
        assertThat(extents.count()).isEqualTo(1);
        List<Slot> slots = reserve(16);
        assertThat(extents.count()).isEqualTo(1);
        system.refusesUnmap = false;
        slots.forEach(extents::release);
        expectNothingLeft();
    }

    @Test
    void whatFailsInTheSystemLosesNothing() {
        system.failure = new StackOverflowError("on purpose");
        assertThatThrownBy(extents::reserve).isSameAs(system.failure);
        expectNothingLeft();
        system.failure = null;
        List<Slot> slots = reserve(2);
        system.failsUnmap = true;
        system.failure = new StackOverflowError("on purpose");
        assertThatThrownBy(() -> extents.release(slots.get(0))).isSameAs(system.failure);
        system.failure = null;
        extents.release(slots.get(0));
        system.failure = new StackOverflowError("on purpose");
        assertThatThrownBy(() -> extents.release(slots.get(1))).isSameAs(system.failure);
        system.failure = null;
        assertThat(extents.count()).isEqualTo(1);
        extents.release(slots.get(1));
        expectNothingLeft();
    }

    @Test
    void threadsUseItTogether() {
        Racers racers = new Racers();
        for (int t = 0; t < 3; t++) {
            int seed = t;
            racers.on(() -> {
                Random random = new Random(seed);
                List<Slot> mine = new ArrayList<>();
                for (int i = 0; i < 20_000; i++) {
                    if (mine.size() < 20 && random.nextBoolean()) {
                        Slot slot = extents.reserve();
                        system.expectMapped(slot.address(), SLOT);
                        system.own(slot.address());
                        mine.add(slot);
                    } else if (!mine.isEmpty()) {
                        Slot slot = mine.remove(random.nextInt(mine.size()));
                        system.disown(slot.address());
                        extents.release(slot);
                    }
                }
                mine.forEach(slot -> system.disown(slot.address()));
                mine.forEach(extents::release);
            });
        }
        racers.go();
        expectNothingLeft();
    }

    /** An address space in which hints are kept where there is room. */
    private static final class FakeSystem implements PageCalls {
        final TreeMap<Long, Long> mapped = new TreeMap<>();
        final List<Long> discarded = new ArrayList<>();
        private final TreeMap<Long, Thread> owners = new TreeMap<>();
        long limit = Long.MAX_VALUE;
        boolean keepsPages;
        boolean refusesUnmap;
        boolean failsUnmap;
        Error failure;
        int requests;

        private synchronized void fail() {
            if (failure != null) {
                throw failure;
            }
        }

        @Override
        public synchronized long map(long hint, long bytes) {
            requests++;
            if (bytes() + bytes > limit) {
                return 0;
            }
            long at = hint != 0 && isFree(hint, bytes) ? hint : (mapped.isEmpty() ? 1L << 40 : highest() + SLOT);
            mapped.put(at, bytes);
            return at;
        }

        private boolean isFree(long at, long bytes) {
            Map.Entry<Long, Long> below = mapped.lowerEntry(at + bytes);
            return below == null || below.getKey() + below.getValue() <= at;
        }

        @Override
        public synchronized boolean unmap(long address, long bytes) {
            if (failsUnmap) {
                fail();
            }
            assertThat(mapped).containsEntry(address, bytes);
            if (!refusesUnmap) {
                mapped.remove(address);
            }
            return !refusesUnmap;
        }

        @Override
        public synchronized boolean discard(long address, long bytes) {
            fail();
            expectMapped(address, bytes);
            discarded.add(address);
            return !keepsPages;
        }

        synchronized void expectMapped(long address, long bytes) {
            Map.Entry<Long, Long> at = mapped.floorEntry(address);
            assertThat(at).isNotNull();
            assertThat(address + bytes).isLessThanOrEqualTo(at.getKey() + at.getValue());
        }

        synchronized void own(long address) {
            assertThat(owners.put(address, Thread.currentThread())).isNull();
        }

        synchronized void disown(long address) {
            assertThat(owners.remove(address)).isSameAs(Thread.currentThread());
        }

        synchronized long bytes() {
            return mapped.values().stream().mapToLong(Long::longValue).sum();
        }

        synchronized long lowest() {
            return mapped.firstKey();
        }

        synchronized long highest() {
            return mapped.lastKey() + mapped.lastEntry().getValue();
        }
    }
}
