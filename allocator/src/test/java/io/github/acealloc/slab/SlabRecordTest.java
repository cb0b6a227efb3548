/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.os.Region;
import java.nio.ByteBuffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The witness of each slab: as it was written, or a defect that names what is wrong. */
class SlabRecordTest {
    private static final int OWNER = 5;
    private static final int RECORDS = Superslab.UNITS * Superslab.UNIT_BYTES;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(Superslab.bytes(true));
    private Superslab superslab;

    SlabRecordTest() {
        reset();
    }

    /** jqwik runs all tries on one instance. */
    private void reset() {
        superslab = new Superslab(Region.direct(memory, null, 0), Superslab.UNITS, true);
        superslab.enterService(OWNER);
    }

    private Slab place(int blockBytes, int index) {
        int sizeClass = SizeClasses.of(blockBytes);
        Slab slab = Slab.ofClass(superslab, superslab.take(SizeClasses.units(sizeClass)), sizeClass, index);
        superslab.place(slab);
        return slab;
    }

    private static int at(int unit) {
        return RECORDS + unit * SlabRecord.BYTES;
    }

    private int magic(int unit) {
        return memory.getInt(at(unit));
    }

    @Test
    void aFreshSuperslabsRecordsSayThatEachUnitIsFree() {
        for (int unit = 0; unit < Superslab.UNITS; unit++) {
            assertThat(magic(unit)).isEqualTo(SlabRecord.FREE);
        }
    }

    @Test
    void eachUnitOfASlabHasItsRecordUntilTheSlabIsDissolved() {
        place(1024, 8);
        Slab slab = place(1 << 20, 9);
        int units = SizeClasses.units(slab.sizeClass());
        for (int unit = 1; unit <= units; unit++) {
            assertThat(magic(unit)).isEqualTo(SlabRecord.MAGIC);
            assertThat(superslab.recordDefect(unit)).isNull();
        }
        assertThat(magic(units + 1)).isEqualTo(SlabRecord.FREE);
        superslab.give(1, units);
        for (int unit = 1; unit <= units; unit++) {
            assertThat(magic(unit)).isEqualTo(SlabRecord.FREE);
        }
        assertThat(superslab.recordDefect(0)).as("the neighbour's").isNull();
    }

    @Test
    void saysWhatItIsThatLiesThere() {
        place(1024, 8);
        place(1024, 9);
        Slab slab = place(2048, 77);
        int at = at(2);
        assertThat(memory.getInt(at)).isEqualTo(SlabRecord.MAGIC);
        assertThat(memory.getInt(at + 4)).isEqualTo(slab.generation()).isEqualTo(3);
        assertThat(memory.getShort(at + 8)).isEqualTo((short) SizeClasses.of(2048));
        assertThat(memory.getShort(at + 10)).isEqualTo((short) 2);
        assertThat(memory.getInt(at + 12)).isEqualTo(77);
        assertThat(memory.getLong(at + 16)).isEqualTo(OWNER);
    }

