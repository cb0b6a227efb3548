/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static io.github.acealloc.heap.HeapRig.KIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.slab.Superslab;
import io.github.acealloc.testing.TestBlock;
import java.util.ArrayList;
import java.util.List;

/** A heap without caches in direct memory, for tests that hold on to many superslabs by a few blocks. */
final class PinnedHeap {
    static final int BLOCK = 16 * KIB;
    static final int PER_SUPERSLAB = Superslab.UNITS * Superslab.UNIT_BYTES / BLOCK;
    static final int BYTES = Superslab.bytes(true);
    static final int PINS = 8;
    static final int PIN_EVERY = PER_SUPERSLAB / PINS;

    final HeapRig rig = HeapRig.direct().caches(0, 1);
    final ThreadHeap heap = rig.heap;
    final PagePurge pages = heap.slabs().pages();
    final List<TestBlock> live = new ArrayList<>();

    /** One visit does all that there is to do, however slow the machine is. */
    PinnedHeap() {
        pages.visitNanos = Long.MAX_VALUE;
    }

    /** For the end of a test: all laws hold, what is live is whole, and everything goes back. */
    void finish() {
        live.forEach(TestBlock::expectPattern);
        assertThat(HeapWalker.walk(heap)).isEmpty();
        expectExact();
        live.forEach(TestBlock::shut);
        live.forEach(rig::release);
        rig.expectAllGoesBack();
        rig.memory.releaseAll();
    }

    /** Without a walk, which is a look at the pages. */
    void expectExact() {
        assertThat(heap.committedBytes()).isEqualTo(rig.inService());
        assertThat(rig.budget.committed()).isEqualTo(rig.store.committedBytes());
        assertThat(rig.memory.reservedBytes()).isEqualTo(rig.store.committedBytes() + rig.store.purgedBytes());
    }

    TestBlock open(TestBlock block) {
        block.open(0x9E3779B97F4A7C15L * (live.size() + 1));
        live.add(block);
        return block;
    }

    void release(TestBlock block) {
        live.remove(block);
        block.shut();
        rig.release(block);
    }

    /** Superslabs full of live blocks. */
    List<TestBlock> fill(int superslabs) {
        List<TestBlock> blocks = rig.allocate(BLOCK, superslabs * PER_SUPERSLAB);
        blocks.forEach(this::open);
        return blocks;
    }

    /** Superslabs that hold a few live blocks each, one to a slab. */
    void pin(int superslabs) {
        List<TestBlock> blocks = fill(superslabs);
        for (int i = 0; i < blocks.size(); i++) {
            if (i % PIN_EVERY != 1) {
                release(blocks.get(i));
            }
        }
        expectExact();
    }

    /** Makes it time for a visit, so many times. */
    void visit(int n) {
        visit(n, false);
    }

    /** The same in a heap whose free pages go by time or not. */
    void visit(int n, boolean byTime) {
        for (int i = 0; i < n; i++) {
            for (int blocks = 0; blocks < 8 * PagePurge.STEP_BLOCKS; blocks++) {
                pages.taken();
            }
            pages.step(byTime);
        }
    }

    void use(int times) {
        for (int i = 0; i < times; i++) {
            rig.release(rig.allocate(64));
        }
    }

    long idle() {
        return heap.committedBytes() - heap.takenBytes();
    }
}
