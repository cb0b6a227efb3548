/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static io.github.acealloc.heap.HeapRig.KIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.testing.TestBlock;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where an allocation turns to when its hot cache is empty. */
class RefillTest {
    private final HeapRig rig = new HeapRig().caches(8, 4);
    private final HeapCounters counters = rig.heap.counters();

    @AfterEach
    void holdsTheLaws() {
        rig.expectLaws();
    }

    @Test
    void fetchesABatchOfWhichTheNextAllocationsLive() {
        TestBlock first = rig.allocate(KIB);
        assertThat(rig.cached(KIB)).hasSize(3);
        assertThat(counters.refills()).isEqualTo(1);
        Set<TestBlock> blocks = new HashSet<>(rig.allocate(KIB, 3));
        assertThat(counters.refills()).isEqualTo(1);
        assertThat(blocks).hasSize(3).doesNotContain(first);
        rig.allocate(KIB);
        assertThat(counters.refills()).isEqualTo(2);
    }

    @Test
    void aBlockReleasedLastIsServedFirst() {
        List<TestBlock> blocks = rig.allocate(KIB, 4);
        blocks.forEach(rig::release);
        assertThat(rig.allocate(KIB)).isSameAs(blocks.get(3));
        assertThat(rig.allocate(KIB)).isSameAs(blocks.get(2));
    }

    @Test
    void takesRemoteFreesBeforeAnythingElse() {
        List<TestBlock> blocks = rig.allocate(KIB, 4);
        rig.releaseElsewhere(blocks.subList(0, 2));
        int free = blocks.get(0).slab().free();
        assertThat(rig.heap.remoteCount()).isEqualTo(2);
        assertThat(rig.allocate(KIB)).isSameAs(blocks.get(1));
        assertThat(rig.allocate(KIB)).isSameAs(blocks.get(0));
        assertThat(blocks.get(0).slab().free()).isEqualTo(free);
        assertThat(rig.heap.remoteCount()).isZero();
        assertThat(counters.remoteFrees()).isEqualTo(2);
        assertThat(counters.coldRefills()).isEqualTo(1);
    }

    @Test
    void remoteFreesOfOtherClassesGoToTheirOwnCaches() {
        TestBlock other = rig.allocate(8 * KIB);
        rig.allocate(KIB, 4);
        rig.releaseElsewhere(List.of(other));
        TestBlock served = rig.allocate(KIB);
        assertThat(served.bytes()).isEqualTo(KIB);
        assertThat(rig.cached(8 * KIB)).contains(other.blockId());
        assertThat(rig.cached(KIB)).hasSize(3);
    }

    @Test
    void remoteFreesThatNoCacheHasRoomForGoToTheirSlabs() {
        List<TestBlock> blocks = rig.allocate(KIB, 12);
        rig.releaseElsewhere(blocks);
        assertThat(rig.allocate(KIB)).isSameAs(blocks.get(7));
        assertThat(rig.cached(KIB)).hasSize(7);
        assertThat(blocks.subList(8, 12)).allMatch(HeapRig::isFree);
    }

    @Test
    void oneRefillTakesInABoundedNumberOfRemoteFrees() {
        List<TestBlock> blocks = rig.allocate(64, 4000);
        while (!rig.cached(64).isEmpty()) {
            rig.allocate(64);
        }
        rig.releaseElsewhere(blocks);
        rig.allocate(64);
        assertThat(counters.remoteFrees()).isEqualTo(1024);
        assertThat(rig.heap.remoteCount()).isEqualTo(4000 - 1024);
        rig.heap.trim();
        assertThat(rig.heap.remoteCount()).isZero();
        assertThat(counters.remoteFrees()).isEqualTo(4000);
    }

    @Test
    void countsWhatItDid() {
        rig.prefill(3);
        int perSlab = 64;
        rig.allocate(KIB, 2 * perSlab);
        assertThat(counters.refills()).isEqualTo(2 * perSlab / 4);
        assertThat(counters.coldRefills()).isEqualTo(2);
        assertThat(counters.warmPoolMisses()).isEqualTo(2);
        assertThat(counters.warmPoolHits()).isZero();
        rig.allocate(KIB);
        assertThat(counters.coldRefills()).isEqualTo(3);
        assertThat(counters.warmPoolMisses()).isEqualTo(2);
        assertThat(counters.warmPoolHits())
                .as("prefilled slabs that were ready")
                .isEqualTo(1);
    }

