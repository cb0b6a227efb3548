/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.slab.Superslab;
import io.github.acealloc.testing.TestBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/** Memory is trimmed, purged and released in any order and at any moment; nothing that somebody still has goes with it. */
class GuardTest {
    private static final int MOST_BYTES = 16 << 20;

    private HeapRig rig;
    private final List<TestBlock> live = new ArrayList<>();
    private long nextPattern;

    @Property(tries = 100)
    void whatIsLiveStays(@ForAll boolean direct, @ForAll @Size(min = 10, max = 60) List<Integer> steps) {
        rig = direct ? HeapRig.direct() : new HeapRig();
        live.clear();
        try {
            for (int step : steps) {
                step(new Random(step * 0x9E3779B97F4A7C15L));
                expectLaws();
            }
            while (!live.isEmpty()) {
                release(0);
            }
            rig.expectAllGoesBack();
            assertThat(rig.memory.reservedBytes()).isZero();
        } finally {
            rig.memory.releaseAll();
        }
    }

    private void step(Random random) {
        int kind = random.nextInt(20);
        if (kind < 8) {
            allocate(random);
        } else if (kind < 12) {
            int n = random.nextInt(60);
            while (n-- > 0 && !live.isEmpty()) {
                release(random.nextInt(live.size()));
            }
        } else if (kind < 14) {
            releaseElsewhere(random);
        } else if (kind == 14) {
            rig.heap.trim();
        } else if (kind == 15) {
            rig.store.trim();
        } else if (kind == 16) {
            rig.scavenge(random);
        } else if (kind == 17) {
            rig.caches(random.nextInt(20), 1 + random.nextInt(20));
        } else {
            rig.memory.refusePurges(random.nextBoolean());
            rig.store.purge(System.nanoTime(), 0, random.nextBoolean() ? 0 : Long.MAX_VALUE);
        }
    }

    private void allocate(Random random) {
        int size = 1 + random.nextInt(1 << (4 + random.nextInt(17)));
        int n = 1 + random.nextInt(Math.max(1, Math.min(80, (2 << 20) / size)));
        while (n-- > 0 && rig.heap.takenBytes() < MOST_BYTES) {
            TestBlock block = rig.allocate(size);
            block.open(nextPattern += 0x9E3779B97F4A7C15L);
            live.add(block);
        }
    }

    private void release(int i) {
        TestBlock block = live.remove(i);
        block.shut();
        rig.release(block);
    }

    private void releaseElsewhere(Random random) {
        List<TestBlock> blocks = new ArrayList<>();
        for (int n = random.nextInt(30); n > 0 && !live.isEmpty(); n--) {
            TestBlock block = live.remove(random.nextInt(live.size()));
            block.shut();
            blocks.add(block);
        }
        rig.releaseElsewhere(blocks);
    }

    private void expectLaws() {
        assertThat(HeapWalker.walk(rig.heap)).isEmpty();
        live.forEach(TestBlock::expectPattern);
        assertThat(rig.heap.committedBytes()).isEqualTo(rig.inService());
        assertThat(rig.budget.committed()).isEqualTo(rig.store.committedBytes());
        assertThat(rig.memory.reservedBytes()).isEqualTo(rig.budget.committed() + rig.store.purgedBytes());
        assertThat(rig.heap.slabs().superslabs().stream().filter(Superslab::isEmpty))
                .as("empty superslabs in the heap")
                .hasSizeLessThanOrEqualTo(1);
    }
}
