/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import java.nio.ByteBuffer;

/**
 * The 32 bytes that say, in a superslab's own tail, what lies in one of its units: found from an address alone, and a
 * witness against writes past a block's end.
 *
 * <pre>
 *   0 int magic   4 int generation   8 short class   10 short first unit   12 int slab index   16 long owner   24 long sum
 * </pre>
 *
 * <p>Written by the owner of the superslab's heap when a slab is cut or dissolved. Whoever holds a live block may read the
 * record of its unit: it was written before the block was handed out and stays until the block is back.
 */
final class SlabRecord {
    /** The length of a record, in bytes. */
    static final int BYTES = 32;

    /** The first word of a record of a slab. */
    static final int MAGIC = 0xACE5_1AB5;

    /** The first word of a record of a free unit. */
    static final int FREE = 0xACE5_F4EE;

    private static final int GENERATION = 4;
    private static final int SIZE_CLASS = 8;
    private static final int FIRST_UNIT = 10;
    private static final int INDEX = 12;
    private static final int OWNER = 16;
    private static final int SUM = 24;
    private static final long SALT = 0x9E37_79B9_7F4A_7C15L;

    private SlabRecord() {}

    static void write(ByteBuffer memory, int at, Slab slab, long owner) {
        memory.putInt(at, MAGIC);
        memory.putInt(at + GENERATION, slab.generation());
        memory.putShort(at + SIZE_CLASS, (short) slab.sizeClass());
        memory.putShort(at + FIRST_UNIT, (short) slab.firstUnit());
        memory.putInt(at + INDEX, slab.index());
        memory.putLong(at + OWNER, owner);
        memory.putLong(at + SUM, sum(memory, at));
    }

    /** Writes what another unit of the same slab has. */
    static void copy(ByteBuffer memory, int from, int to) {
        for (int i = 0; i < BYTES; i += Long.BYTES) {
            memory.putLong(to + i, memory.getLong(from + i));
        }
    }

    static void clear(ByteBuffer memory, int at) {
        memory.putInt(at, FREE);
    }

    /** What is wrong with the record of a slab, in words; {@code null} if it is as it was written. */
    static String defect(ByteBuffer memory, int at, Slab slab, long owner) {
        if (memory.getInt(at) != MAGIC) {
            return defect("magic", Integer.toHexString(memory.getInt(at)), Integer.toHexString(MAGIC));
        }
        if (memory.getLong(at + SUM) != sum(memory, at)) {
            return defect("sum", Long.toHexString(memory.getLong(at + SUM)), Long.toHexString(sum(memory, at)));
        }
        if (memory.getInt(at + GENERATION) != slab.generation()) {
            return defect("generation", memory.getInt(at + GENERATION), slab.generation());
        }
        if (memory.getShort(at + SIZE_CLASS) != slab.sizeClass()) {
            return defect("class", memory.getShort(at + SIZE_CLASS), slab.sizeClass());
        }
        if (memory.getShort(at + FIRST_UNIT) != slab.firstUnit()) {
            return defect("first unit", memory.getShort(at + FIRST_UNIT), slab.firstUnit());
        }
        if (memory.getInt(at + INDEX) != slab.index()) {
            return defect("slab index", memory.getInt(at + INDEX), slab.index());
        }
        return memory.getLong(at + OWNER) == owner ? null : defect("owner", memory.getLong(at + OWNER), owner);
    }

    private static String defect(String field, Object found, Object expected) {
        return field + ": " + found + " (expected: " + expected + ")";
    }

    private static long sum(ByteBuffer memory, int at) {
        long sum = SALT;
        for (int i = 0; i < SUM; i += Long.BYTES) {
            sum = (sum ^ memory.getLong(at + i)) * SALT;
            sum ^= sum >>> Integer.SIZE;
        }
        return sum;
    }
}
