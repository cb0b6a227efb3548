/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.testing.TestBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Long programs in which pages go and come back under live blocks; after each stretch the heap is walked. */
class PagePurgeProgramTest {
    private static final int STRETCHES = 30;
    private static final int STEPS = 40;
    private static final int MOST_BYTES = 24 << 20;

    private HeapRig rig;
    private Random random;
    private final List<TestBlock> live = new ArrayList<>();
    private long liveBytes;
    private long nextPattern;
    private long taken;

    @Property(tries = 40)
    void whatIsLiveStaysAndEveryPageIsCounted(@ForAll long seed) {
        rig = HeapRig.direct();
        random = new Random(seed);
        live.clear();
        liveBytes = 0;
        taken = 0;
        trimWhenTheLimitIsReached();
        try {
            for (int stretch = 0; stretch < STRETCHES; stretch++) {
                int growth = 2 + random.nextInt(8);
                for (int i = 0; i < STEPS; i++) {
                    step(growth);
                    expectExact();
                }
                live.forEach(TestBlock::expectPattern);
                assertThat(HeapWalker.walk(rig.heap)).isEmpty();
            }
            rig.budget.give(taken);
            while (!live.isEmpty()) {
                release();
            }
            rig.expectAllGoesBack();
            assertThat(rig.store.purgedBytes()).isZero();
            assertThat(rig.memory.reservedBytes()).isZero();
        } finally {
            rig.memory.releaseAll();
        }
    }

    private void trimWhenTheLimitIsReached() {
        rig.budget.addReclaimer(new MemoryBudget.Reclaimer() {
            @Override
            public void reclaim(Object requester) {
                rig.trim();
                rig.store.trim();
            }

            @Override
            public String report() {
                return "live " + liveBytes;
            }
        });
    }

    private void step(int growth) {
        int kind = random.nextInt(24);
        if (kind < growth) {
            allocate();
        } else if (kind < 12) {
            for (int n = random.nextInt(120); n > 0 && !live.isEmpty(); n--) {
                release();
            }
        } else if (kind < 15) {
            use(random.nextInt(1000));
        } else if (kind < 18) {
            rig.scavenge(random);
        } else if (kind == 18) {
            rig.heap.slabs().pages().pass(0);
        } else if (kind == 19) {
            rig.store.purge(System.nanoTime(), 0, random.nextBoolean() ? 0 : Long.MAX_VALUE);
        } else if (kind == 20) {
            moveLimit();
        } else if (kind == 21) {
            rig.caches(random.nextInt(20), 1 + random.nextInt(20));
        } else if (kind == 22) {
            releaseElsewhere();
        } else if (random.nextInt(4) == 0) {
            rig.trim();
        }
    }

    private void allocate() {
        int size = 1 + random.nextInt(1 << (6 + random.nextInt(15)));
        int n = 1 + random.nextInt(Math.max(1, Math.min(400, (4 << 20) / size)));
        while (n-- > 0 && liveBytes < MOST_BYTES) {
            try {
                TestBlock block = rig.allocate(size);
                block.open(nextPattern += 0x9E3779B97F4A7C15L);
                live.add(block);
                liveBytes += block.bytes();
            } catch (OutOfMemoryError e) {
                assertThat(e).hasMessageStartingWith("cannot allocate");
                assertThat(HeapWalker.walk(rig.heap)).isEmpty();
                return;
            }
        }
    }

    private TestBlock remove() {
        int last = live.size() - 1;
        TestBlock block = live.set(random.nextInt(last + 1), live.get(last));
        live.remove(last);
        liveBytes -= block.bytes();
        block.shut();
        return block;
    }

    private void release() {
        rig.release(remove());
    }

    private void releaseElsewhere() {
        List<TestBlock> blocks = new ArrayList<>();
        for (int n = random.nextInt(60); n > 0 && !live.isEmpty(); n--) {
            blocks.add(remove());
        }
        rig.releaseElsewhere(blocks);
    }

    /** Makes the heap's clock go on. */
    private void use(int times) {
        int size = 1 << (4 + random.nextInt(8));
        List<TestBlock> blocks = new ArrayList<>();
        try {
            for (int i = 0; i < times; i++) {
                blocks.add(rig.allocate(size));
                if (blocks.size() > 40) {
                    blocks.forEach(rig::release);
                    blocks.clear();
                }
            }
        } catch (OutOfMemoryError e) {
            assertThat(e).hasMessageStartingWith("cannot allocate");
        }
        blocks.forEach(rig::release);
    }

    /** Leaves little room, or all of it. */
    private void moveLimit() {
        rig.budget.give(taken);
        taken = 0;
        long room = (rig.budget.limit() - rig.budget.committed()) * random.nextInt(4) / 3;
        if (room > 0 && rig.budget.tryTake(room)) {
            taken = room;
        }
    }

    private void expectExact() {
        assertThat(rig.heap.committedBytes()).isEqualTo(rig.inService());
        assertThat(rig.budget.committed()).isEqualTo(rig.store.committedBytes() + taken);
        assertThat(rig.memory.reservedBytes()).isEqualTo(rig.store.committedBytes() + rig.store.purgedBytes());
    }
}
