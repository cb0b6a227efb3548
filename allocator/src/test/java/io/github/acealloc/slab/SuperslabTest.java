/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;
import io.github.acealloc.slab.Superslab.Tier;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Units against a naive model, one boolean each; and the tiers that follow from what is used. */
class SuperslabTest {
    private static final Region ON_HEAP = Region.heap(new byte[16]);
    private static final Region DIRECT =
            Region.direct(ByteBuffer.allocateDirect(Superslab.bytes(true)), null, 1L << 30);
    private static final int QUARTER = 8 * Superslab.UNIT_BYTES;

    private Superslab superslab = new Superslab(DIRECT, Superslab.UNITS, true);
    private boolean[] taken;
    private final List<int[]> runs = new ArrayList<>();

    /** Positive numbers take so many units, others give a run back. (jqwik runs all tries on one instance.) */
    @Property(tries = 2000)
    void takesTheLowestRunThatFits(
            @ForAll boolean direct,
            @ForAll @Size(max = 60) List<@IntRange(min = -8, max = Superslab.UNITS) Integer> ops) {
        superslab = new Superslab(direct ? DIRECT : ON_HEAP, Superslab.units(direct), true);
        taken = new boolean[direct ? Superslab.UNITS : Superslab.UNITS - 1];
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
        assertThat(superslab.isEmpty()).isEqualTo(free == taken.length);
        assertThat(superslab.units()).isEqualTo(taken.length);
    }

    @Test
    void isCutIntoUnitsWithoutARest() {
        assertThat(Superslab.UNIT_BYTES).isEqualTo(1 << Superslab.UNIT_SHIFT).isEqualTo(64 << 10);
        assertThat(Superslab.bytes(false)).isEqualTo(31 * Superslab.UNIT_BYTES);
    }

    @Test
    void inDirectMemoryARecordOfEachUnitFollowsThem() {
        assertThat(Superslab.UNITS * Superslab.UNIT_BYTES).isEqualTo(2 << 20);
        int tail = Superslab.bytes(true) - (2 << 20);
        assertThat(tail).isGreaterThanOrEqualTo(Superslab.UNITS * SlabRecord.BYTES);
        assertThat((Superslab.bytes(true) + OsMemory.ALIGNMENT) % OsMemory.PAGE)
                .as("with the line that a region begins after, whole pages")
                .isZero();
    }

    @Test
    void knowsWhereItLiesAndWhichSlabEachUnitHolds() {
        assertThat(superslab.region()).isSameAs(DIRECT);
        assertThat(superslab.address()).isEqualTo(1L << 30);
        assertThat(new Superslab(ON_HEAP, Superslab.units(false), true).address())
                .isZero();
        assertThat(superslab.slab(3)).isNull();
        Slab slab = place(96 << 10);
        assertThat(slab.firstUnit()).isZero();
        int units = SizeClasses.units(slab.sizeClass());
        assertThat(units).isGreaterThan(1);
        for (int unit = 0; unit < Superslab.UNITS; unit++) {
            assertThat(superslab.slab(unit)).isSameAs(unit < units ? slab : null);
        }
        assertThat(superslab.slab(Superslab.UNITS)).as("the records").isNull();
        superslab.give(0, units);
        assertThat(superslab.slab(0)).isNull();
        assertThat(superslab.slab(units - 1)).isNull();
    }

    private Slab place(int blockBytes) {
        int sizeClass = SizeClasses.of(blockBytes);
        Slab slab = Slab.ofClass(superslab, superslab.take(SizeClasses.units(sizeClass)), sizeClass, 0);
        superslab.place(slab);
        return slab;
    }

    @Test
    void countsTheSlabsThatWereCutFromIt() {
        assertThat(place(1024).generation()).isEqualTo(1);
        Slab second = place(2048);
        assertThat(second.generation()).isEqualTo(2);
        superslab.give(second.firstUnit(), 1);
        assertThat(place(2048).generation()).isEqualTo(3);
    }

    @Test
    void isFreeWithoutSlabsAndHotFromItsFirstOn() {
        assertThat(superslab.tier()).isEqualTo(Tier.FREE);
        superslab.enterService(3);
        assertThat(superslab.tier()).isEqualTo(Tier.FREE);
        Slab slab = place(1024);
        assertThat(superslab.tier()).as("a slab without a taken block").isEqualTo(Tier.HOT);
        superslab.use(1024);
        assertThat(superslab.tier()).isEqualTo(Tier.HOT);
        superslab.use(-1024);
        superslab.give(slab.firstUnit(), 1);
        assertThat(superslab.tier()).isEqualTo(Tier.FREE);
    }

    @Test
    void drainsWhenAQuarterIsLeftAndIsHotAgainFromAHalf() {
        place(1024);
        superslab.use(3 * QUARTER);
        superslab.use(-2 * QUARTER + 16);
        assertThat(superslab.tier()).as("above a quarter").isEqualTo(Tier.HOT);
        superslab.use(-16);
        assertThat(superslab.tier()).as("a quarter").isEqualTo(Tier.DRAINING);
        superslab.use(QUARTER - 16);
        assertThat(superslab.tier()).as("below a half").isEqualTo(Tier.DRAINING);
        superslab.use(16);
        assertThat(superslab.tier()).as("a half").isEqualTo(Tier.HOT);
        superslab.use(-QUARTER + 16);
        assertThat(superslab.tier()).as("above a quarter again").isEqualTo(Tier.HOT);
        assertThat(superslab.usedBytes()).isEqualTo(QUARTER + 16);
    }

    @Test
    void whileItGrowsForTheFirstTimeItIsHot() {
        place(1024);
        for (int used = 0; used < 4 * QUARTER; used += QUARTER / 2) {
            assertThat(superslab.tier()).isEqualTo(Tier.HOT);
            superslab.use(QUARTER / 2);
        }
    }

    @Test
    void drainingItIsHotOnceItHasToServeAgain() {
        superslab.enterService(3);
        place(1024);
        superslab.use(1024);
        superslab.use(-512);
        assertThat(superslab.tier()).isEqualTo(Tier.DRAINING);
        superslab.enterService(3);
        assertThat(superslab.tier()).isEqualTo(Tier.HOT);
    }

    @Test
    void onTheJavaHeapTheSharesAreOf31Units() {
        superslab = new Superslab(ON_HEAP, Superslab.units(false), true);
        int bytes = Superslab.bytes(false);
        place(1024);
        superslab.use(bytes);
        superslab.use(bytes / 4 + 16 - bytes);
        assertThat(superslab.tier()).isEqualTo(Tier.HOT);
        superslab.use(-16);
        assertThat(superslab.tier()).isEqualTo(Tier.DRAINING);
        superslab.use(bytes / 4 - 16);
        assertThat(superslab.tier()).isEqualTo(Tier.DRAINING);
        superslab.use(16);
        assertThat(superslab.tier()).isEqualTo(Tier.HOT);
    }

    @Test
    void changesHandsOnlyWhenItIsEmpty() {
        superslab.enterService(3);
        superslab.enterService(4);
        Slab slab = place(1024);
        superslab.enterService(4);
        assertThatThrownBy(() -> superslab.enterService(3))
                .isInstanceOf(AssertionError.class)
                .hasMessage("a superslab in use changed hands");
        superslab.give(slab.firstUnit(), 1);
        superslab.enterService(3);
        place(1024);
        assertThat(superslab.recordDefect(0)).isNull();
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
