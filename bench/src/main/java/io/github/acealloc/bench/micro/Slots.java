/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.micro;

import java.util.Random;

/** Precomputed orders in which a benchmark visits its slots. */
public final class Slots {
    private static final int MIN_TABLE_LENGTH = 1 << 16;

    private Slots() {}

    /**
     * Returns a shuffled table in which every slot occurs equally often.
     *
     * <p>A shuffle of the slots alone, walked again and again, would replace the buffers in the order of their birth;
     * here the table is at least twice as long as there are slots, and a buffer may live for one step or for many.
     *
     * @param slots a power of two
     */
    public static char[] shuffled(int slots, long seed) {
        int length = Math.max(MIN_TABLE_LENGTH, 2 * slots);
        char[] order = new char[length];
        for (int i = 0; i < length; i++) {
            order[i] = (char) (i & slots - 1);
        }
        Random random = new Random(seed);
        for (int i = length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            char swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return order;
    }

    /** Returns {@code length} slots drawn independently of each other. */
    public static char[] random(int slots, int length, long seed) {
        Random random = new Random(seed);
        char[] order = new char[length];
        for (int i = 0; i < length; i++) {
            order[i] = (char) random.nextInt(slots);
        }
        return order;
    }
}
