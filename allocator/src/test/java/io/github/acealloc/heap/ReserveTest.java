/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static io.github.acealloc.heap.HeapRig.KIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.testing.TestBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** What is laid aside at each turn: what was needed comes back, the rest goes home a turn later. */
class ReserveTest {
    private static final int CAP = 16;
    private static final int BATCH = 4;

    private final HeapRig rig = new HeapRig().caches(CAP, BATCH);
    private final HotCache cache = rig.cache(KIB);

    private void turn() {
        rig.scavenge(false, false, KIB);
        expectCapLaw();
    }

    private void expectCapLaw() {
        assertThat(cache.room() + cache.size() - cache.reserved())
                .as("free + in use")
                .isEqualTo(cache.cap());
        rig.expectLaws();
    }

    /** Blocks in the cache, in this order from the oldest. */
    private List<Integer> fill(int n) {
        List<TestBlock> blocks = rig.allocate(KIB, CAP);
        List<Integer> ids = new ArrayList<>();
        while (!rig.cached(KIB).isEmpty()) {
            blocks.add(rig.allocate(KIB));
        }
        for (TestBlock block : blocks.subList(0, n)) {
            rig.release(block);
            ids.add(block.blockId());
        }
        return ids;
    }

    @Test
    void aTurnLaysAllAsideAndKeepsTheOrder() {
        List<Integer> ids = fill(10);
        turn();
        assertThat(cache.reserved()).isEqualTo(10);
        assertThat(rig.cached(KIB)).isEqualTo(ids);
        assertThat(cache.cap()).isEqualTo(CAP);
        assertThat(cache.aged()).isZero();
    }

    @Test
    void whatNobodyNeededGoesBackAtTheNextTurnTheOldestFirst() {
        fill(10);
        turn();
        turn();
        assertThat(rig.cached(KIB)).isEmpty();
        assertThat(cache.aged()).isEqualTo(10);
        assertThat(cache.reserved()).isZero();
        turn();
        assertThat(cache.aged()).isEqualTo(10);
    }

    @Test
    void whatWasNeededStays() {
        List<Integer> ids = fill(12);
        turn();
        assertThat(cache.reserved()).isEqualTo(12);
        List<TestBlock> blocks = rig.allocate(KIB, BATCH + 1);
        assertThat(cache.reserved())
                .as("half of it comes back, as that is more than a batch")
                .isEqualTo(6);
        for (int i = 0; i <= BATCH; i++) {
            assertThat(blocks.get(i).blockId()).as("the newest first").isEqualTo(ids.get(11 - i));
        }
        for (int i = BATCH; i >= 0; i--) {
            rig.release(blocks.get(i));
        }
        assertThat(rig.cached(KIB)).isEqualTo(ids);
        turn();
        assertThat(cache.aged()).isEqualTo(6);
        assertThat(rig.cached(KIB)).isEqualTo(ids.subList(6, 12));
    }

    @Test
    void theReserveIsEmptiedBeforeAnythingIsFetched() {
        fill(12);
        turn();
        long refills = rig.heap.counters().refills();
        long meterRefills = cache.meter().refills();
        rig.allocate(KIB, 12);
        assertThat(cache.size()).isZero();
        assertThat(rig.heap.counters().refills()).isEqualTo(refills);
        assertThat(cache.meter().refills()).isEqualTo(meterRefills);
        rig.allocate(KIB);
        assertThat(cache.meter().refills()).isEqualTo(meterRefills + 1);
    }

    @Test
    void atLeastABatchComesBackAndHalfOfALargeReserve() {
        rig.caches(64, BATCH);
        rig.allocate(KIB);
        List<TestBlock> blocks = rig.allocate(KIB, 80);
        blocks.forEach(rig::release);
        assertThat(cache.cap()).isEqualTo(64);
        int size = cache.size();
        turn();
        int reserved = cache.reserved();
        assertThat(reserved).isEqualTo(size);
        rig.allocate(KIB, BATCH + 1);
        assertThat(cache.reserved()).isEqualTo(reserved - reserved / 2);
        expectCapLaw();
    }

