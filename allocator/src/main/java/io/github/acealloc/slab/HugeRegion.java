/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;
import java.util.BitSet;

/**
 * Address space that huge blocks are cut from: a block begins with a granule, and takes as many of them as its pages need.
 *
 * <pre>
 *   granules   in a block, or free; lent while pages in them are about to go back, so that nobody takes them
 *   pages      in a live block, hence committed; kept: committed for a block to come; or bare: never used, or given back
 * </pre>
 *
 * <p>So blocks of like sizes fit into each other's places, and what a block does not need of its last granule costs no memory. Pages
 * behind a block's end may be kept, too.
 *
 * <p>Laws: no two blocks share a granule; no kept page is in a live block. A released block's slab stays with its object until
 * its pages are taken by another or given back, so that a block of the same pages needs no new one.
 *
 * <p>A block's last bytes lie a little way into the next page ({@link io.github.acealloc.os.PagedMemory}): the page of the system at a
 * border stays while a block lies on either side.
 *
 * <p>Under the lock of {@link HugeRegions}. Nothing here makes an object but {@link #take}.
 */
final class HugeRegion {
    /** What blocks begin at multiples of. */
    static final int GRANULE = 1 << 20;

    /** The most granules there may be. */
    static final int MOST = Long.SIZE;

    static final int NONE = -1;

    private static final int PAGE = OsMemory.PAGE;
    private static final int PAGES = GRANULE / PAGE;

    private final Region region;
    private final int pages;
    private final long all;

    /** Granules in no block. */
    private long free;

    /** Granules in which pages are lent. */
    private long lent;

    private final BitSet kept;
    private final SlabQueue slabs = new SlabQueue();

    /** The pages that are lent. */
    private int lentFrom;

    private int lentEnd;

    /** The same, and bare ones beside them. */
    private int goesFrom;

    private int goesEnd;

    /** The next in the list of regions; owned by that list. */
    HugeRegion next;

    HugeRegion(Region region) {
        this.region = region;
        int granules = region.bytes() / GRANULE;
        pages = granules * PAGES;
        all = mask(0, granules);
        free = all;
        kept = new BitSet(pages);
    }

    Region region() {
        return region;
    }

    private static int granules(int pages) {
        return (pages + PAGES - 1) / PAGES;
    }

    private static long mask(int from, int end) {
        return (-1L << from) & (-1L >>> (Long.SIZE - end));
    }

    /** The granule at which so many pages cost least; {@link #NONE} if there is no room. */
    int find(int pages) {
        int best = NONE;
        int least = Integer.MAX_VALUE;
        for (long rest = free & ~lent; rest != 0; ) {
            int from = Long.numberOfTrailingZeros(rest);
            int end = from + Long.numberOfTrailingZeros(~(rest >>> from));
            rest &= ~mask(from, end);
            if (end - from >= granules(pages)) {
                int cost = cost(from, end, pages);
                if (cost < least) {
                    best = from;
                    least = cost;
                }
            }
        }
        return best;
    }

    /** What so many pages cost at a granule that was found. */
    int cost(int from, int pages) {
        int end = from + Long.numberOfTrailingZeros(~((free & ~lent) >>> from));
        return cost(from, end, pages);
    }

    /** A page to be fetched counts twice what one costs that is split off a larger place. */
    private int cost(int from, int end, int pages) {
        int spare = (end - from) * PAGES - pages;
        return 2 * missing(from, pages) + Math.min(spare, pages);
    }

    /** How many of a block's pages would have to be committed. */
    int missing(int granule, int pages) {
        return pages - kept(granule * PAGES, granule * PAGES + pages);
    }

    private int kept(int from, int end) {
        int n = 0;
        int page = kept.nextSetBit(from);
        while (page >= 0 && page < end) {
            int bare = Math.min(kept.nextClearBit(page), end);
            n += bare - page;
            page = kept.nextSetBit(bare);
        }
        return n;
    }

