/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.slab.Slab;
import java.util.Arrays;

/**
 * The numbers of a heap's slabs: what came back last is used again first, a fresh one only if none did. Owner only.
 *
 * <p>A slab of many slots has several numbers in a row: a run, whose length is rounded up to a power of two. A run serves slabs of
 * the same length only, so none is ever split or joined, and the room for its way back is there since it was made.
 */
final class SlabNumbers {
    /** No number: all that there can be are in use. */
    static final int NONE = -1;

    /** log2 of the longest run, that of a slab of the smallest blocks, and one more. */
    private static final int ORDERS = 6;

    private static final int INITIAL_ROOM = 8;
    private static final int[] NO_ROOM = {};

    /** By length: stacks of runs that came back, how many lie there, and how many were ever made. */
    private final int[][] back = new int[ORDERS][];

    private final int[] count = new int[ORDERS];
    private final int[] made = new int[ORDERS];

    /** The lowest number that was never used. */
    private int end;

    SlabNumbers() {
        Arrays.fill(back, NO_ROOM);
    }

    /** log2 of the length of the runs that serve slabs of so many numbers. */
    private static int order(int numbers) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(numbers - 1);
    }

    /**
     * Which run is the next to be taken. What fails for want of Java heap fails here.
     *
     * @param numbers how many a slab needs
     * @return the first of them; {@link #NONE} if there are not so many
     */
    int next(int numbers) {
        int order = order(numbers);
        if (count[order] > 0) {
            return back[order][count[order] - 1];
        }
        if (end > Slab.MAX_INDEX + 1 - (1 << order)) {
            return NONE;
        }
        if (made[order] == back[order].length) {
            back[order] = Arrays.copyOf(back[order], Math.max(2 * made[order], INITIAL_ROOM));
        }
        return end;
    }

    /**
     * Takes the run that {@link #next} has told.
     *
     * @param numbers the same
     */
    void take(int numbers) {
        int order = order(numbers);
        if (count[order] > 0) {
            count[order]--;
        } else {
            made[order]++;
            end += 1 << order;
        }
    }

    /**
     * Takes a run back.
     *
     * @param first its first number
     * @param numbers as many as were taken
     */
    void give(int first, int numbers) {
        int order = order(numbers);
        assert count[order] < made[order] : "run " + first + " was given back twice";
        back[order][count[order]++] = first;
    }
}
