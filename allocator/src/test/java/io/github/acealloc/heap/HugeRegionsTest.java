/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.testing.FaultyMemory;
import io.github.acealloc.testing.PagedArrays;
import io.github.acealloc.testing.Racers;
import io.github.acealloc.testing.Shadow;
import io.github.acealloc.testing.TestBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Huge blocks out of regions: what is released serves any that lies there next, and goes back when it has been free for long. */
class HugeRegionsTest {
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    private static final int PAGE = OsMemory.PAGE;
    private static final int REGION = 8 * MIB;
    private static final long LIMIT = 24L * MIB;
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);
    private static final long NEVER = Long.MAX_VALUE;

    private final FaultyMemory memory = new FaultyMemory(new PagedArrays());
    private final MemoryBudget budget = new MemoryBudget(LIMIT);
    private Binder binder = TestBlock.BINDER;
    private final HugeBlocks huge =
            new HugeBlocks(memory, budget, (heap, slab, slot) -> binder.bind(heap, slab, slot), () -> {}, REGION);

    HugeRegionsTest() {
        budget.addReclaimer(new MemoryBudget.Reclaimer() {
            @Override
            public void reclaim(Object requester) {
                huge.trim();
            }

            @Override
            public String report() {
                return "kept " + huge.keptBytes();
            }
        });
    }

    private TestBlock allocate(int bytes) {
        return (TestBlock) huge.allocate(bytes);
    }

    private void release(TestBlock... blocks) {
        for (TestBlock block : blocks) {
            huge.release(block);
        }
    }

    /** A round while blocks come and go, however soon after the last one: the second forgets what was live before the first. */
    private void round() {
        huge.expire(System.nanoTime(), NEVER, 0);
    }

    @AfterEach
    void keepsTheLaws() {
        expectLaws();
        memory.releaseAll();
    }

    private void expectLaws() {
        assertThat(huge.isBroken()).isFalse();
        assertThat(budget.committed()).isEqualTo(huge.liveBytes() + huge.keptBytes());
        assertThat(memory.reservedBytes()).isGreaterThanOrEqualTo(budget.committed());
    }

    @Test
    void blocksOfOneRegionCountByTheirPages() {
        TestBlock first = allocate(MIB + 1);
        TestBlock second = allocate(2 * MIB);
        assertThat(memory.requests()).isEqualTo(1);
        assertThat(second.region()).isSameAs(first.region());
        assertThat(first.bytes()).isEqualTo(MIB + PAGE);
        assertThat(first.offset()).isZero();
        assertThat(second.offset()).isEqualTo(2 * MIB);
        assertThat(first.slab().isHuge()).isTrue();
        assertThat(first.heap()).isSameAs(huge);
        assertThat(huge.liveBytes()).isEqualTo(3 * MIB + PAGE);
        assertThat(budget.committed()).isEqualTo(3 * MIB + PAGE);
    }

    @Test
    void whatIsReleasedServesBlocksOfAnySize() {
        TestBlock block = allocate(3 * MIB);
        TestBlock behind = allocate(MIB);
        release(block);
        assertThat(huge.keptBytes()).isEqualTo(3 * MIB);
        assertThat(allocate(2 * MIB).offset()).isZero();
        assertThat(allocate(MIB).offset()).isEqualTo(2 * MIB);
        assertThat(budget.committed()).isEqualTo(4 * MIB);
        assertThat(allocate(MIB).offset()).isEqualTo(4 * MIB);
        release(behind);
    }

    @Test
    void whatABlockDoesNotNeedOfItsPlaceServesTheNextOne() {
        TestBlock block = allocate(2 * MIB);
        release(block);
        TestBlock shorter = allocate(MIB + 1);
        assertThat(shorter.offset()).isZero();
        assertThat(huge.keptBytes()).isEqualTo(MIB - PAGE);
        release(shorter);
        assertThat(allocate(2 * MIB).offset()).isZero();
        assertThat(budget.committed()).isEqualTo(2 * MIB);
    }

    @Test
    void aBlockOfTheSamePagesIsTheSameObject() {
        TestBlock block = allocate(2 * MIB);
        release(block);
        assertThat(allocate(2 * MIB)).isSameAs(block);
        release(block);
        assertThat(allocate(MIB)).isNotSameAs(block);
    }

    @Test
    void asMuchAsWasLiveAtOnceIsKept() {
        TestBlock first = allocate(2 * MIB);
        TestBlock second = allocate(2 * MIB);
        release(first);
        assertThat(allocate(MIB).offset()).isZero();
        release(second);
        TestBlock third = allocate(3 * MIB);
        assertThat(third.offset()).isEqualTo(MIB);
        assertThat(budget.committed()).isEqualTo(4 * MIB);
        release(third);
        assertThat(allocate(MIB).offset()).isEqualTo(MIB);
        assertThat(huge.keptBytes()).isEqualTo(2 * MIB);
    }

    @Test
    void whatGoesBeyondTheBoundGoesBackAtOnceFromAbove() {
        TestBlock[] blocks = new TestBlock[6];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = allocate(MIB);
        }
        release(blocks[0], blocks[2], blocks[4]);
        memory.failPurges(true);
        assertThat(allocate(2 * MIB).offset()).as("a failure is not its error").isEqualTo(6 * MIB);
        assertThat(budget.committed()).isEqualTo(8 * MIB);
        memory.failPurges(false);
        TestBlock low = allocate(MIB);
        assertThat(low.offset()).isZero();
        assertThat(budget.committed()).as("six were live, and a quarter").isEqualTo(6 * MIB + 6 * MIB / 4);
        release(low);
        assertThat(allocate(MIB).offset()).isZero();
        assertThat(allocate(MIB).offset()).as("of which nothing went").isEqualTo(2 * MIB);
        assertThat(budget.committed()).isEqualTo(7 * MIB + MIB / 2);
    }

    @Test
    void aFullRegionIsFollowedByAnotherAndTheOldestServesFirst() {
        TestBlock[] blocks = {allocate(4 * MIB), allocate(4 * MIB), allocate(3 * MIB)};
        assertThat(memory.requests()).isEqualTo(2);
        release(blocks[1]);
        TestBlock next = allocate(4 * MIB);
        assertThat(next.region()).isSameAs(blocks[0].region());
        release(blocks[0], blocks[2], next);
        huge.trim();
        assertThat(memory.reservedBytes()).isZero();
        assertThat(huge.keepsAddresses()).isFalse();
    }

    @Test
    void whatIsLargerThanHalfARegionHasOneOfItsOwn() {
        TestBlock block = allocate(4 * MIB + 1);
        assertThat(block.region().bytes()).isEqualTo(4 * MIB + PAGE);
        assertThat(allocate(4 * MIB).region().bytes()).isEqualTo(REGION);
        release(block);
    }

    @Test
    void inSilenceAllThatIsFreeGoesAfterTheDelay() {
        TestBlock live = allocate(MIB);
        live.open(1);
        TestBlock other = allocate(2 * MIB);
        long before = System.nanoTime();
        release(other);
        long after = System.nanoTime();
        huge.expire(before + HOUR - 1, HOUR, NEVER);
        assertThat(huge.keptBytes()).as("a moment before its time").isEqualTo(2 * MIB);
        huge.expire(after + HOUR, HOUR, NEVER);
        assertThat(huge.keptBytes()).isZero();
        assertThat(budget.committed()).isEqualTo(MIB);
        live.shut();
        release(live);
        huge.expire(System.nanoTime() + HOUR, HOUR, NEVER);
        assertThat(memory.reservedBytes()).isZero();
    }

    @Test
    void whatIsReleasedAfterTheClockWasReadStaysHoweverLongTheDelay() {
        long now = System.nanoTime();
        release(allocate(2 * MIB));
        for (long delay : new long[] {0, 1, HOUR, NEVER - 1, NEVER}) {
            huge.expire(now - 1, delay, NEVER);
            assertThat(huge.keptBytes()).as("delay " + delay).isEqualTo(2 * MIB);
        }
    }

    @Test
    void whileBlocksComeAndGoWhatTwoRoundsDidNotNeedGoes() {
        TestBlock low = allocate(MIB);
        release(allocate(2 * MIB));
        round();
        assertThat(huge.keptBytes()).as("it was live before the round").isEqualTo(2 * MIB);
        release(allocate(MIB));
        round();
        assertThat(huge.keptBytes()).as("what was needed since, and a quarter").isEqualTo(MIB + 2 * MIB / 4);
        round();
        assertThat(huge.keptBytes()).isEqualTo(MIB / 4);
        release(low);
    }

    @Test
    void roundsAreHalfTheTimeApartThatPagesLie() {
        TestBlock live = allocate(MIB);
        release(allocate(MIB));
        long start = System.nanoTime();
        huge.expire(start + HOUR, NEVER, 2.0 * HOUR);
        huge.expire(start + 2 * HOUR - 1, NEVER, 2.0 * HOUR);
        assertThat(huge.keptBytes()).isEqualTo(MIB);
        huge.expire(start + 2 * HOUR, NEVER, 2.0 * HOUR);
        assertThat(huge.keptBytes()).isEqualTo(MIB / 4);
        release(live);
        huge.expire(start, NEVER, 2.0 * HOUR);
        huge.expire(start - HOUR, NEVER, 2.0 * HOUR);
        assertThat(huge.keptBytes()).as("after the clock jumped back").isZero();
    }

    @Test
    void aPurgeTakesNothingFromItsNeighbours() {
        TestBlock[] blocks = new TestBlock[6];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = allocate(MIB + i * PAGE);
            blocks[i].open(i);
        }
        for (int i = 1; i < blocks.length; i += 2) {
            blocks[i].shut();
            release(blocks[i]);
        }
        huge.trim();
        assertThat(huge.keptBytes()).isZero();
        for (int i = 0; i < blocks.length; i += 2) {
            blocks[i].shut();
            release(blocks[i]);
        }
    }

    /** Every byte, and the system's own pages, of which neighbours share one. */
    @Test
    void theSystemsPagesOfNeighboursStay() {
        OsMemory system = OsMemory.direct();
        assumeThat(system.isLazy()).isTrue();
        FaultyMemory direct = new FaultyMemory(system);
        HugeBlocks blocks = new HugeBlocks(direct, budget, TestBlock.BINDER, () -> {});
        List<TestBlock> all = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            all.add((TestBlock) blocks.allocate(2 * MIB));
            fill(all.get(i), (byte) (i + 1));
        }
        for (int i : new int[] {3, 4, 1}) {
            blocks.release(all.get(i));
            blocks.trim();
        }
        assertThat(blocks.keptBytes()).isZero();
        for (int i : new int[] {0, 2, 5, 6, 7, 8}) {
            expectFilled(all.get(i), (byte) (i + 1));
        }
        for (int i : new int[] {3, 4}) {
            assertThat(all.get(i).region().buffer().get(all.get(i).offset() + MIB))
                    .as("gone")
                    .isZero();
        }
        int border = all.get(4).offset();
        assertThat(all.get(4).region().buffer().get(border - 1))
                .as("went with its second neighbour")
                .isZero();
        for (int i : new int[] {0, 2, 5, 6, 7, 8}) {
            blocks.release(all.get(i));
        }
        blocks.close();
        assertThat(direct.reservedBytes()).isZero();
        assertThat(budget.committed()).isZero();
    }

    private static void fill(TestBlock block, byte value) {
        for (int at = block.offset(); at < block.offset() + block.bytes(); at++) {
            block.region().buffer().put(at, value);
        }
    }

    private static void expectFilled(TestBlock block, byte value) {
        for (int at = block.offset(); at < block.offset() + block.bytes(); at++) {
            if (block.region().buffer().get(at) != value) {
                throw new AssertionError(block + " was changed at " + (at - block.offset()));
            }
        }
    }

    @Test
    void pagesAboutToGoAreNobodys() {
        TestBlock live = allocate(MIB);
        release(allocate(2 * MIB));
        List<TestBlock> meanwhile = new ArrayList<>();
        memory.whilePurging(() -> {
            if (meanwhile.isEmpty()) {
                meanwhile.add(allocate(MIB));
                expectLaws();
            }
        });
        huge.trim();
        assertThat(meanwhile.get(0).offset()).isEqualTo(4 * MIB);
        assertThat(budget.committed()).isEqualTo(2 * MIB);
        release(live, meanwhile.get(0));
    }

    @Test
    void aRegionIsNobodysBeforeItWasTried() {
        List<TestBlock> meanwhile = new ArrayList<>();
        memory.whilePurging(() -> {
            memory.whilePurging(() -> {});
            meanwhile.add(allocate(2 * MIB));
        });
        allocate(2 * MIB);
        assertThat(memory.requests()).as("what is tried loses its contents").isEqualTo(2);
        assertThat(meanwhile.get(0).offset()).isZero();
    }

    @Test
    void whatIsReleasedWhileARegionLendsGoesWithTheRest() {
        TestBlock first = allocate(MIB);
        TestBlock second = allocate(2 * MIB);
        huge.close();
        memory.whilePurging(() -> {
            memory.whilePurging(() -> {});
            release(first);
            assertThat(memory.reservedBytes())
                    .as("not while some of it is being purged")
                    .isEqualTo(REGION);
        });
        release(second);
        assertThat(memory.reservedBytes()).isZero();
        assertThat(budget.committed()).isZero();
    }

    @Test
    void placesBetweenBlocksCostNoBudget() {
        List<TestBlock> blocks = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            blocks.add(allocate(MIB));
        }
        for (int i = 0; i < 24; i += 2) {
            release(blocks.get(i));
        }
        for (int i = 0; i < 3; i++) {
            assertThat(allocate(4 * MIB).bytes()).isEqualTo(4 * MIB);
        }
        assertThatThrownBy(() -> allocate(MIB))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessage("cannot allocate 1048576 bytes: the limit is reached"
                        + " (needed: 1048576, committed: 25165824, limit: 25165824; kept 0)");
        assertThat(memory.requests()).isEqualTo(5);
    }

    @Test
    void whereAPurgeIsRefusedPagesStayAndServe() {
        TestBlock live = allocate(MIB);
        release(allocate(2 * MIB));
        memory.refusePurges(true);
        huge.trim();
        assertThat(huge.keptBytes()).isEqualTo(2 * MIB);
        assertThat(allocate(2 * MIB).offset()).isEqualTo(MIB);
        allocate(4 * MIB);
        assertThat(allocate(4 * MIB).region().bytes()).as("no further region").isEqualTo(4 * MIB);
        release(live);
    }

    /** As where all memory is locked as soon as it is mapped, and a region would be resident at once. */
    @Test
    void whereMemoryIsLockedThereAreNoRegions() {
        memory.refusePurges(true);
        TestBlock block = allocate(2 * MIB);
        assertThat(block.region().bytes()).isEqualTo(2 * MIB);
        assertThat(memory.reservedBytes()).isEqualTo(2 * MIB);
        assertThat(huge.keepsAddresses()).isFalse();
        int asked = memory.requests();
        allocate(2 * MIB);
        assertThat(memory.requests()).as("is not tried again").isEqualTo(asked + 1);
    }

    @Test
    void whereTheSystemRefusesARegionABlockHasMemoryOfItsOwn() {
        memory.refuseNth(1);
        assertThat(allocate(2 * MIB).region().bytes()).isEqualTo(2 * MIB);
        assertThat(allocate(2 * MIB).region().bytes()).isEqualTo(REGION);
    }

    @Test
    void whatFailsInTheSystemIsTriedAgain() {
        memory.failPurges(true);
        TestBlock live = allocate(MIB);
        release(allocate(2 * MIB));
        assertThatThrownBy(huge::trim).hasMessage("purge failed on purpose");
        expectLaws();
        assertThat(huge.keptBytes()).isEqualTo(2 * MIB);
        memory.failPurges(false);
        huge.trim();
        assertThat(huge.keptBytes()).isZero();
        release(live);
        memory.failReleases(1);
        assertThatThrownBy(huge::trim).hasMessage("release failed on purpose");
        expectLaws();
        assertThat(huge.keptBytes()).isEqualTo(MIB);
        assertThat(huge.keepsAddresses()).isTrue();
        assertThat(allocate(MIB).region()).as("serves on").isSameAs(live.region());
    }

    @Test
    void closedItGivesBackWithEachRelease() {
        TestBlock[] blocks = {allocate(MIB), allocate(2 * MIB), allocate(MIB)};
        release(allocate(MIB));
        huge.close();
        assertThat(budget.committed()).isEqualTo(4 * MIB);
        release(blocks[1]);
        assertThat(budget.committed()).isEqualTo(2 * MIB);
        memory.failPurges(true);
        release(blocks[0]); // not the error of whoever has released it
        assertThat(budget.committed()).isEqualTo(2 * MIB);
        memory.failPurges(false);
        memory.failReleases(1);
        release(blocks[2]);
        assertThat(budget.committed()).isEqualTo(2 * MIB);
        huge.trim();
        assertThat(budget.committed()).isZero();
        assertThat(memory.reservedBytes()).isZero();
    }

    @Test
    void aBlockWhoseObjectCannotBeMadeIsNotLost() {
        TestBlock live = allocate(MIB);
        binder = (heap, slab, slot) -> {
            throw new IllegalStateException("binder");
        };
        assertThatThrownBy(() -> allocate(2 * MIB)).hasMessage("binder");
        assertThat(huge.liveBytes()).isEqualTo(MIB);
        assertThat(huge.keptBytes()).isEqualTo(2 * MIB);
        binder = TestBlock.BINDER;
        assertThat(allocate(2 * MIB).offset()).isEqualTo(MIB);
        release(live);
    }

    @Test
    void aBlockReleasedTwiceIsReported() {
        TestBlock block = allocate(2 * MIB);
        release(block);
        assertThatThrownBy(() -> release(block)).hasMessageContaining("given back twice");
        block.refuseArrival();
        release(block);
        assertThat(huge.liveBytes()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"1, false", "2, false", "3, false", "4, true", "5, true"})
    void randomProgramsKeepTheLaws(long seed, boolean refuses) {
        Random random = new Random(seed);
        Shadow shadow = new Shadow();
        for (int step = 0; step < 4000; step++) {
            int kind = random.nextInt(20);
            if (kind < 9) {
                int size = 1 + random.nextInt(random.nextInt(8) == 0 ? REGION : 600 * KIB);
                try {
                    shadow.allocated(allocate(size), size);
                } catch (OutOfMemoryError e) {
                    assertThat(e).hasMessageContaining(", limit: " + LIMIT);
                }
            } else if (kind < 17) {
                if (!shadow.isEmpty()) {
                    release(shadow.take(random.nextInt(1000)));
                }
            } else if (kind == 17) {
                disturb(random, refuses);
            } else {
                Throwable failure = catchThrowable(random.nextBoolean() ? this::round : huge::trim);
                assertThat(failure == null ? "on purpose" : failure.getMessage())
                        .endsWith("on purpose");
            }
            expectLaws();
            assertThat(huge.liveBytes()).as("seed %s, step %s", seed, step).isEqualTo(shadow.liveBytes());
        }
        calm();
        if (seed % 2 == 0) {
            huge.close();
        }
        while (!shadow.isEmpty()) {
            release(shadow.take(random.nextInt(1000)));
        }
        huge.trim();
        assertThat(budget.committed()).isZero();
        assertThat(memory.reservedBytes()).isZero();
    }

    private void disturb(Random random, boolean refuses) {
        calm();
        switch (random.nextInt(5)) {
            case 0 -> memory.failPurges(true);
            case 1 -> memory.failReleases(1 + random.nextInt(3));
            case 2 -> memory.refuseNth(1);
            case 3 -> memory.refusePurges(refuses);
            default -> {}
        }
    }

    private void calm() {
        memory.failPurges(false);
        memory.failReleases(0);
        memory.refusePurges(false);
    }

    @Test
    void threadsUseItTogether() {
        Racers racers = new Racers();
        for (int t = 0; t < 3; t++) {
            int seed = t;
            racers.on(() -> churn(seed));
        }
        racers.go();
        assertThat(huge.liveBytes()).isZero();
        huge.close();
        assertThat(memory.reservedBytes()).isZero();
    }

    private void churn(int seed) {
        Random random = new Random(seed);
        List<TestBlock> mine = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            if (mine.size() < 4 && random.nextBoolean()) {
                TestBlock block = allocate(PAGE * (1 + random.nextInt(256)));
                block.open(i ^ ((long) seed << 32));
                mine.add(block);
            } else if (!mine.isEmpty()) {
                TestBlock block = mine.remove(random.nextInt(mine.size()));
                block.shut();
                release(block);
            }
            if (i % 100 == 0) {
                round();
            } else if (i % 500 == 1) {
                huge.trim();
            }
        }
        for (TestBlock block : mine) {
            block.shut();
            release(block);
        }
    }
}
