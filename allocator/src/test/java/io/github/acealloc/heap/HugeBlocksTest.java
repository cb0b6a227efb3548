/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;
import io.github.acealloc.slab.Block;
import io.github.acealloc.testing.FaultyMemory;
import io.github.acealloc.testing.Sneaky;
import io.github.acealloc.testing.TestBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Huge blocks where memory is not paged, so that each has a region: kept for a moment, reused if they fit, given back after all. */
class HugeBlocksTest {
    private static final int MIB = 1 << 20;
    private static final int PAGE = HugeBlocks.PAGE;
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);

    private final HeapRig rig = new HeapRig();
    private final AtomicInteger grown = new AtomicInteger();
    private final HugeBlocks huge = new HugeBlocks(
            rig.memory, rig.budget, (h, slab, slot) -> rig.binder.bind(h, slab, slot), grown::incrementAndGet);

    private TestBlock allocate(int bytes) {
        return (TestBlock) huge.allocate(bytes);
    }

    private List<TestBlock> allocate(int bytes, int n) {
        List<TestBlock> blocks = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            blocks.add(allocate(bytes));
        }
        return blocks;
    }

    private void release(TestBlock block) {
        huge.release(block);
    }

    @AfterEach
    void everyByteIsLiveOrKept() {
        assertThat(rig.memory.outBytes()).isEqualTo(huge.liveBytes() + huge.keptBytes());
        assertThat(rig.budget.committed()).isEqualTo(rig.memory.outBytes());
    }

    @Test
    void comesInWholePagesAndNamesItsHome() {
        TestBlock block = allocate(MIB + 1);
        assertThat(block.bytes()).isEqualTo(MIB + PAGE);
        assertThat(block.region().bytes()).isEqualTo(MIB + PAGE);
        assertThat(block.heap()).isSameAs(huge);
        assertThat(block.slab().isHuge()).isTrue();
        assertThat(huge.liveBytes()).isEqualTo(MIB + PAGE);
        assertThat(allocate(2 * MIB).bytes()).isEqualTo(2 * MIB);
    }

    /** What blocks ask of a heap, huge ones ask of their home, too. */
    @Test
    void itsHomeIsNobodysAndKeepsNoCacheAndNoLifetimes() {
        TestBlock block = allocate(2 * MIB);
        Home itsHome = block.heap();
        assertThat(itsHome.owner()).isNull();
        assertThat(itsHome.isOwner()).isFalse();
        assertThat(itsHome.cache(block.slab().sizeClass())).isNull();
        itsHome.observe(block.slab().sizeClass(), 1);
        itsHome.release(block);
        assertThat(itsHome.owner()).isNull();
        assertThat(huge.liveBytes()).isZero();
    }

    @Test
    void aReleasedBlockServesTheNextRequestOfItsSize() {
        TestBlock block = allocate(2 * MIB);
        release(block);
        assertThat(huge.liveBytes()).isZero();
        assertThat(huge.keptBytes()).isEqualTo(2 * MIB);
        assertThat(allocate(2 * MIB)).isSameAs(block);
        assertThat(huge.keptBytes()).isZero();
        assertThat(rig.memory.requests()).isEqualTo(1);
    }

    @Test
    void aKeptBlockServesWhatWastesAtMostAnEighth() {
        TestBlock block = allocate(9 * PAGE);
        release(block);
        assertThat(allocate(8 * PAGE)).as("one page in eight").isSameAs(block);
        release(block);
        assertThat(allocate(9 * PAGE + 1)).as("too small").isNotSameAs(block);
        assertThat(allocate(7 * PAGE)).as("two pages in seven").isNotSameAs(block);
        assertThat(allocate(8 * PAGE + 1)).isSameAs(block);
        TestBlock larger = allocate(19 * PAGE);
        release(larger);
        assertThat(allocate(16 * PAGE)).as("three pages in sixteen").isNotSameAs(larger);
        assertThat(allocate(17 * PAGE)).as("two pages in seventeen").isSameAs(larger);
    }

    @Test
    void theBlockReleasedLastIsReusedFirst() {
        List<TestBlock> blocks = allocate(2 * MIB, 3);
        blocks.forEach(this::release);
        assertThat(allocate(2 * MIB)).isSameAs(blocks.get(2));
        assertThat(allocate(2 * MIB)).isSameAs(blocks.get(1));
    }

    @Test
    void keepsAtMostEightBlocks() {
        allocate(2 * PAGE, 10).forEach(this::release);
        assertThat(huge.keptBytes()).isEqualTo(8 * 2 * PAGE);
    }

    @Test
    void keepsAtMost32MiB() {
        allocate(12 * MIB, 3).forEach(this::release);
        assertThat(huge.keptBytes()).isEqualTo(24 * MIB);
        release(allocate(8 * MIB));
        assertThat(huge.keptBytes()).isEqualTo(32 * MIB);
        release(allocate(PAGE));
        assertThat(huge.keptBytes()).isEqualTo(32 * MIB);
    }

    @Test
    void whatIsKeptGoesAfterTheDelayAndNotBefore() {
        long before = System.nanoTime();
        release(allocate(2 * MIB));
        long after = System.nanoTime();
        huge.expire(before - 1, 0, 0);
        huge.expire(before + HOUR - 1, HOUR, HOUR);
        assertThat(huge.keptBytes()).as("a moment before its time").isEqualTo(2 * MIB);
        huge.expire(after + HOUR, HOUR, HOUR);
        assertThat(huge.keptBytes()).isZero();
        assertThat(rig.memory.outBytes()).isZero();
    }

    @Test
    void whatIsKeptLongestGoesFirstAndTheRestStays() {
        TestBlock first = allocate(2 * MIB);
        TestBlock second = allocate(3 * MIB);
        release(second);
        long between = System.nanoTime();
        while (System.nanoTime() == between) {
            Thread.onSpinWait();
        }
        release(first);
        huge.expire(between + HOUR, HOUR, HOUR);
        assertThat(huge.keptBytes()).isEqualTo(2 * MIB);
        assertThat(allocate(2 * MIB)).isSameAs(first);
    }

    @Test
    void theTimeWithTheUserDoesNotCount() {
        TestBlock block = allocate(2 * MIB);
        release(block);
        assertThat(allocate(2 * MIB)).isSameAs(block);
        long now = System.nanoTime();
        release(block);
        huge.expire(now, 1, 1);
        assertThat(huge.keptBytes()).isEqualTo(2 * MIB);
    }

    @Test
    void whatIsReleasedAfterTheClockWasReadStaysHoweverLongTheDelay() {
        long now = System.nanoTime();
        release(allocate(2 * MIB));
        for (long delay : new long[] {0, 1, HOUR, Long.MAX_VALUE - 1, Long.MAX_VALUE}) {
            huge.expire(now - 1, delay, delay);
            assertThat(huge.keptBytes()).as("delay " + delay).isEqualTo(2 * MIB);
        }
    }

    @Test
    void tellsThatMemoryWasTaken() {
        TestBlock block = allocate(2 * MIB);
        assertThat(grown).hasValue(1);
        release(block);
        assertThat(grown).hasValue(1);
        rig.memory.refuseAll(true);
        assertThatThrownBy(() -> allocate(4 * MIB)).isInstanceOf(OutOfMemoryError.class);
        assertThat(grown).hasValue(1);
    }

    @Test
    void failingToReleaseLosesNeitherTheBudgetNorTheBlock() {
        TestBlock block = allocate(2 * MIB);
        release(block);
        rig.memory.failReleases(1);
        assertThatThrownBy(huge::trim)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("release failed on purpose");
        everyByteIsLiveOrKept();
        assertThat(huge.keptBytes()).isEqualTo(2 * MIB);
        assertThat(allocate(2 * MIB)).as("serves again").isSameAs(block);
        huge.close();
        rig.memory.failReleases(1);
        release(block); // not the error of whoever has released it: the governor tries again
        everyByteIsLiveOrKept();
        assertThat(huge.liveBytes()).isZero();
        assertThat(huge.keptBytes()).isEqualTo(2 * MIB);
        huge.trim();
        assertThat(rig.budget.committed()).isZero();
    }

    @Test
    void isFoundByItsAddressAsLongAsItsMemoryIsThere() {
        FaultyMemory source = new FaultyMemory(new Unpaged());
        HugeBlocks direct = new HugeBlocks(source, new MemoryBudget(1L << 30), TestBlock.BINDER, () -> {});
        TestBlock block = (TestBlock) direct.allocate(2 * MIB);
        TestBlock other = (TestBlock) direct.allocate(2 * MIB);
        long address = block.region().address();
        assertThat(direct.find(address)).isSameAs(block.slab());
        assertThat(direct.find(other.region().address())).isSameAs(other.slab());
        for (long beside : new long[] {address - 1, address + 1, address + 2 * MIB - 1, 0, -1, Long.MIN_VALUE}) {
            assertThat(direct.find(beside)).isNull();
        }
        direct.release(block);
        assertThat(direct.find(address)).as("kept").isSameAs(block.slab());
        source.failReleases(1);
        assertThatThrownBy(direct::trim).isInstanceOf(IllegalStateException.class);
        assertThat(direct.find(address)).as("could not be released").isSameAs(block.slab());
        direct.trim();
        assertThat(direct.find(address)).isNull();
        direct.release(other);
        direct.close();
        assertThat(source.reservedBytes()).isZero();
    }

    @Test
    void trimGivesBackAllThatIsKept() {
        TestBlock live = allocate(2 * MIB);
        allocate(3 * MIB, 3).forEach(this::release);
        huge.trim();
        assertThat(huge.keptBytes()).isZero();
        assertThat(rig.memory.outBytes()).isEqualTo(2 * MIB);
        release(live);
    }

    @Test
    void closedItKeepsNothing() {
        TestBlock live = allocate(2 * MIB);
        release(allocate(3 * MIB));
        huge.close();
        assertThat(huge.keptBytes()).isZero();
        release(live);
        assertThat(rig.memory.outBytes()).isZero();
    }

    @Test
    void aBlockReleasedTwiceIsReported() {
        TestBlock block = allocate(2 * MIB);
        release(block);
        assertThatThrownBy(() -> release(block))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("given back twice");
        assertThat(huge.liveBytes()).isZero();
    }

    @Test
    void aBlockWhoseObjectCannotBeMadeIsNotLost() {
        for (Throwable failure : List.of(new OutOfMemoryError("binder"), new IllegalStateException("binder"))) {
            rig.binder = (heap, slab, slot) -> {
                throw Sneaky.rethrow(failure);
            };
            assertThatThrownBy(() -> allocate(2 * MIB)).isSameAs(failure);
            assertThat(huge.liveBytes()).isZero();
            assertThat(huge.keptBytes()).isEqualTo(2 * MIB);
        }
        rig.binder = TestBlock.BINDER;
        assertThat(allocate(2 * MIB)).isNotNull();
        assertThat(rig.memory.requests()).isEqualTo(1);
        huge.close();
        rig.binder = (heap, slab, slot) -> {
            throw new IllegalStateException("binder");
        };
        assertThatThrownBy(() -> allocate(3 * MIB)).isInstanceOf(IllegalStateException.class);
        assertThat(rig.memory.outBytes()).as("closed").isEqualTo(2 * MIB);
    }

    @Test
    void aRefusedRequestIsTriedAgainAfterReclaiming() {
        List<Object> asked = new ArrayList<>();
        rig.budget.addReclaimer(new MemoryBudget.Reclaimer() {
            @Override
            public void reclaim(Object requester) {
                asked.add(requester);
                huge.trim();
            }

            @Override
            public String report() {
                return "kept " + huge.keptBytes();
            }
        });
        allocate(20 * MIB);
        release(allocate(30 * MIB));
        assertThat(allocate(40 * MIB).bytes()).isEqualTo(40 * MIB);
        assertThat(asked).containsExactly(huge);
        assertThatThrownBy(() -> allocate(5 * MIB))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessage("cannot allocate 5242880 bytes: the limit is reached"
                        + " (needed: 5242880, committed: 62914560, limit: 67108864; kept 0)");
        asked.clear();
        assertThatThrownBy(() -> allocate(65 * MIB))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessageStartingWith("cannot allocate 68157440 bytes: the limit is reached");
        assertThat(asked).as("asked for what can never be had").isEmpty();
        rig.memory.refuseNth(1);
        assertThat(allocate(MIB)).as("the system refused once").isNotNull();
        rig.memory.refuseAll(true);
        assertThatThrownBy(() -> allocate(MIB))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessageContaining("the system refused more memory");
        rig.memory.refuseAll(false);
        assertThat(allocate(MIB)).isNotNull();
        assertThat(rig.budget.exhausted(1, 1))
                .as("the system gives again")
                .hasMessageContaining("the limit was reached, and others have given back since");
    }

    @Test
    void theLargestSizesDoNotOverflow() {
        List<Integer> asked = new ArrayList<>();
        OsMemory none = new OsMemory() {
            @Override
            public Region reserve(int bytes) {
                asked.add(bytes);
                throw new OutOfMemoryError();
            }

            @Override
            public void release(Region region) {
                throw new AssertionError("nothing was reserved");
            }

            @Override
            public boolean isDirect() {
                return true;
            }
        };
        MemoryBudget budget = new MemoryBudget(Long.MAX_VALUE);
        HugeBlocks blocks = new HugeBlocks(none, budget, TestBlock.BINDER, () -> {});
        for (int below = 0; below <= 3 * PAGE; below++) {
            int size = Integer.MAX_VALUE - below;
            assertThatThrownBy(() -> blocks.allocate(size)).isInstanceOf(OutOfMemoryError.class);
            assertThat(asked).as("before and after reclaiming").hasSize(2);
            assertThat(asked.get(0)).isBetween(size, Integer.MAX_VALUE);
            asked.clear();
        }
        assertThat(budget.committed()).isZero();
    }

    @Test
    void threadsUseItTogether() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            int seed = t;
            Thread thread = new Thread(() -> churn(seed));
            thread.setUncaughtExceptionHandler((dead, e) -> {
                synchronized (failures) {
                    failures.add(e);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
        assertThat(huge.liveBytes()).isZero();
        huge.close();
        assertThat(rig.memory.outBytes()).isZero();
    }

    /** The system's memory, of which it takes no parts back. */
    private static final class Unpaged implements OsMemory {
        private final OsMemory system = OsMemory.direct();

        @Override
        public Region reserve(int bytes) {
            return system.reserve(bytes);
        }

        @Override
        public void release(Region region) {
            system.release(region);
        }

        @Override
        public boolean isDirect() {
            return true;
        }
    }

    private void churn(int seed) {
        Random random = new Random(seed);
        List<TestBlock> mine = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            if (mine.size() < 4 && random.nextBoolean()) {
                Block block = huge.allocate(PAGE * (1 + random.nextInt(12)));
                ((TestBlock) block).open(i ^ ((long) seed << 32));
                mine.add((TestBlock) block);
            } else if (!mine.isEmpty()) {
                TestBlock block = mine.remove(random.nextInt(mine.size()));
                block.shut();
                huge.release(block);
            }
            if (i % 500 == 0) {
                huge.trim();
            }
        }
        for (TestBlock block : mine) {
            block.shut();
            huge.release(block);
        }
    }
}
