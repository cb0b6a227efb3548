/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import io.github.acealloc.os.Region;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** What Jazzer feeds: bytes that overwrite the record of a slab in a superslab's tail. Any change must be found. */
public final class RecordTarget {
    private static final int OWNER = 5;
    private static final ByteBuffer MEMORY = ByteBuffer.allocateDirect(Superslab.bytes(true));

    /** Says what is wrong with a record, or {@code null}. */
    @FunctionalInterface
    interface Judge {
        String defect(ByteBuffer memory, int at, Slab slab, long owner);
    }

    private RecordTarget() {}

    /** Jazzer's entrance. */
    public static void fuzzerTestOneInput(byte[] input) {
        run(input, SlabRecord::defect);
    }

    /** The first bytes choose a slab and where to write, the rest is written. */
    static void run(byte[] input, Judge judge) {
        if (input.length < 2) {
            return;
        }
        Superslab superslab = new Superslab(Region.direct(MEMORY, null, 0), Superslab.UNITS, true);
        superslab.enterService(OWNER);
        int sizeClass = Byte.toUnsignedInt(input[0]) % SizeClasses.COUNT;
        Slab slab = Slab.ofClass(superslab, superslab.take(SizeClasses.units(sizeClass)), sizeClass, input[0]);
        superslab.place(slab);
        int at = Superslab.UNITS * Superslab.UNIT_BYTES + slab.firstUnit() * SlabRecord.BYTES;
        byte[] before = bytes(at);
        int offset = Byte.toUnsignedInt(input[1]) % SlabRecord.BYTES;
        MEMORY.put(at + offset, input, 2, Math.min(input.length - 2, SlabRecord.BYTES - offset));
        boolean same = Arrays.equals(before, bytes(at));
        String defect = judge.defect(MEMORY, at, slab, OWNER);
        if (same != (defect == null)) {
            throw new AssertionError("defect: " + defect + " (expected: " + (same ? "none)" : "one) in " + slab));
        }
        superslab.give(slab.firstUnit(), SizeClasses.units(sizeClass));
    }

    private static byte[] bytes(int at) {
        byte[] bytes = new byte[SlabRecord.BYTES];
        MEMORY.get(at, bytes);
        return bytes;
    }
}
