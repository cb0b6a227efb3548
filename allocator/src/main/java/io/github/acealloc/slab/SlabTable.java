/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

/**
 * Address → the huge block that begins there: chains through the slabs themselves, so that taking one out, or back in, makes no
 * object. Not for two threads at a time.
 */
public final class SlabTable {
    private static final int INITIAL_CHAINS = 16;

    /** Spreads addresses, whose low bits are all alike, over the upper bits (2⁶⁴ divided by the golden ratio). */
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private Slab[] chains = new Slab[INITIAL_CHAINS];
    private int size;

    /** Without slabs. */
    public SlabTable() {}

    private static int chain(long address, int chains) {
        return (int) ((address * SPREAD) >>> (Long.SIZE - Integer.numberOfTrailingZeros(chains)));
    }

    /**
     * Enters a slab, if it has an address.
     *
     * @param slab a huge block's, in no table
     */
    public void add(Slab slab) {
        if (slab.address() == 0) {
            return;
        }
        if (size >= chains.length) {
            grow();
        }
        link(chains, slab);
        size++;
    }

    private static void link(Slab[] chains, Slab slab) {
        int i = chain(slab.address(), chains.length);
        slab.chained = chains[i];
        chains[i] = slab;
    }

    private void grow() {
        Slab[] more;
        try {
            more = new Slab[2 * chains.length];
        } catch (OutOfMemoryError e) {
            return; // longer chains do, too
        }
        for (Slab chain : chains) {
            for (Slab slab = chain, next; slab != null; slab = next) {
                next = slab.chained;
                link(more, slab);
            }
        }
        chains = more;
    }

    /**
     * Takes a slab out.
     *
     * @param slab in this table, or without an address
     */
    @SuppressWarnings("ReferenceEquality") // identity is the question
    public void remove(Slab slab) {
        if (slab.address() == 0) {
            return;
        }
        int i = chain(slab.address(), chains.length);
        Slab before = null;
        for (Slab other = chains[i]; other != slab; other = other.chained) {
            before = other;
        }
        if (before == null) {
            chains[i] = slab.chained;
        } else {
            before.chained = slab.chained;
        }
        slab.chained = null;
        size--;
    }

    /**
     * Looks an address up.
     *
     * @param address any number
     * @return {@code null} if no slab of this table begins there
     */
    public Slab find(long address) {
        Slab slab = chains[chain(address, chains.length)];
        while (slab != null && slab.address() != address) {
            slab = slab.chained;
        }
        return slab;
    }

    /**
     * The number of slabs.
     *
     * @return at least 0
     */
    public int size() {
        return size;
    }
}
