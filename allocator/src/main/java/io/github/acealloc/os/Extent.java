/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

/** One of the mappings of {@link Extents}, under whose lock it lies: which of its slots are out. */
final class Extent {
    final int slots;

    /** A bit for each slot. */
    private final long[] free;

    long base;
    int out;

    private Extent previous;
    Extent next;

    Extent(int slots) {
        this.slots = slots;
        free = new long[(slots + Long.SIZE - 1) / Long.SIZE];
        for (int slot = 0; slot < slots; slot++) {
            free[slot / Long.SIZE] |= 1L << slot;
        }
    }

    boolean isFull() {
        return out == slots;
    }

    int lowestFree() {
        int word = 0;
        while (free[word] == 0) {
            word++;
        }
        return word * Long.SIZE + Long.numberOfTrailingZeros(free[word]);
    }

    void take(int slot) {
        free[slot / Long.SIZE] &= ~(1L << slot);
        out++;
    }

    void give(int slot) {
        assert (free[slot / Long.SIZE] & 1L << slot) == 0 : "slot " + slot + " of an extent released twice";
        free[slot / Long.SIZE] |= 1L << slot;
        out--;
    }

    /** Enters the list that begins with {@code first}; returns where it begins then. */
    Extent link(Extent first) {
        previous = null;
        next = first;
        if (first != null) {
            first.previous = this;
        }
        return this;
    }

    /** Leaves that list. */
    Extent unlink(Extent first) {
        if (next != null) {
            next.previous = previous;
        }
        if (previous == null) {
            return next;
        }
        previous.next = next;
        return first;
    }
}
