/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;
import io.github.acealloc.slab.Block;
import io.github.acealloc.testing.Sneaky;
import io.github.acealloc.testing.TestBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Blocks with memory of their own: kept for a moment, reused if they fit, given back after all. */
class HugeBlocksTest {
    private static final int MIB = 1 << 20;
    private static final int PAGE = HugeBlocks.PAGE;

    private final HeapRig rig = new HeapRig();
    private final ThreadHeap home = rig.newHeap();
    private final HugeBlocks huge =
            new HugeBlocks(home, rig.memory, rig.budget, (h, slab, slot) -> rig.binder.bind(h, slab, slot));

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
        huge.release(block.slab());
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
        assertThat(block.heap()).isSameAs(home);
        assertThat(block.slab().isHuge()).isTrue();
        assertThat(huge.liveBytes()).isEqualTo(MIB + PAGE);
        assertThat(allocate(2 * MIB).bytes()).isEqualTo(2 * MIB);
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
    void whatIsKeptForASecondGoesWhenTheNextComesOrGoes() throws InterruptedException {
        release(allocate(2 * MIB));
        huge.expire();
        assertThat(huge.keptBytes()).as("before a second").isEqualTo(2 * MIB);
        Thread.sleep(1050);
        TestBlock other = allocate(PAGE);
        assertThat(huge.keptBytes()).as("one came").isZero();
        TestBlock later = allocate(3 * MIB);
        release(allocate(4 * MIB));
        Thread.sleep(900);
        release(later);
        Thread.sleep(150);
        release(other);
        assertThat(huge.keptBytes()).as("one went").isEqualTo(3 * MIB + PAGE);
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
            assertThat(rig.memory.outBytes()).isZero();
            assertThat(huge.liveBytes()).isZero();
        }
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
        assertThat(asked).containsExactly(home);
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
        HugeBlocks blocks = new HugeBlocks(home, none, budget, TestBlock.BINDER);
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
                huge.release(block.slab());
            }
            if (i % 500 == 0) {
                huge.trim();
            }
        }
        for (TestBlock block : mine) {
            block.shut();
            huge.release(block.slab());
        }
    }
}
