/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.os.Region;
import io.github.acealloc.testing.Token;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slots against a naive model: a set of the free ones. */
class SlabTest {
    private static final int FIRST_UNIT = 3;
    private static final int INDEX = 5;

    private final Superslab superslab = new Superslab(Region.heap(new byte[16]), Superslab.units(false), true);

    private Slab slab(int blockBytes) {
        return Slab.ofClass(superslab, FIRST_UNIT, SizeClasses.of(blockBytes), INDEX);
    }

    /** Negative numbers take a slot, others give that one back if it is taken; 1 KiB blocks fill exactly one word. */
    @Property(tries = 500)
    void takesTheLowestFreeSlot(
            @ForAll @IntRange(min = 0, max = 2) int shape,
            @ForAll @Size(max = 300) List<@IntRange(min = -200, max = 199) Integer> ops) {
        Slab slab = slab(new int[] {1024, 320, 12 << 10}[shape]);
        BitSet free = new BitSet();
        free.set(0, slab.capacity());
        for (int op : ops) {
            if (op < 0 && !free.isEmpty()) {
                int lowest = free.nextSetBit(0);
                assertThat(slab.take()).isEqualTo(lowest);
                free.clear(lowest);
            } else if (op >= 0 && op < slab.capacity() && !free.get(op)) {
                slab.give(op);
                free.set(op);
            }
            assertThat(slab.free()).isEqualTo(free.cardinality());
        }
        for (int slot = 0; slot < slab.capacity(); slot++) {
            assertThat(slab.isFree(slot)).as("slot " + slot).isEqualTo(free.get(slot));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 48, 1024, 1152, 65536, 81920, 1 << 20})
    void handsOutEverySlotOnceInOrderOfAddress(int blockBytes) {
        Slab slab = slab(blockBytes);
        for (int slot = 0; slot < slab.capacity(); slot++) {
            assertThat(slab.take()).isEqualTo(slot);
            assertThat(slab.offset(slot)).isEqualTo(FIRST_UNIT * Superslab.UNIT_BYTES + slot * blockBytes);
            assertThat(slab.blockId(slot)).isEqualTo((INDEX << Slab.SLOT_BITS) + slot);
        }
        assertThat(slab.free()).isZero();
        int units = SizeClasses.units(slab.sizeClass());
        assertThat(slab.offset(slab.capacity() - 1) + blockBytes)
                .isLessThanOrEqualTo((FIRST_UNIT + units) * Superslab.UNIT_BYTES);
    }

    @Test
    void isAsLongAsItsUnits() {
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            for (int units = SizeClasses.units(c); units > 0; units -= SizeClasses.fewestUnits(c)) {
                Slab slab = Slab.ofClass(superslab, FIRST_UNIT, units, c, INDEX);
                assertThat(slab.units()).isEqualTo(units);
                assertThat(slab.capacity()).isEqualTo(units * Superslab.UNIT_BYTES / slab.blockBytes());
            }
        }
    }

    @Test
    void aSlotGivenBackTwiceIsReportedAndChangesNothing() {
        Slab slab = slab(1024);
        slab.take();
        int slot = slab.take();
        slab.give(slot);
        assertThatThrownBy(() -> slab.give(slot))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("slot: 1 of slab(index: 5, blockBytes: 1024, capacity: 64, free: 63) was given back twice");
        assertThat(slab.free()).isEqualTo(63);
    }

    @Test
    void theLargestIndexMakesANonNegativeNumber() {
        int sizeClass = SizeClasses.of(16);
        int index = Slab.MAX_INDEX + 1 - Slab.numbers(SizeClasses.capacity(sizeClass));
        Slab last = Slab.ofClass(superslab, 0, sizeClass, index);
        assertThat(last.blockId(last.capacity() - 1)).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void bindsAnObjectToASlot() {
        Slab slab = slab(1024);
        Block block = new Token(7);
        assertThat(slab.block(2)).isNull();
        slab.bind(2, block);
        assertThat(slab.block(2)).isSameAs(block);
        assertThat(slab.numbers()).isEqualTo(1);
        assertThat(slab.blocks(0)).hasSize(64);
        assertThat(slab.blocks(0)[2]).isSameAs(block);
    }

    /** As the heap's fast path finds them: by the upper bits of a block's number, and then the lower ones. */
    @ParameterizedTest
    @ValueSource(ints = {16, 48, 320, 512, 65536})
    void manySlotsHaveSeveralNumbersInARow(int blockBytes) {
        Slab slab = slab(blockBytes);
        assertThat(slab.numbers()).isEqualTo((slab.capacity() + Slab.SLOT_MASK) / (Slab.SLOT_MASK + 1));
        for (int slot = 0; slot < slab.capacity(); slot++) {
            Block block = new Token(slot);
            slab.bind(slot, block);
            int id = slab.blockId(slot);
            assertThat(slab.slot(id)).isEqualTo(slot);
            assertThat(slab.blocks((id >>> Slab.SLOT_BITS) - INDEX)[id & Slab.SLOT_MASK])
                    .isSameAs(block)
                    .isSameAs(slab.block(slot));
        }
        assertThat(slab.blocks(slab.numbers() - 1)).doesNotContainNull();
    }

    @Test
    void knowsWhereItLies() {
        Slab slab = slab(1024);
        assertThat(slab.region()).isSameAs(superslab.region());
        assertThat(slab.superslab()).isSameAs(superslab);
        assertThat(slab.isHuge()).isFalse();
        assertThat(slab.firstUnit()).isEqualTo(FIRST_UNIT);
        assertThat(slab.index()).isEqualTo(INDEX);
        assertThat(slab.blockBytes()).isEqualTo(1024);
        assertThat(slab.sizeClass()).isEqualTo(SizeClasses.of(1024));
    }

    @Test
    void aHugeBlockIsASlabOfOneSlotWithMemoryOfItsOwn() {
        Region region = Region.heap(new byte[100]);
        Slab slab = Slab.huge(region);
        assertThat(slab.isHuge()).isTrue();
        assertThat(slab.capacity()).isEqualTo(1);
        assertThat(slab.blockBytes()).isEqualTo(100);
        assertThat(slab.offset(0)).isZero();
        assertThat(slab.sizeClass()).isEqualTo(-1);
        assertThat(slab.take()).isZero();
        slab.give(0);
        assertThatThrownBy(() -> slab.give(0)).isInstanceOf(IllegalStateException.class);
    }
}
