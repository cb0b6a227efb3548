/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.os.HeapMemory;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;
import io.github.acealloc.testing.FaultyMemory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The store between a budget and a system that refuses now and then. */
class SuperslabStoreTest {
    private static final int KEEP = 2;
    private static final int LIMIT = 5;

    private final FaultyMemory memory = new FaultyMemory(new HeapMemory());
    private final MemoryBudget budget = new MemoryBudget((long) LIMIT * Superslab.BYTES + 1);
    private final SuperslabStore store = new SuperslabStore(memory, budget, KEEP);
    private final List<Superslab> held = new ArrayList<>();

    /** 0 to 3: acquire; 4: acquire, refused by the system; 5 to 8: release; 9: trim. */
    @Property(tries = 150)
    void losesNothing(@ForAll @Size(max = 40) List<@IntRange(min = 0, max = 9) Integer> ops) {
        for (int op : ops) {
            if (op <= 4) {
                acquire(op == 4);
            } else if (op == 9) {
                store.trim();
                assertThat(store.emptyCount()).isZero();
            } else if (!held.isEmpty()) {
                store.release(held.remove(op % held.size()));
            }
            expectLaws();
        }
        held.forEach(store::release);
        held.clear();
        expectLaws();
        store.trim();
        assertThat(budget.committed()).isZero();
        assertThat(memory.outBytes()).isZero();
    }

    private void acquire(boolean refuse) {
        boolean kept = store.emptyCount() > 0;
        boolean room = budget.committed() + Superslab.BYTES <= budget.limit();
        int requests = memory.requests();
        memory.refuseNth(refuse ? 1 : -1);
        Superslab superslab = store.tryAcquire();
        assertThat(superslab != null).isEqualTo(kept || (room && !refuse));
        assertThat(memory.requests() - requests).isEqualTo(kept || !room ? 0 : 1);
        if (superslab != null) {
            assertThat(superslab.isEmpty()).isTrue();
            held.add(superslab);
        }
    }

    private void expectLaws() {
        Set<Object> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
        held.forEach(superslab -> distinct.add(superslab.region()));
        assertThat(distinct).hasSameSizeAs(held);
        assertThat(store.emptyCount()).isBetween(0, KEEP);
        long bytes = (long) (held.size() + store.emptyCount()) * Superslab.BYTES;
        assertThat(store.committedBytes()).isEqualTo(bytes);
        assertThat(budget.committed()).isEqualTo(bytes);
        assertThat(memory.outBytes()).isEqualTo(bytes);
    }

    @Test
    void keepsAFewAndHandsOutTheLastOneFirst() {
        Superslab first = store.tryAcquire();
        Superslab second = store.tryAcquire();
        Superslab third = store.tryAcquire();
        store.release(first);
        store.release(second);
        store.release(third);
        assertThat(store.emptyCount()).isEqualTo(KEEP);
        assertThat(store.tryAcquire()).isSameAs(second);
        assertThat(store.tryAcquire()).isSameAs(first);
        assertThat(memory.requests()).isEqualTo(3);
    }

    @Test
    void whatFailsOtherwiseThanForLackOfMemoryTakesNothingFromTheBudget() {
        SuperslabStore broken = new SuperslabStore(new BrokenMemory(), budget, KEEP);
        assertThatThrownBy(broken::tryAcquire).isInstanceOf(StackOverflowError.class);
        assertThat(budget.committed()).isZero();
    }

    private static final class BrokenMemory implements OsMemory {
        @Override
        public Region reserve(int bytes) {
            throw new StackOverflowError("in mmap");
        }

        @Override
        public void release(Region region) {
            throw new IllegalStateException("nothing was reserved");
        }

        @Override
        public boolean isDirect() {
            return true;
        }
    }

    @Test
    void closedKeepsNothing() {
        Superslab kept = store.tryAcquire();
        Superslab late = store.tryAcquire();
        store.release(kept);
        store.close();
        assertThat(store.emptyCount()).isZero();
        store.release(late);
        assertThat(store.emptyCount()).isZero();
        assertThat(memory.outBytes()).isZero();
        assertThat(budget.committed()).isZero();
    }

    @Test
    void aSuperslabWithSlabsInItIsNotTakenBack() {
        Superslab superslab = store.tryAcquire();
        superslab.take(1);
        assertThatThrownBy(() -> store.release(superslab))
                .isInstanceOf(AssertionError.class)
                .hasMessage("a superslab with slabs in it was given back");
    }
}
