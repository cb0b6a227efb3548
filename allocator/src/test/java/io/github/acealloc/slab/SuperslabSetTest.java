/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** List, queues and sums against a naive model, which looks through all superslabs. */
class SuperslabSetTest {
    private static final Region ON_HEAP = Region.heap(new byte[16]);
    private static final int UNITS = Superslab.UNITS - 1;
    private static final int QUARTER = Superslab.UNITS / 4 * Superslab.UNIT_BYTES;
    private static final int HEAP = 3;

    private SuperslabSet set = new SuperslabSet();
    private final List<Model> model = new ArrayList<>();
    private Random random;

    /** A superslab, and the runs of units that were taken of it. */
    private static final class Model {
        final Superslab superslab = new Superslab(ON_HEAP, Superslab.units(false), true);
        final List<int[]> taken = new ArrayList<>();

        /** In reverse order of how soon it serves; −1 if it may not. */
        int step(boolean orDraining) {
            return switch (superslab.tier()) {
                case FREE -> 0;
                case DRAINING -> orDraining ? 1 : -1;
                case HOT -> 2 + superslab.usedBytes() / QUARTER;
            };
        }

        int longestRun() {
            int run = 0;
            while (run < Superslab.UNITS && superslab.hasRoom(run + 1)) {
                run++;
            }
            return run;
        }
    }

    /** (jqwik runs all tries on one instance.) */
    @Property(tries = 300)
    void isLikeALookThroughAll(@ForAll long seed) {
        random = new Random(seed);
        set = new SuperslabSet();
        model.clear();
        for (int i = 0; i < 300; i++) {
            step();
            expectLikeModel();
        }
    }

    private void step() {
        int kind = random.nextInt(20);
        if (model.isEmpty() || kind == 0) {
            enter();
        } else if (kind == 1) {
            leave();
        } else if (kind < 8) {
            cut();
        } else if (kind < 12) {
            dissolve(any());
        } else if (kind < 18) {
            use(any());
        } else {
            purge(any());
        }
    }

    private Model any() {
        return model.get(random.nextInt(model.size()));
    }

    private Model enter() {
        Model entered = new Model();
        set.ensureRoom();
        set.enter(entered.superslab);
        model.add(entered);
        return entered;
    }

    private void leave() {
        int i = random.nextInt(model.size());
        Model gone = model.get(i);
        set.leave(gone.superslab);
        assertThat(set.position(gone.superslab)).isNegative();
        Model last = model.remove(model.size() - 1);
        if (i < model.size()) {
            model.set(i, last);
        }
    }

    private void cut() {
        int units = 1 + random.nextInt(random.nextBoolean() ? 4 : UNITS);
        boolean orDraining = random.nextBoolean();
        Superslab found = set.fullestWithRoom(units, orDraining);
        expectFullest(found, units, orDraining);
        for (Model m : model) {
            if (m.superslab == found) {
                found.enterService(HEAP);
                m.taken.add(new int[] {found.take(units), units});
                set.update(found);
            }
        }
    }

    private void expectFullest(Superslab found, int units, boolean orDraining) {
        int step = -1;
        int run = 0;
        for (Model m : model) {
            if (m.step(orDraining) >= step && m.superslab.hasRoom(units)) {
                boolean better = m.step(orDraining) > step || m.longestRun() < run;
                step = m.step(orDraining);
                run = better ? m.longestRun() : run;
            }
        }
        if (step < 0) {
            assertThat(found).isNull();
            return;
        }
        Model of = model.stream().filter(m -> m.superslab == found).findFirst().orElseThrow();
        assertThat(of.step(orDraining)).as("the fullest").isEqualTo(step);
        assertThat(of.longestRun()).as("the tightest").isEqualTo(run);
    }

    private void dissolve(Model m) {
        if (m.taken.size() == 1 && m.superslab.usedBytes() > 0) {
            m.superslab.use(-m.superslab.usedBytes());
        }
        if (!m.taken.isEmpty()) {
            int[] run = m.taken.remove(random.nextInt(m.taken.size()));
            m.superslab.give(run[0], run[1]);
            set.update(m.superslab);
        }
    }

    private void use(Model m) {
        if (!m.taken.isEmpty()) {
            int most = (UNITS << Superslab.UNIT_SHIFT) - m.superslab.usedBytes();
            boolean takes = random.nextBoolean();
            m.superslab.use(takes ? random.nextInt(most + 1) : -random.nextInt(m.superslab.usedBytes() + 1));
            set.update(m.superslab);
        }
    }

