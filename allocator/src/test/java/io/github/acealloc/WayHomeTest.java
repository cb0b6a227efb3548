/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.os.HeapMemory;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.testing.Engine;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.TestBlock;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Between a user's last release and the block's return no Java object is made, whatever way it takes. */
class WayHomeTest {
    private static final int WARM_UP = 30;

    /** The method handle that frees memory is specialised, once, after 127 calls. */
    private static final int CALLS_OF_HANDLES = 150;

    private static final int ROUNDS = 5;
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final MemoryBudget budget = new MemoryBudget(1L << 30);
    private AceAllocator engine;
    private ThreadHeap own;

    private void open(boolean direct) {
        OsMemory memory = direct ? OsMemory.direct() : new HeapMemory();
        engine = new AceAllocator(memory, budget, Engine.KNOBS, TestBlock.BINDER);
        own = engine.attach(Runnable::run);
    }

    @AfterEach
    void nothingIsLost() {
        if (own.isOwner()) {
            engine.detach(own);
        }
        engine.close(() -> {});
        assertThat(engine.violations()).isEmpty();
        assertThat(engine.committedBytes()).isZero();
        assertThat(budget.committed()).isZero();
    }

    private TestBlock allocate(int size) {
        return size > SizeClasses.MAX_BLOCK
                ? (TestBlock) engine.allocateHuge(size)
                : (TestBlock) own.block(own.cache(SizeClasses.of(size)).pop());
    }

    private TestBlock allocateFromStripe(int size) {
        ThreadHeap stripe = engine.borrowStripe();
        try {
            return (TestBlock) stripe.block(stripe.cache(SizeClasses.of(size)).pop());
        } finally {
            stripe.giveUp();
        }
    }

    private static List<TestBlock> several(int n, Supplier<TestBlock> source) {
        List<TestBlock> blocks = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            blocks.add(source.get());
        }
        return blocks;
    }

    private void release(TestBlock block) {
        if (block.heap().isOwner()) {
            block.heap().cache(block.slab().sizeClass()).push(block.blockId());
        } else {
            block.heap().release(block);
        }
    }

    private void releaseAll(List<TestBlock> blocks) {
        for (int i = 0; i < blocks.size(); i++) {
            release(blocks.get(i));
        }
    }

    /** Bytes that the calling thread allocates while it gives blocks back. */
    private long garbageOf(List<TestBlock> blocks, Consumer<List<TestBlock>> wayHome) {
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        wayHome.accept(blocks);
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    }

    private void expectNoGarbage(Supplier<List<TestBlock>> live, Consumer<List<TestBlock>> wayHome) {
        for (int i = 0; i < WARM_UP; i++) {
            garbageOf(live.get(), wayHome);
        }
        List<Long> garbage = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            garbage.add(garbageOf(live.get(), wayHome));
        }
        expectNone(garbage);
    }

    /** Once the JVM itself may make something: a method handle's form, when its call is compiled. */
    private static void expectNone(List<Long> garbage) {
        assertThat(garbage.stream().filter(bytes -> bytes > 0))
                .as("bytes in %s", garbage)
                .hasSizeLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void toTheHotCache(boolean direct) {
        open(direct);
        expectNoGarbage(() -> several(4, () -> allocate(KIB)), this::releaseAll);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void spilledToSlabsSuperslabsAndTheStore(boolean direct) {
        open(direct);
        expectNoGarbage(() -> several(8 * MIB / KIB, () -> allocate(KIB)), this::releaseAll);
        expectNoGarbage(() -> several(20, () -> allocate(MIB)), this::releaseAll);
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 5000})
    void toAnOwnerThatIsAlive(int blocks) {
        open(true);
        try (Loop elsewhere = new Loop()) {
            expectNoGarbage(() -> elsewhere.call(() -> several(1, () -> allocateFromStripe(KIB))), this::releaseAll);
            List<TestBlock> live = new ArrayList<>();
            List<Long> onRelease = new ArrayList<>();
            List<Long> onDrain = new ArrayList<>();
            for (int round = 0; round < WARM_UP + ROUNDS; round++) {
                live.addAll(several(blocks, () -> allocate(KIB)));
                long garbage = elsewhere.call(() -> garbageOf(live, this::releaseAll));
                assertThat(own.remoteCount()).isEqualTo(blocks);
                long drained = garbageOf(live, b -> own.scavenge(NONE, ThreadHeap.BUSY, false));
                live.clear();
                if (round >= WARM_UP) {
                    onRelease.add(garbage);
                    onDrain.add(drained);
                }
                while (own.remoteCount() > 0) {
                    own.scavenge(NONE, ThreadHeap.BUSY, false);
                }
            }
            expectNone(onRelease);
            expectNone(onDrain);
        }
    }

    /** Only takes in what came home. */
    private static final BitSet NONE = new BitSet();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void toAStripeThatIsBorrowed(boolean direct) {
        open(direct);
        expectNoGarbage(() -> several(5000, () -> allocateFromStripe(KIB)), this::releaseAll);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void hugeOnesKeptOrToTheSystem(boolean direct) {
        open(direct);
        expectNoGarbage(() -> several(2, () -> allocate(3 * MIB / 2)), this::releaseAll);
        for (int i = 0; i < CALLS_OF_HANDLES; i += 4) { // of twelve blocks eight are kept: four calls
            releaseAll(several(12, () -> allocate(3 * MIB / 2)));
        }
        expectNoGarbage(() -> several(12, () -> allocate(3 * MIB / 2)), this::releaseAll);
        expectNoGarbage(() -> several(1, () -> allocate(40 * MIB)), this::releaseAll);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void toTheSystemAfterClose(boolean direct) {
        Supplier<List<TestBlock>> live = () -> {
            open(direct);
            List<TestBlock> blocks = several(5000, () -> allocate(KIB));
            blocks.addAll(several(5000, () -> allocateFromStripe(KIB)));
            blocks.addAll(several(2, () -> allocate(3 * MIB / 2)));
            engine.close(() -> engine.detach(own));
            return blocks;
        };
        expectNoGarbage(live, this::releaseAll);
    }
}