    /** A write past the end of the last unit, or anywhere else that it does not belong. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 31})
    void eachByteThatChangesIsFound(int unit) {
        for (int i = 0; i < Superslab.UNITS; i++) {
            place(1024, i);
        }
        for (int i = 0; i < SlabRecord.BYTES; i++) {
            byte was = memory.get(at(unit) + i);
            memory.put(at(unit) + i, (byte) (was ^ 0x40));
            assertThat(superslab.recordDefect(unit))
                    .as("byte " + i)
                    .startsWith(i < Integer.BYTES ? "magic: " : "sum: ")
                    .contains(" (expected: ");
            memory.put(at(unit) + i, was);
            assertThat(superslab.recordDefect(unit)).isNull();
        }
    }

    @Property(tries = 1000)
    void anyOverwritingIsFound(
            @ForAll @IntRange(max = SlabRecord.BYTES - 8) int offset, @ForAll long value, @ForAll boolean wide) {
        reset();
        Slab slab = place(1024, 3);
        assertThat(slab.firstUnit()).isZero();
        long was = memory.getLong(at(0) + offset);
        long now = wide ? value : (was & ~0xFFL) | (value & 0xFF);
        memory.putLong(at(0) + offset, now);
        assertThat(superslab.recordDefect(0) == null).isEqualTo(was == now);
    }

    /** A record that is whole, but not the one of the slab that the superslab knows. */
    @Test
    void aRecordOfAnotherSlabIsFoundByTheFirstFieldThatDiffers() {
        Slab slab = place(1024, 3);
        expectDefect(slab, slab, OWNER, null);
        expectDefect(slab, slab, OWNER + 1, "owner: 6 (expected: 5)");
        int sizeClass = slab.sizeClass();
        expectDefect(slab, other(0, sizeClass, 4), OWNER, "slab index: 4 (expected: 3)");
        expectDefect(slab, other(1, sizeClass, 3), OWNER, "first unit: 1 (expected: 0)");
        expectDefect(
                slab,
                other(0, sizeClass + 1, 3),
                OWNER,
                "class: " + (sizeClass + 1) + " (expected: " + sizeClass + ")");
        Slab later = other(0, sizeClass, 3);
        later.generation(2);
        expectDefect(slab, later, OWNER, "generation: 2 (expected: 1)");
        Slab all = other(1, sizeClass + 1, 4);
        all.generation(2);
        expectDefect(slab, all, OWNER + 1, "generation: 2 (expected: 1)");
    }

    private Slab other(int firstUnit, int sizeClass, int index) {
        Slab other = Slab.ofClass(superslab, firstUnit, sizeClass, index);
        other.generation(1);
        return other;
    }

    private void expectDefect(Slab known, Slab written, long owner, String defect) {
        SlabRecord.write(memory, at(0), written, owner);
        assertThat(superslab.slab(0)).isSameAs(known);
        assertThat(superslab.recordDefect(0)).isEqualTo(defect);
    }

    @Test
    void aRecordThatWasClearedIsNotASlabs() {
        place(1024, 3);
        SlabRecord.clear(memory, at(0));
        assertThat(superslab.recordDefect(0)).isEqualTo("magic: ace5f4ee (expected: ace51ab5)");
    }

    @Test
    void onTheJavaHeapThereAreNone() {
        Superslab array = new Superslab(Region.heap(new byte[16]), Superslab.units(false), true);
        int unit = array.take(1);
        array.place(Slab.ofClass(array, unit, SizeClasses.of(1024), 0));
        assertThat(array.recordDefect(unit)).isNull();
        array.give(unit, 1);
    }

    /** The records lie behind the units: a block of a power of two has all the room of its slab. */
    @Test
    void powersOfTwoLoseNoSlotToIt() {
        for (int bytes = SizeClasses.MIN_BLOCK; bytes <= SizeClasses.MAX_BLOCK; bytes *= 2) {
            int sizeClass = SizeClasses.of(bytes);
            int inUnits = SizeClasses.units(sizeClass) * Superslab.UNIT_BYTES;
            assertThat(SizeClasses.capacity(sizeClass) * bytes)
                    .as("blocks of " + bytes)
                    .isEqualTo(inUnits);
            int slabs = Superslab.UNITS / SizeClasses.units(sizeClass);
            Superslab whole = new Superslab(superslab.region(), Superslab.UNITS, true);
            for (int i = 0; i < slabs; i++) {
                int first = whole.take(SizeClasses.units(sizeClass));
                assertThat(first).isNotNegative();
                Slab slab = Slab.ofClass(whole, first, sizeClass, i);
                assertThat(slab.offset(slab.capacity() - 1) + bytes).isLessThanOrEqualTo(at(0));
            }
            assertThat(whole.freeUnits()).isZero();
        }
    }
}