    @Test
    void withoutPrefillingEachSlabIsCutWhenItIsNeeded() {
        int perSlab = 64;
        rig.allocate(KIB, 4 * perSlab);
        assertThat(counters.coldRefills()).isEqualTo(4);
        assertThat(counters.warmPoolMisses()).isEqualTo(4);
        assertThat(counters.warmPoolHits()).isZero();
        assertThat(rig.heap.slabs().slabs()).hasSize(4);
        assertThat(warmSlabs()).isZero();
    }

    @Test
    void prefillingGivesAClassThatGrowsMoreSlabsThanItAsksFor() {
        rig.prefill(3);
        int perSlab = 64;
        rig.allocate(KIB);
        assertThat(warmSlabs()).as("one is enough for a start").isZero();
        rig.allocate(KIB, perSlab);
        assertThat(warmSlabs()).as("as many as it had").isEqualTo(1);
        rig.allocate(KIB, 2 * perSlab);
        assertThat(warmSlabs()).as("as many as the pool keeps").isEqualTo(2);
        assertThat(rig.knobs.warmSlabs(SizeClasses.of(KIB))).isEqualTo(2);
        assertThat(rig.memory.requests()).isEqualTo(1);
    }

    @Test
    void aClassThatShrankStartsAgain() {
        rig.prefill(3);
        List<TestBlock> blocks = rig.allocate(KIB, 300);
        blocks.forEach(rig::release);
        rig.heap.trim();
        assertThat(rig.heap.slabs().slabs()).isEmpty();
        rig.allocate(KIB);
        assertThat(warmSlabs()).isZero();
    }

    private long warmSlabs() {
        return rig.heap.slabs().slabs().stream()
                .filter(rig.heap.slabs()::isWarm)
                .count();
    }

    @Test
    void prefillsOnlyWhatTheWarmPoolMayKeep() {
        rig.caches(0, 1).prefill(3);
        rig.allocate(32 * KIB, 4 + 1);
        assertThat(rig.knobs.warmSlabs(SizeClasses.of(32 * KIB))).isEqualTo(1);
        assertThat(warmSlabs()).isEqualTo(1);
        rig.allocate(512 * KIB, 2);
        assertThat(warmSlabs()).isEqualTo(1);
    }

    @Test
    void neverGetsASuperslabJustToPrefill() {
        int perSlab = 4;
        int perSuperslab = Superslab.UNITS * Superslab.UNIT_BYTES / (32 * KIB) / perSlab;
        HeapRig direct = HeapRig.direct().caches(0, 1).prefill(3);
        direct.allocate(32 * KIB, (perSuperslab - 1) * perSlab);
        assertThat(direct.heap.slabs().slabs())
                .as("each second slab is prefilled")
                .hasSize(perSuperslab - 1)
                .noneMatch(direct.heap.slabs()::isWarm);
        direct.allocate(32 * KIB, perSlab);
        assertThat(direct.memory.requests()).isEqualTo(1);
        direct.allocate(32 * KIB);
        assertThat(direct.memory.requests()).isEqualTo(2);
        direct.expectLaws();
        direct.memory.releaseAll();
    }

    @Test
    void aCapOfZeroCachesNothing() {
        rig.caches(0, 4);
        TestBlock block = rig.allocate(KIB);
        assertThat(rig.cached(KIB)).isEmpty();
        rig.release(block);
        assertThat(rig.cached(KIB)).isEmpty();
        assertThat(HeapRig.isFree(block)).isTrue();
        assertThat(rig.heap.takenBytes()).isZero();
    }

    @Test
    void theBatchIsNeverLargerThanTheCap() {
        rig.caches(3, 100);
        rig.allocate(KIB);
        assertThat(rig.cached(KIB)).hasSize(2);
    }

    @Test
    void onlyTheOwnerRefills() {
        rig.heap.giveUp();
        assertThatThrownBy(() -> rig.heap.refill().refill(rig.cache(KIB)))
                .isInstanceOf(AssertionError.class)
                .hasMessage("owner: shared");
        assertThatThrownBy(() -> rig.allocate(KIB))
                .isInstanceOf(AssertionError.class)
                .hasMessage("a hot cache was touched by a thread that does not own its heap");
        assertThat(rig.heap.tryBorrow()).isTrue();
    }
}