    @Test
    void aReleaseThatFindsTheCacheFullSpillsTheReserveFirst() {
        List<TestBlock> more = rig.allocate(KIB, CAP + 1);
        fill(CAP);
        turn();
        assertThat(cache.reserved()).isEqualTo(CAP);
        more.subList(0, CAP).forEach(rig::release);
        assertThat(cache.reserved())
                .as("on top of the cap until something is spilled")
                .isEqualTo(CAP);
        rig.release(more.get(CAP));
        assertThat(cache.reserved()).isZero();
        List<Integer> expected = new ArrayList<>();
        more.subList(BATCH, CAP + 1).forEach(block -> expected.add(block.blockId()));
        assertThat(rig.cached(KIB)).isEqualTo(expected);
        expectCapLaw();
    }

    @Test
    void aTurnGivesBackWhatLiesAboveALoweredCap() {
        List<Integer> ids = fill(12);
        rig.caches(5, BATCH);
        turn();
        assertThat(cache.cap()).isEqualTo(5);
        assertThat(rig.cached(KIB)).isEqualTo(ids.subList(7, 12));
        assertThat(cache.reserved()).isEqualTo(5);
    }

    @Test
    void aCapOfNoneLeavesNothing() {
        fill(12);
        rig.caches(0, 1);
        turn();
        assertThat(cache.cap()).isZero();
        assertThat(rig.cached(KIB)).isEmpty();
    }

    @Test
    void aReserveThatNoCapHasRoomForDoesNotStandInTheWay() {
        fill(12);
        turn();
        rig.caches(0, 1);
        List<TestBlock> blocks = rig.allocate(KIB, 20);
        expectCapLaw();
        blocks.forEach(rig::release);
        turn();
        turn();
        assertThat(rig.cached(KIB)).isEmpty();
    }

    @Test
    void aTurnRaisesTheCapToo() {
        List<Integer> ids = fill(12);
        rig.caches(40, BATCH);
        turn();
        assertThat(cache.cap()).isEqualTo(40);
        assertThat(rig.cached(KIB)).isEqualTo(ids);
    }

    @Test
    void aTurnOfAnEmptyCacheDoesNothing() {
        turn();
        assertThat(cache.cap()).isZero();
        assertThat(cache.reserved()).isZero();
    }

    @Test
    void aTurnLeavesOtherClassesAlone() {
        rig.allocate(4 * KIB);
        List<Integer> cached = rig.cached(4 * KIB);
        fill(10);
        turn();
        turn();
        assertThat(rig.cached(4 * KIB)).isEqualTo(cached);
        assertThat(rig.cache(4 * KIB).reserved()).isZero();
    }

    @Test
    void onlyTheOwnerTurns() {
        rig.heap.giveUp();
        assertThatThrownBy(this::turn).isInstanceOf(AssertionError.class).hasMessageStartingWith("owner: ");
        assertThat(rig.heap.tryBorrow()).isTrue();
    }

    @Test
    void aReserveIsLaidAsideOnce() {
        fill(10);
        turn();
        assertThatThrownBy(() -> cache.turn(0))
                .isInstanceOf(AssertionError.class)
                .hasMessage("reserved: 10 (expected: 0)");
    }

    @Test
    void theReserveComesBackToAnEmptyStackOnly() {
        fill(10);
        assertThatThrownBy(() -> cache.restock(BATCH))
                .isInstanceOf(AssertionError.class)
                .hasMessage("top: 10 (expected: 0)");
    }

    @Test
    void whatIsTrimmedIsTheReserveToo() {
        fill(10);
        turn();
        rig.heap.trim();
        assertThat(cache.size()).isZero();
        assertThat(cache.reserved()).isZero();
        expectCapLaw();
    }

    // ---- programs against a shadow

