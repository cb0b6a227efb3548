/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Address → superslab, read without a lock.
 *
 * <p>The address space is cut into frames of a superslab's length. A superslab that is not aligned to frames, or
 * reaches over its end, shows up in two of them: in the one where it begins and in the next. Two levels of tables, made
 * when first needed; a reader follows two references with acquire loads.
 */
public final class SuperslabTable {
    private static final int FRAME_SHIFT = 21;
    private static final int LEAF_SHIFT = 13;
    private static final int LEAF_FRAMES = 1 << LEAF_SHIFT;

    /** User space on all 64-bit systems that a JVM runs on: 47 bits, 48 on some. */
    private static final int ADDRESS_BITS = 48;

    private static final int ROOT_SIZE = 1 << (ADDRESS_BITS - FRAME_SHIFT - LEAF_SHIFT);

    /** Per frame: the superslab that ends in it at 2n, the one that begins in it at 2n + 1. */
    private final AtomicReferenceArray<AtomicReferenceArray<Superslab>> root = new AtomicReferenceArray<>(ROOT_SIZE);

    /**
     * The superslab that an address lies in.
     *
     * @param address any number
     * @return {@code null} if it lies in none
     */
    public Superslab find(long address) {
        if (address >>> ADDRESS_BITS != 0) {
            return null;
        }
        long frame = address >>> FRAME_SHIFT;
        AtomicReferenceArray<Superslab> leaf = root.getAcquire((int) (frame >>> LEAF_SHIFT));
        if (leaf == null) {
            return null;
        }
        int slot = slot(frame);
        Superslab begins = leaf.getAcquire(slot + 1);
        if (begins != null && address >= begins.address()) {
            return begins;
        }
        Superslab ends = leaf.getAcquire(slot);
        return ends != null && address - ends.address() < ends.region().bytes() ? ends : null;
    }

    /** Makes a superslab known; before any of its blocks is handed out. */
    synchronized void add(Superslab superslab) {
        set(superslab, superslab);
    }

    /** Forgets a superslab; before its memory goes back. */
    synchronized void remove(Superslab superslab) {
        set(superslab, null);
    }

    private void set(Superslab superslab, Superslab entry) {
        long frame = superslab.address() >>> FRAME_SHIFT;
        AtomicReferenceArray<Superslab> beginsIn = leaf(frame);
        AtomicReferenceArray<Superslab> endsIn = leaf(frame + 1); // both are there before either knows of it
        beginsIn.setRelease(slot(frame) + 1, entry);
        endsIn.setRelease(slot(frame + 1), entry);
    }

    private AtomicReferenceArray<Superslab> leaf(long frame) {
        int i = (int) (frame >>> LEAF_SHIFT);
        AtomicReferenceArray<Superslab> leaf = root.get(i);
        if (leaf == null) {
            leaf = new AtomicReferenceArray<>(2 * LEAF_FRAMES);
            root.setRelease(i, leaf);
        }
        return leaf;
    }

    private static int slot(long frame) {
        return 2 * (int) (frame & (LEAF_FRAMES - 1));
    }
}
