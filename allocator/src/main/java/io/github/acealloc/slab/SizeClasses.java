/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

/**
 * The block sizes, and the one place where every size is derived.
 *
 * <p>Classes are multiples of 16 bytes up to 128, then four per doubling (at most 25 % slack), and eight per doubling
 * from 1 to 32 KiB, where Netty's usual sizes lie (at most 12.5 %). Looking up a class is one table read to 16 KiB and
 * shifts above. A slab is the fewest 64 KiB units that waste at most 1/16 of themselves, so a power of two wastes
 * nothing and blocks above half a unit still share slabs where they fit badly alone. Where that makes fewer than four blocks, it is
 * doubled up to eight units, if there are so many in a row: cutting a slab and making its objects costs more than taking a block.
 */
public final class SizeClasses {
    /** log2 of the smallest step between classes. */
    static final int QUANTUM_SHIFT = 4;

    /** The smallest block, in bytes. */
    public static final int MIN_BLOCK = 1 << QUANTUM_SHIFT;

    /** The largest block that is cut from a superslab, in bytes; larger requests are huge. */
    public static final int MAX_BLOCK = 1 << 20;

    private static final int LINEAR_SHIFT = 7;
    private static final int FINE_FROM_SHIFT = 10;
    private static final int FINE_TO_SHIFT = 15;
    private static final int MAX_SHIFT = 20;
    private static final int TABLE_MAX = 16 << 10;
    private static final int WASTE_SHIFT = 4;

    /** How many blocks a slab should have, and how many units it may be made longer to for that. */
    private static final int ENOUGH_BLOCKS = 4;

    private static final int LONGER_UNITS = 8;

    private static final int[] BLOCK_BYTES = blockSizes();

    /** How many classes there are. */
    public static final int COUNT = BLOCK_BYTES.length;

    private static final byte[] TABLE = table();
    private static final int[] FEWEST_UNITS = fewestUnits();
    private static final int[] UNITS = units();

    private SizeClasses() {}

    /**
     * The smallest class that holds a request.
     *
     * @param size bytes, 0 to {@link #MAX_BLOCK}
     * @return the class
     */
    public static int of(int size) {
        return size <= TABLE_MAX ? TABLE[(size + MIN_BLOCK - 1) >>> QUANTUM_SHIFT] : ofLarge(size);
    }

    private static int ofLarge(int size) {
        assert size <= MAX_BLOCK : "size: " + size + " (expected: <= " + MAX_BLOCK + ")";
        int last = size - 1;
        int doubling = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(last);
        int stepsShift = stepsShift(doubling);
        int step = (last >>> (doubling - stepsShift)) & ((1 << stepsShift) - 1);
        return classesBelow(doubling) + step;
    }

    /** log2 of the number of classes in the doubling that starts at {@code 1 << doubling}. */
    private static int stepsShift(int doubling) {
        return doubling >= FINE_FROM_SHIFT && doubling < FINE_TO_SHIFT ? 3 : 2;
    }

    /** The number of classes of at most {@code 1 << doubling} bytes. */
    private static int classesBelow(int doubling) {
        int fine = Math.min(Math.max(doubling - FINE_FROM_SHIFT, 0), FINE_TO_SHIFT - FINE_FROM_SHIFT);
        return (1 << (LINEAR_SHIFT - QUANTUM_SHIFT)) + ((doubling - LINEAR_SHIFT) << 2) + (fine << 2);
    }

    /**
     * The size of a class's blocks.
     *
     * @param sizeClass 0 to {@link #COUNT} − 1
     * @return bytes
     */
    public static int blockBytes(int sizeClass) {
        return BLOCK_BYTES[sizeClass];
    }

    /**
     * The length of a class's slabs, where there is room.
     *
     * @param sizeClass 0 to {@link #COUNT} − 1
     * @return units of {@link Superslab#UNIT_BYTES}
     */
    public static int units(int sizeClass) {
        return UNITS[sizeClass];
    }

    /**
     * The least length of a class's slabs.
     *
     * @param sizeClass 0 to {@link #COUNT} − 1
     * @return units, of which {@link #units} are a multiple
     */
    public static int fewestUnits(int sizeClass) {
        return FEWEST_UNITS[sizeClass];
    }

    /**
     * The number of blocks in a class's slabs, where there is room.
     *
     * @param sizeClass 0 to {@link #COUNT} − 1
     * @return at least 1; 1 makes the slab a span
     */
    public static int capacity(int sizeClass) {
        return capacity(sizeClass, UNITS[sizeClass]);
    }

    /**
     * The number of blocks in a slab of a class.
     *
     * @param sizeClass 0 to {@link #COUNT} − 1
     * @param units its length
     * @return at least 1 if the units are as many as a slab may have
     */
    public static int capacity(int sizeClass, int units) {
        return units * Superslab.UNIT_BYTES / BLOCK_BYTES[sizeClass];
    }

    private static int[] blockSizes() {
        int[] sizes = new int[classesBelow(MAX_SHIFT)];
        int next = 0;
        for (int size = MIN_BLOCK; size <= (1 << LINEAR_SHIFT); size += MIN_BLOCK) {
            sizes[next++] = size;
        }
        for (int doubling = LINEAR_SHIFT; doubling < MAX_SHIFT; doubling++) {
            int stepsShift = stepsShift(doubling);
            for (int step = 1; step <= (1 << stepsShift); step++) {
                sizes[next++] = (1 << doubling) + (step << (doubling - stepsShift));
            }
        }
        return sizes;
    }

    private static byte[] table() {
        byte[] table = new byte[(TABLE_MAX >>> QUANTUM_SHIFT) + 1];
        int sizeClass = 0;
        for (int i = 0; i < table.length; i++) {
            if ((i << QUANTUM_SHIFT) > BLOCK_BYTES[sizeClass]) {
                sizeClass++;
            }
            table[i] = (byte) sizeClass;
        }
        return table;
    }

    private static int[] fewestUnits() {
        int[] units = new int[BLOCK_BYTES.length];
        for (int c = 0; c < units.length; c++) {
            int n = (BLOCK_BYTES[c] + Superslab.UNIT_BYTES - 1) / Superslab.UNIT_BYTES;
            while (n * Superslab.UNIT_BYTES % BLOCK_BYTES[c] > (n * Superslab.UNIT_BYTES) >> WASTE_SHIFT) {
                n++;
            }
            units[c] = n;
        }
        return units;
    }

    private static int[] units() {
        int[] units = FEWEST_UNITS.clone();
        for (int c = 0; c < units.length; c++) {
            while (capacity(c, units[c]) < ENOUGH_BLOCKS && 2 * units[c] <= LONGER_UNITS) {
                units[c] *= 2;
            }
        }
        return units;
    }
}
