/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.os.Region;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Units against a naive model: one boolean each. */
class SuperslabTest {
    private Superslab superslab = new Superslab(Region.heap(new byte[16]));
    private boolean[] taken;
    private final List<int[]> runs = new ArrayList<>();

    /** Positive numbers take so many units, others give a run back. (jqwik runs all tries on one instance.) */
    @Property(tries = 2000)
    void takesTheLowestRunThatFits(
            @ForAll @Size(max = 60) List<@IntRange(min = -8, max = Superslab.UNITS) Integer> ops) {
        superslab = new Superslab(superslab.region());
        taken = new boolean[Superslab.UNITS];
        runs.clear();
        for (int op : ops) {
            if (op > 0) {
                take(op);
            } else if (!runs.isEmpty()) {
                give(runs.remove(-op % runs.size()));
            }
            expectLikeModel();
        }
    }

    private void take(int units) {
        int expected = lowestRun(units);
        assertThat(superslab.hasRoom(units)).isEqualTo(expected >= 0);
        assertThat(superslab.take(units)).isEqualTo(expected);
        if (expected >= 0) {
            mark(expected, units, true);
            runs.add(new int[] {expected, units});
        }
    }

    private void give(int[] run) {
        superslab.give(run[0], run[1]);
        mark(run[0], run[1], false);
    }

    private int lowestRun(int units) {
        for (int first = 0; first + units <= taken.length; first++) {
            boolean fits = true;
            for (int i = first; i < first + units; i++) {
                fits &= !taken[i];
            }
            if (fits) {
                return first;
            }
        }
        return -1;
    }

    private void mark(int first, int units, boolean value) {
        for (int i = first; i < first + units; i++) {
            taken[i] = value;
        }
    }

    private void expectLikeModel() {
        int free = 0;
        for (boolean t : taken) {
            free += t ? 0 : 1;
        }
        assertThat(superslab.freeUnits()).isEqualTo(free);
        assertThat(superslab.isEmpty()).isEqualTo(free == Superslab.UNITS);
    }

    @Test
    void isCutIntoUnitsWithoutARest() {
        assertThat(Superslab.BYTES).isEqualTo(2 << 20);
        assertThat(Superslab.UNITS * Superslab.UNIT_BYTES).isEqualTo(Superslab.BYTES);
        assertThat(Superslab.UNIT_BYTES).isEqualTo(1 << Superslab.UNIT_SHIFT);
    }

    @Test
    void unitsGivenBackTwiceAreReported() {
        int first = superslab.take(4);
        superslab.give(first, 4);
        assertThatThrownBy(() -> superslab.give(first, 4))
                .isInstanceOf(AssertionError.class)
                .hasMessage("units 0+4 given back twice");
    }

    @Test
    void moreUnitsGivenBackThanTakenAreReported() {
        int first = superslab.take(4);
        assertThatThrownBy(() -> superslab.give(first, 5)).isInstanceOf(AssertionError.class);
        assertThat(superslab.freeUnits()).isEqualTo(Superslab.UNITS - 4);
    }
}