    /** What the cache should be: its blocks from the oldest, of which the first ones are the reserve. */
    private static final class ShadowCache {
        private final List<Integer> ids = new ArrayList<>();
        private int reserved;
        private int cap;
        private long aged;

        private void dropOldest(int n) {
            ids.subList(0, n).clear();
            reserved = Math.max(reserved - n, 0);
        }

        /** The block that is served, or −1 if it has to be fetched. */
        int pop(int batch) {
            if (ids.size() == reserved) {
                reserved -= Math.min(Math.min(reserved, Math.max(batch, reserved / 2)), cap);
            }
            return ids.size() == reserved ? -1 : ids.remove(/* index */ ids.size() - 1);
        }

        void push(int id, int newCap, int batch) {
            if (ids.size() - reserved >= cap) {
                if (ids.size() >= newCap) {
                    dropOldest(Math.min(ids.size(), ids.size() - newCap + batch));
                }
                cap = newCap;
            }
            if (ids.size() - reserved < cap) {
                ids.add(id);
            }
        }

        void turn(int newCap) {
            if (ids.isEmpty()) {
                return;
            }
            int given = Math.max(ids.size() - newCap, reserved);
            dropOldest(given);
            aged += given;
            cap = newCap;
            reserved = ids.size();
        }
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void programsLeaveTheCacheAsItsShadow(@ForAll long seed) {
        Random random = new Random(seed);
        HeapRig heap = new HeapRig().caches(CAP, BATCH);
        HotCache real = heap.cache(KIB);
        int sizeClass = SizeClasses.of(KIB);
        ShadowCache shadow = new ShadowCache();
        List<TestBlock> live = new ArrayList<>();
        for (int step = 0; step < 300; step++) {
            int cap = heap.knobs.cap(sizeClass);
            int batch = heap.knobs.batch(sizeClass);
            int kind = random.nextInt(20);
            if (kind < 8) {
                for (int n = random.nextInt(20); n > 0; n--) {
                    int expected = shadow.pop(batch);
                    TestBlock block = heap.allocate(KIB);
                    block.open(step);
                    live.add(block);
                    if (expected >= 0) {
                        assertThat(block.blockId()).isEqualTo(expected);
                    } else { // fetched from slabs, and that is another test's
                        shadow.cap = cap;
                        List<Integer> cached = heap.cached(KIB);
                        shadow.ids.addAll(cached.subList(shadow.reserved, cached.size()));
                    }
                }
            } else if (kind < 15) {
                for (int n = random.nextInt(20); n > 0 && !live.isEmpty(); n--) {
                    TestBlock block = live.remove(random.nextInt(live.size()));
                    block.shut();
                    shadow.push(block.blockId(), cap, batch);
                    heap.release(block);
                }
            } else if (kind < 18) {
                shadow.turn(cap);
                heap.scavenge(false, false, KIB);
            } else {
                heap.caches(random.nextInt(4) == 0 ? random.nextInt(3) : random.nextInt(60), 1 + random.nextInt(12));
                heap.knobs = heap.knobs.withSlabs(random.nextInt(3), 1 + random.nextInt(4));
            }
            assertThat(heap.cached(KIB)).as("step %s", step).isEqualTo(shadow.ids);
            assertThat(real.reserved()).as("reserved in step %s", step).isEqualTo(shadow.reserved);
            assertThat(real.cap()).as("cap in step %s", step).isEqualTo(shadow.cap);
            assertThat(real.aged()).isEqualTo(shadow.aged);
            assertThat(real.room() + real.size() - real.reserved()).isEqualTo(real.cap());
            if (step % 20 == 0) {
                heap.expectLaws();
                assertThat(heap.heap.takenBytes()).isEqualTo((long) (live.size() + real.size()) * KIB);
            }
        }
        live.forEach(TestBlock::shut);
        live.forEach(heap::release);
        heap.expectAllGoesBack();
    }
}
