/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The classes, over every size that one can be asked for. */
class SizeClassesTest {
    private static final int KIB = 1 << 10;

    @Test
    void everySizeGetsTheSmallestClassThatHoldsIt() {
        int expected = 0;
        for (int size = 0; size <= SizeClasses.MAX_BLOCK; size++) {
            while (SizeClasses.blockBytes(expected) < size) {
                expected++;
            }
            if (SizeClasses.of(size) != expected) {
                assertThat(SizeClasses.of(size)).as("class of " + size).isEqualTo(expected);
            }
        }
        assertThat(expected).isEqualTo(SizeClasses.COUNT - 1);
    }

    @Test
    void blocksGrowFromTheSmallestToTheLargest() {
        assertThat(SizeClasses.blockBytes(0)).isEqualTo(SizeClasses.MIN_BLOCK).isEqualTo(16);
        assertThat(SizeClasses.blockBytes(SizeClasses.COUNT - 1)).isEqualTo(SizeClasses.MAX_BLOCK);
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            int bytes = SizeClasses.blockBytes(c);
            assertThat(bytes % SizeClasses.MIN_BLOCK)
                    .as("alignment of " + bytes)
                    .isZero();
            if (c > 0) {
                assertThat(bytes).isGreaterThan(SizeClasses.blockBytes(c - 1));
            }
        }
    }

    @Test
    void theSlackIsAtMostAQuarterAndAnEighthWhereNettysSizesLie() {
        for (int size = 1; size <= SizeClasses.MAX_BLOCK; size++) {
            int slack = SizeClasses.blockBytes(SizeClasses.of(size)) - size;
            boolean fine = size > KIB && size <= 32 * KIB;
            int bound = size <= 128 ? SizeClasses.MIN_BLOCK - 1 : fine ? size / 8 : size / 4;
            if (slack > bound) {
                assertThat(slack).as("slack of " + size).isLessThanOrEqualTo(bound);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            ints = {16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072, 262144, 524288})
    void powersOfTwoHaveTheirOwnClass(int size) {
        assertThat(SizeClasses.blockBytes(SizeClasses.of(size))).isEqualTo(size);
        assertThat(SizeClasses.units(SizeClasses.of(size)) * Superslab.UNIT_BYTES % size)
                .isZero();
    }

    @Test
    void eachClassHasTheFewestUnitsThatWasteAtMostA16thDoubledWhereItsBlocksAreFew() {
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            int units = SizeClasses.units(c);
            int fewest = 1;
            while (!wastesLittle(c, fewest)) {
                fewest++;
            }
            int doubled = units / fewest;
            assertThat(units).as("class " + c).isEqualTo(fewest * doubled);
            assertThat(SizeClasses.fewestUnits(c)).as("class " + c).isEqualTo(fewest);
            assertThat(doubled).as("class " + c).isIn(1, 2, 4);
            assertThat(wastesLittle(c, units)).as("class " + c).isTrue();
            assertThat(SizeClasses.capacity(c) >= 4 || 2 * units > 8)
                    .as("class " + c)
                    .isTrue();
            if (doubled > 1) {
                assertThat(units).as("class " + c).isLessThanOrEqualTo(8);
                assertThat(units / 2 * Superslab.UNIT_BYTES / SizeClasses.blockBytes(c))
                        .as("class " + c + " in half as many")
                        .isLessThan(4);
            }
            assertThat(units * Superslab.UNIT_BYTES)
                    .as("class " + c + " fits into a superslab on the Java heap, too")
                    .isLessThanOrEqualTo(Superslab.bytes(false));
        }
    }

    private static boolean wastesLittle(int sizeClass, int units) {
        long bytes = (long) units * Superslab.UNIT_BYTES;
        long blocks = bytes / SizeClasses.blockBytes(sizeClass);
        return blocks > 0 && bytes - blocks * SizeClasses.blockBytes(sizeClass) <= bytes / 16;
    }

    @Test
    void aSlabHoldsWholeBlocksAndTheirNumbersFit() {
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            long bytes = (long) SizeClasses.units(c) * Superslab.UNIT_BYTES;
            int capacity = SizeClasses.capacity(c);
            assertThat(capacity).isEqualTo((int) (bytes / SizeClasses.blockBytes(c)));
            assertThat(capacity).isBetween(1, 4096);
            assertThat(Slab.numbers(capacity)).isEqualTo((capacity + Slab.SLOT_MASK) / (Slab.SLOT_MASK + 1));
        }
        assertThat(Slab.SLOT_MASK).isEqualTo((1 << Slab.SLOT_BITS) - 1);
    }

    @Test
    void sizesAboveTheLargestBlockAreNobodysHere() {
        assertThatThrownBy(() -> SizeClasses.of(SizeClasses.MAX_BLOCK + 1))
                .isInstanceOf(AssertionError.class)
                .hasMessage("size: 1048577 (expected: <= 1048576)");
    }
}