    private void purge(Model m) {
        PurgedPages pages = m.superslab.look();
        int first = pages.next(random.nextInt(PurgedPages.COUNT), false);
        if (first < PurgedPages.COUNT && random.nextBoolean()) {
            pages.purge(first, first + 1);
        } else {
            m.superslab.restore(0, random.nextInt(UNITS * Superslab.UNIT_BYTES) + 1);
        }
        set.update(m.superslab);
    }

    private void expectLikeModel() {
        long used = 0;
        long idle = 0;
        boolean hasEmpty = false;
        for (int i = 0; i < model.size(); i++) {
            Superslab superslab = model.get(i).superslab;
            assertThat(set.get(i)).isSameAs(superslab);
            assertThat(set.position(superslab)).isEqualTo(i);
            assertThat(set.defect(superslab)).isNull();
            used += superslab.usedBytes();
            idle += superslab.idleBytes();
            hasEmpty |= superslab.isEmpty();
        }
        assertThat(set).hasSize(model.size());
        assertThat(set.usedBytes()).isEqualTo(used);
        assertThat(set.idleBytes()).isEqualTo(idle);
        assertThat(set.hasEmpty()).isEqualTo(hasEmpty);
        Superslab empty = set.anEmpty();
        assertThat(empty != null && empty.isEmpty()).isEqualTo(hasEmpty);
    }

    @Test
    void leavesNothingBehindInASuperslabThatGoes() {
        Model m = enter();
        m.superslab.enterService(HEAP);
        m.superslab.take(4);
        m.superslab.use(1024);
        m.superslab.untouchAll();
        m.superslab.touchUnits(0, 5);
        m.superslab.look().purge(64, 68);
        set.update(m.superslab);
        assertThat(set.usedBytes()).isEqualTo(1024);
        assertThat(set.idleBytes()).isEqualTo(5 * Superslab.UNIT_BYTES - 1024 - 4 * OsMemory.PAGE);
        set.leave(m.superslab);
        assertThat(set.usedBytes() + set.idleBytes()).isZero();
        assertThat(set.snapshot()).containsOnlyNulls();
        SuperslabSet other = new SuperslabSet();
        other.ensureRoom();
        other.enter(m.superslab);
        assertThat(other.defect(m.superslab)).isNull();
        assertThat(other.usedBytes()).isEqualTo(1024);
        assertThat(other.fullestWithRoom(27, false)).isSameAs(m.superslab);
    }

    /** A look that was not had, as at the end of a stack, is made good for by the next. */
    @Test
    void whatLiesInTheWrongQueueIsNotServedAndFoundOut() {
        Superslab first = enter().superslab;
        Superslab second = enter().superslab;
        assertThat(set.fullestWithRoom(UNITS, false)).isSameAs(second);
        second.take(UNITS);
        assertThat(set.defect(second)).isEqualTo("is queued for runs of 31 units (expected: 0)");
        assertThat(set.fullestWithRoom(UNITS, false)).isSameAs(first);
        assertThat(set.defect(second)).isNull();
        first.take(1);
        assertThat(set.hasEmpty()).isTrue();
        assertThat(set.anEmpty()).isNull();
        assertThat(set.hasEmpty()).isFalse();
        assertThat(set.defect(first)).isNull();
        first.use(64);
        assertThat(set.usedBytes()).isZero();
        first.use(64);
        set.update(first);
        assertThat(set.usedBytes()).isEqualTo(128);
    }

    @Test
    void eachDefectIsTold() {
        Superslab superslab = enter().superslab;
        superslab.enterService(HEAP);
        superslab.take(2);
        set.update(superslab);
        superslab.use(16);
        assertThat(set.defect(superslab)).isEqualTo("counts as 0 bytes used (expected: 16)");
        superslab.use(QUARTER);
        assertThat(set.defect(superslab)).isEqualTo("is queued at step 2 (expected: 3)");
        set.update(superslab);
        superslab.look().purge(100, 101);
        int idle = superslab.idleBytes();
        assertThat(set.defect(superslab))
                .isEqualTo("counts as " + (idle + 4096) + " bytes idle (expected: " + idle + ")");
        set.update(superslab);
        assertThat(set.defect(superslab)).isNull();
        SuperslabSet other = new SuperslabSet();
        other.ensureRoom();
        assertThat(other.defect(superslab)).isEqualTo("is not in its queue");
    }
}
