/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import io.github.acealloc.os.OsMemory;
import java.util.Arrays;

/**
 * Which pages of a superslab in use were given back to the system, which are free, and which of those were used lately.
 *
 * <p>A page is given back while no block lies in it that is anywhere but free in its slab. It needs nothing to come back
 * but to be written; it must be counted again before, by {@link #restore}. Owner only.
 */
final class PurgedPages {
    /** How many there are, not counting the one with the records. */
    static final int COUNT = Superslab.UNITS * Superslab.UNIT_BYTES / OsMemory.PAGE;

    private static final int WORDS = COUNT / Long.SIZE;

    /** How far into its first page the superslab begins. */
    private final int shift;

    private final long[] purged = new long[WORDS];
    private final long[] free = new long[WORDS];

    /** Where blocks came back since the pages were last {@link #settle settled}. */
    private final long[] given = new long[WORDS];

    int count;

    PurgedPages(long address) {
        shift = (int) (address & (OsMemory.PAGE - 1));
        Arrays.fill(given, -1L);
    }

    private int page(int offset) {
        return (offset + shift) / OsMemory.PAGE;
    }

    /** The bits of a word that belong to pages from {@code first} to {@code last}. */
    private static long mask(int word, int first, int last) {
        int from = Math.max(first - word * Long.SIZE, 0);
        int to = Math.min(last - word * Long.SIZE, Long.SIZE - 1);
        return (-1L << from) & (-1L >>> (Long.SIZE - 1 - to));
    }

    /** How many pages that bytes lie in were given back; of those in the page of the records, none. */
    int countIn(int offset, int bytes) {
        int first = page(offset);
        int last = Math.min(page(offset + bytes - 1), COUNT - 1);
        int n = 0;
        for (int word = first / Long.SIZE; word <= last / Long.SIZE; word++) {
            n += Long.bitCount(purged[word] & mask(word, first, last));
        }
        return n;
    }

    /** Counts the pages that bytes lie in as used again. */
    void restore(int offset, int bytes) {
        int first = page(offset);
        int last = Math.min(page(offset + bytes - 1), COUNT - 1);
        for (int word = first / Long.SIZE; word <= last / Long.SIZE; word++) {
            long mask = mask(word, first, last);
            count -= Long.bitCount(purged[word] & mask);
            purged[word] &= ~mask;
        }
    }

    /** Forgets that anything was given back, and what was free; all may have been used. */
    void restoreAll() {
        Arrays.fill(purged, 0);
        Arrays.fill(free, 0);
        Arrays.fill(given, -1L);
        count = 0;
    }

    int count() {
        return count;
    }

    /** Begins to look which pages are free: all, until {@link #use} says otherwise. */
    void look() {
        Arrays.fill(free, -1L);
    }

    /** Says that a block that is not free lies in these bytes. */
    void use(int offset, int bytes) {
        int first = page(offset);
        int last = Math.min(page(offset + bytes - 1), COUNT - 1);
        for (int word = first / Long.SIZE; word <= last / Long.SIZE; word++) {
            free[word] &= ~mask(word, first, last);
        }
    }

    /** Says that a block came back to these bytes, so that they were in use until now. */
    void give(int offset, int bytes) {
        int first = page(offset);
        int last = Math.min(page(offset + bytes - 1), COUNT - 1);
        for (int word = first / Long.SIZE; word <= last / Long.SIZE; word++) {
            given[word] |= mask(word, first, last);
        }
    }

    /** From now on, what is free and not used again counts as settled. */
    void settle() {
        Arrays.fill(given, 0);
    }

    /**
     * The first page from {@code from} on that is free and not given back yet, {@link #COUNT} if there is none.
     *
     * @param settled only what has been free since pages were last settled
     */
    int next(int from, boolean settled) {
        for (int page = from; page < COUNT; ) {
            int word = page / Long.SIZE;
            long candidates = candidates(word, settled) & (-1L << page);
            if (candidates != 0) {
                return word * Long.SIZE + Long.numberOfTrailingZeros(candidates);
            }
            page = (word + 1) * Long.SIZE;
        }
        return COUNT;
    }

    /** The first page after {@code from} that {@link #next} would not give. */
    int end(int from, boolean settled) {
        for (int page = from; page < COUNT; ) {
            int word = page / Long.SIZE;
            long others = ~candidates(word, settled) & (-1L << page);
            if (others != 0) {
                return word * Long.SIZE + Long.numberOfTrailingZeros(others);
            }
            page = (word + 1) * Long.SIZE;
        }
        return COUNT;
    }

    private long candidates(int word, boolean settled) {
        return free[word] & ~purged[word] & (settled ? ~given[word] : -1L);
    }

    /** Where a page begins, in bytes from the superslab's start; 0 for the first. */
    int offset(int page) {
        return Math.max(page * OsMemory.PAGE - shift, 0);
    }

    /** Counts pages as given back. */
    void purge(int first, int end) {
        for (int word = first / Long.SIZE; word <= (end - 1) / Long.SIZE; word++) {
            purged[word] |= mask(word, first, end - 1);
        }
        count += end - first;
    }

    /** Whether a page that was given back is used, after a {@link #look}. */
    boolean isBroken() {
        for (int word = 0; word < WORDS; word++) {
            if ((purged[word] & ~free[word]) != 0) {
                return true;
            }
        }
        return false;
    }
}