    /** Takes a block's place. Returns its slab, the slot taken; the object is missing if the slab is new. */
    Slab take(int granule, int pages, SlabTable table) {
        int from = granule * PAGES;
        Slab slab = exactly(from, from + pages);
        if (slab == null) {
            slab = Slab.huge(this, from * PAGE, pages * PAGE);
            forget(from, from + pages, table);
            slabs.push(slab);
            table.add(slab);
        }
        free &= ~granules(slab);
        kept.clear(from, from + pages);
        slab.take();
        return slab;
    }

    private Slab exactly(int from, int end) {
        for (Slab slab = slabs.head(); slab != null; slab = slabs.after(slab)) {
            if (first(slab) == from && end(slab) == end) {
                return slab;
            }
        }
        return null;
    }

    /** Forgets the slabs of released blocks that some pages were in, and their objects. */
    private void forget(int from, int end, SlabTable table) {
        for (Slab slab = slabs.head(), next; slab != null; slab = next) {
            next = slabs.after(slab);
            if (first(slab) < end && end(slab) > from) {
                slabs.remove(slab);
                table.remove(slab);
            }
        }
    }

    private static int first(Slab slab) {
        return slab.offset(0) / PAGE;
    }

    private static int end(Slab slab) {
        return (slab.offset(0) + slab.blockBytes()) / PAGE;
    }

    private static long granules(Slab slab) {
        return mask(first(slab) / PAGES, granules(end(slab)));
    }

    /** Takes a released block back, whose pages are kept. */
    void give(Slab slab) {
        slab.give(0);
        kept.set(first(slab), end(slab));
        free |= granules(slab);
    }

    /** Whether it has no block, and nothing is lent. */
    boolean isEmpty() {
        return free == all && lent == 0;
    }

    /** Whether pages can be lent: they are for one at a time. */
    boolean lends() {
        return lent == 0 && !kept.isEmpty();
    }

    int keptBytes() {
        return kept.cardinality() * PAGE;
    }

    /** Takes out the highest pages that are kept, one run and no more than so many bytes; returns how many bytes those are. */
    int lend(long bytes, SlabTable table) {
        lentEnd = kept.length();
        int run = lentEnd - 1 - kept.previousClearBit(lentEnd - 1);
        lentFrom = lentEnd - (int) Math.min(run, (bytes - 1) / PAGE + 1);
        // Bare neighbours go once more, and with them the page of the system that one here shares with one there.
        goesFrom = isBare(lentFrom - 1) ? lentFrom - 1 : lentFrom;
        goesEnd = isBare(lentEnd) ? lentEnd + 1 : lentEnd;
        lent = mask(goesFrom / PAGES, granules(goesEnd));
        forget(lentFrom, lentEnd, table);
        kept.clear(lentFrom, lentEnd);
        return (lentEnd - lentFrom) * PAGE;
    }

    private boolean isBare(int page) {
        return page >= 0 && page < pages && (free & (1L << (page / PAGES))) != 0 && !kept.get(page);
    }

    /** Where begins what the system is asked to take, in bytes from the region's start. */
    int goesFrom() {
        return goesFrom * PAGE;
    }

    /** How many bytes the system is asked to take. */
    int goesBytes() {
        return (goesEnd - goesFrom) * PAGE;
    }

    /** Takes lent pages in again: as bare ones, or as they were. */
    void takeBack(boolean wentBack) {
        if (!wentBack) {
            kept.set(lentFrom, lentEnd);
        }
        lent = 0;
    }

    /** Forgets all slabs; none is live. */
    void forgetAll(SlabTable table) {
        forget(0, pages, table);
    }

    /** How many bytes lie in live blocks; −1 if a law is broken. */
    long liveBytes() {
        long taken = 0;
        long bytes = 0;
        for (Slab slab = slabs.head(); slab != null; slab = slabs.after(slab)) {
            if (!slab.isFree(0)) {
                if ((taken & granules(slab)) != 0 || kept(first(slab), end(slab)) > 0) {
                    return -1;
                }
                taken |= granules(slab);
                bytes += slab.blockBytes();
            }
        }
        return taken == (all & ~free) ? bytes : -1;
    }
}
