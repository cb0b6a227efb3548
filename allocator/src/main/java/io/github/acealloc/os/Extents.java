/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

/**
 * Address space for superslabs: a few large mappings, each cut into slots of one size.
 *
 * <pre>
 *   extent   [slot 0][slot 1] … [slot n − 1]   whole pages each; n doubles with what is mapped, from 16 to 256
 * </pre>
 *
 * <p>A process may have some 65,000 mappings only, and mappings of single superslabs would use them up at 128 GiB. Extents
 * lie next to each other where that can be had, so that the system counts them as one.
 *
 * <p>Laws: {@code slots out + slots free = slots mapped}; an extent without a slot out is given back, unless the system
 * refuses. The lowest slot of the extent with most slots out goes first, so that others become empty.
 *
 * <p>Safe for use by any thread. The lock is never held while the system is asked. {@link #release} makes no object.
 */
public final class Extents {

    /** What was handed out; given back once. */
    public static final class Slot {
        private final Extent extent;
        private final int index;
        private final long bytes;

        private Slot(Extent extent, int index, long bytes) {
            this.extent = extent;
            this.index = index;
            this.bytes = bytes;
        }

        /**
         * Where it begins.
         *
         * @return the address of its first page
         */
        public long address() {
            return extent.base + index * bytes;
        }
    }

    private static final int FIRST_SLOTS = 16;
    private static final int MOST_SLOTS = 256;

    private final PageCalls system;
    private final long slotBytes;

    /** Those that have a free slot. */
    private Extent open;

    private int extents;
    private int mapped;

    /** How many slots an extent may have: what the system refused is tried again when an extent went. */
    private int most = MOST_SLOTS;

    /** Where the next extent should end. */
    private long end;

    /** Whether the system has kept pages that were given back, as it does where memory is locked: then no extent is made. */
    private boolean locked;

    /**
     * Address space of which nothing is mapped yet.
     *
     * @param system its calls
     * @param slotBytes the size of a slot; whole pages
     */
    public Extents(PageCalls system, long slotBytes) {
        this.system = system;
        this.slotBytes = slotBytes;
        new Slot(new Extent(1), 0, slotBytes).address(); // so that both classes are there
    }

    /**
     * Gets a slot, with anything in it.
     *
     * @return {@code null} if there can be no extent; a mapping of its own may still be had
     */
    public Slot reserve() {
        Slot slot = take();
        return slot != null ? slot : grow();
    }

    private synchronized Slot take() {
        Extent fullest = open;
        if (fullest == null) {
            return null;
        }
        for (Extent extent = fullest.next; extent != null; extent = extent.next) {
            fullest = extent.out > fullest.out ? extent : fullest;
        }
        Slot slot = new Slot(fullest, fullest.lowestFree(), slotBytes);
        take(slot);
        return slot;
    }

    private void take(Slot slot) {
        slot.extent.take(slot.index);
        if (slot.extent.isFull()) {
            open = slot.extent.unlink(open);
        }
    }

    private Slot grow() {
        for (int slots; (slots = nextSlots()) > 0; ) {
            Extent extent = new Extent(slots);
            Slot first = new Slot(extent, 0, slotBytes);
            long bytes = slots * slotBytes;
            extent.base = system.map(hint(bytes), bytes);
            if (extent.base == 0) {
                refused(slots);
            } else if (isLocked(extent.base, bytes)) {
                lock();
            } else {
                enter(first);
                return first;
            }
        }
        return null;
    }

    /** Whether the system has filled and locked fresh memory at once; then it is unmapped. */
    private boolean isLocked(long base, long bytes) {
        boolean free = false;
        try {
            free = system.discard(base, bytes);
        } finally {
            if (!free) {
                system.unmap(base, bytes);
            }
        }
        return !free;
    }

    private synchronized int nextSlots() {
        return locked ? 0 : Math.min(Math.max(mapped, FIRST_SLOTS), most);
    }

    private synchronized long hint(long bytes) {
        return Math.max(end - bytes, 0);
    }

    private synchronized void refused(int slots) {
        most = Math.min(most, slots / 2);
    }

    private synchronized void lock() {
        locked = true;
    }

    /** Takes a new extent's first slot, and makes the others known. */
    private synchronized void enter(Slot first) {
        Extent extent = first.extent;
        extents++;
        mapped += extent.slots;
        end = extent.base;
        open = extent.link(open);
        take(first);
    }

    /**
     * Gives a slot and its pages back. Where the system does not take the pages, they are handed out again as they are. If
     * this fails, the slot is still out.
     *
     * @param slot from {@link #reserve}, not released
     */
    public void release(Slot slot) {
        if (!takeOut(slot.extent)) {
            discard(slot);
            if (free(slot)) {
                return;
            }
        }
        boolean gone = false;
        boolean free = false;
        try {
            gone = system.unmap(slot.extent.base, slot.extent.slots * slotBytes);
            if (!gone) {
                discard(slot);
                free = true;
            }
        } finally {
            if (!gone) {
                putBack(slot, free);
            }
        }
    }

    private void discard(Slot slot) {
        if (!system.discard(slot.address(), slotBytes)) {
            lock();
        }
    }

    /** Takes an extent out whose last slot is about to go: from then on it is the caller's alone. */
    private synchronized boolean takeOut(Extent extent) {
        if (extent.out > 1) {
            return false;
        }
        if (!extent.isFull()) {
            open = extent.unlink(open);
        }
        extents--;
        mapped -= extent.slots;
        most = MOST_SLOTS;
        end = extent.base + extent.slots * slotBytes;
        return true;
    }

    /** Frees a slot whose pages have gone; not the last one, with which its extent is taken out. */
    private synchronized boolean free(Slot slot) {
        if (takeOut(slot.extent)) {
            return false;
        }
        if (slot.extent.isFull()) {
            open = slot.extent.link(open);
        }
        slot.extent.give(slot.index);
        return true;
    }

    /** Takes an extent in again that could not be unmapped. */
    private synchronized void putBack(Slot slot, boolean free) {
        extents++;
        mapped += slot.extent.slots;
        if (free) {
            slot.extent.give(slot.index);
        }
        if (!slot.extent.isFull()) {
            open = slot.extent.link(open);
        }
    }

    /** How many extents there are. */
    synchronized int count() {
        return extents;
    }

    /** How many slots they have, out or free. */
    synchronized int slots() {
        return mapped;
    }
}
