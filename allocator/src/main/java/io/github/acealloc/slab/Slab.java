/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import io.github.acealloc.os.Region;

/**
 * Contiguous units holding equal blocks, with a bit per free slot and the object bound to each slot.
 *
 * <p>Law: {@code used + free + cached + remote = capacity}, where {@code free} are the set bits, {@code cached} and
 * {@code remote} blocks lie in its heap's hot cache or remote queue, and {@code used} are with the user.
 *
 * <p>Ownership: everything here belongs to the owner of the heap, except that whoever holds a live block may exchange
 * that slot's entry of the table of bound objects ({@link #bind}); the table never grows or moves for that reason, and
 * the way of the block back to the owner (its cache or the remote queue) publishes the exchange.
 *
 * <p>A huge block is a slab of one slot that has no superslab: it is cut from a huge region, or has a region of its own.
 */
public final class Slab {
    /** Bits of a block's number below the slab's: a slab of more slots has as many numbers in a row as it needs. */
    public static final int SLOT_BITS = 7;

    /** Mask of those bits: which of the slots that share one of the slab's numbers it is. */
    public static final int SLOT_MASK = (1 << SLOT_BITS) - 1;

    /** The largest slab number: with the slot it makes a non-negative block number. */
    public static final int MAX_INDEX = Integer.MAX_VALUE >>> SLOT_BITS;

    /** The slab's number where it has none: a huge block's. */
    public static final int NO_INDEX = 0;

    private final Region region;
    private final Superslab superslab;
    private final HugeRegion hugeRegion;
    private final int sizeClass;
    private final int offset;
    private final int blockBytes;
    private final int capacity;
    private final int index;
    private final long[] freeBits;
    private final Block[][] blocks;
    private final RemoteBits remote;
    private int free;
    private int generation;

    /** No word below this one has a free bit. */
    private int scanFrom;

    /** Neighbours in the one queue the slab is in; owned by that queue. */
    Slab previous;

    Slab next;
    SlabQueue queue;

    /** The next huge block's in the same chain; owned by the one table it is in. */
    Slab chained;

    private long since;

    private Slab(
            Region region,
            Superslab superslab,
            HugeRegion hugeRegion,
            int sizeClass,
            int offset,
            int blockBytes,
            int capacity,
            int index) {
        this.region = region;
        this.superslab = superslab;
        this.hugeRegion = hugeRegion;
        this.sizeClass = sizeClass;
        this.offset = offset;
        this.blockBytes = blockBytes;
        this.capacity = capacity;
        this.index = index;
        this.free = capacity;
        freeBits = new long[(capacity + Long.SIZE - 1) / Long.SIZE];
        for (int slot = 0; slot < capacity; slot++) {
            freeBits[slot / Long.SIZE] |= 1L << slot;
        }
        blocks = new Block[numbers(capacity)][];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = new Block[Math.min(capacity - (i << SLOT_BITS), SLOT_MASK + 1)];
        }
        remote = new RemoteBits(this, capacity);
    }

    /**
     * A slab of a size class.
     *
     * @param superslab where its units lie
     * @param firstUnit the first of its units, taken for it
     * @param units how many, a multiple of {@link SizeClasses#fewestUnits}
     * @param sizeClass the class of its blocks
     * @param index its number in the heap, at least 0; the first of {@link #numbers(int)}
     * @return the slab, all slots free
     */
    public static Slab ofClass(Superslab superslab, int firstUnit, int units, int sizeClass, int index) {
        return new Slab(
                superslab.region(),
                superslab,
                null,
                sizeClass,
                firstUnit << Superslab.UNIT_SHIFT,
                SizeClasses.blockBytes(sizeClass),
                SizeClasses.capacity(sizeClass, units),
                index);
    }

    /**
     * A slab of a size class, of the usual length.
     *
     * @param superslab where its units lie
     * @param firstUnit the first of its {@link SizeClasses#units} units, taken for it
     * @param sizeClass the class of its blocks
     * @param index its number in the heap, at least 0; the first of {@link #numbers(int)}
     * @return the slab, all slots free
     */
    public static Slab ofClass(Superslab superslab, int firstUnit, int sizeClass, int index) {
        return ofClass(superslab, firstUnit, SizeClasses.units(sizeClass), sizeClass, index);
    }

    /**
     * A slab of one huge block with memory of its own.
     *
     * @param region the block's own memory
     * @return the slab, its slot free
     */
    public static Slab huge(Region region) {
        return new Slab(region, null, null, -1, 0, region.bytes(), 1, NO_INDEX);
    }

    /** A slab of one huge block that lies somewhere in a huge region. */
    static Slab huge(HugeRegion hugeRegion, int offset, int bytes) {
        return new Slab(hugeRegion.region(), null, hugeRegion, -1, offset, bytes, 1, NO_INDEX);
    }

    /**
     * Takes the free slot with the lowest address.
     *
     * @return the slot; there must be one
     */
    public int take() {
        int word = scanFrom;
        while (freeBits[word] == 0) {
            word++;
        }
        int slot = word * Long.SIZE + Long.numberOfTrailingZeros(freeBits[word]);
        freeBits[word] &= freeBits[word] - 1;
        scanFrom = word;
        free--;
        return slot;
    }

    /**
     * Puts a slot back.
     *
     * @param slot taken before
     * @throws IllegalStateException if the slot is free already: somebody released a block twice
     */
    public void give(int slot) {
        long bit = 1L << slot;
        int word = slot / Long.SIZE;
        if ((freeBits[word] & bit) != 0) {
            throw new IllegalStateException("slot: " + slot + " of " + this + " was given back twice");
        }
        freeBits[word] |= bit;
        scanFrom = Math.min(scanFrom, word);
        free++;
    }

    /** Marks the pages of all blocks that are not free as used. */
    void use(PurgedPages pages) {
        for (int word = 0; word < freeBits.length; word++) {
            int first = word * Long.SIZE;
            int end = Math.min(first + Long.SIZE, capacity);
            if (freeBits[word] == 0) {
                pages.use(offset(first), (end - first) * blockBytes);
            } else {
                for (int slot = first; slot < end; slot++) {
                    if (!isFree(slot)) {
                        pages.use(offset(slot), blockBytes);
                    }
                }
            }
        }
    }

    /**
     * Whether a slot is free.
     *
     * @param slot 0 to capacity − 1
     * @return {@code true} if it can be taken
     */
    public boolean isFree(int slot) {
        return (freeBits[slot / Long.SIZE] & (1L << slot)) != 0;
    }

    /**
     * The object bound to a slot.
     *
     * @param slot 0 to capacity − 1
     * @return {@code null} if the slot was never taken, or has been free for long
     */
    public Block block(int slot) {
        return blocks[slot >>> SLOT_BITS][slot & SLOT_MASK];
    }

    /**
     * Binds an object to a slot that the caller holds.
     *
     * @param slot taken by the owner, or live and held by the caller
     * @param block the object to be handed out with the slot from now on
     */
    public void bind(int slot, Block block) {
        blocks[slot >>> SLOT_BITS][slot & SLOT_MASK] = block;
    }

    /**
     * Lets the objects go that are bound to free slots: nobody can reach them by the slot until it is taken again, and then it
     * gets another. Blocks in a hot cache or on their way home are not free and keep theirs. Owner only.
     *
     * @param from where to begin, in bytes from the start of {@link #region()}
     * @param end where to end; slots that overlap are meant
     */
    void unbindFree(int from, int end) {
        int first = Math.max(from - offset, 0) / blockBytes;
        int last = end <= offset ? -1 : Math.min((end - 1 - offset) / blockBytes, capacity - 1);
        for (int slot = first; slot <= last; slot++) {
            if (block(slot) != null && isFree(slot)) {
                bind(slot, null);
            }
        }
    }

    /**
     * The table of bound objects itself, for the heap's fast path; owner only.
     *
     * @param i which of the slab's numbers, from 0
     * @return slot → object, for the slots that share that number
     */
    public Block[] blocks(int i) {
        return blocks[i];
    }

    /**
     * Which of its blocks wait for the owner here.
     *
     * @return bits that any thread may set
     */
    public RemoteBits remote() {
        return remote;
    }

    /**
     * The number of a slot's block in its heap.
     *
     * @param slot 0 to capacity − 1
     * @return see {@link Block#blockId()}
     */
    public int blockId(int slot) {
        return (index << SLOT_BITS) + slot;
    }

    /**
     * The slot of a block.
     *
     * @param id {@link #blockId} of one of its slots
     * @return 0 to capacity − 1
     */
    public int slot(int id) {
        return id - (index << SLOT_BITS);
    }

    /**
     * Where a slot begins.
     *
     * @param slot 0 to capacity − 1
     * @return bytes from the start of {@link #region()}
     */
    public int offset(int slot) {
        return offset + slot * blockBytes;
    }

    /**
     * The memory the slab lies in.
     *
     * @return a superslab's region, a huge region's, or a huge block's own
     */
    public Region region() {
        return region;
    }

    /**
     * Where its first block begins.
     *
     * @return 0 on the Java heap, and where the JVM does not tell
     */
    public long address() {
        return region.address() == 0 ? 0 : region.address() + offset;
    }

    /** The huge region it is cut from; {@code null} for any other. */
    HugeRegion hugeRegion() {
        return hugeRegion;
    }

    /**
     * The superslab it is cut from.
     *
     * @return {@code null} for a huge block
     */
    public Superslab superslab() {
        return superslab;
    }

    /**
     * Whether this is a single huge block.
     *
     * @return {@code true} if it is cut from no superslab
     */
    public boolean isHuge() {
        return superslab == null;
    }

    /**
     * Whether this is a huge block that is cut from a huge region.
     *
     * @return {@code false} if it has a region of its own, or is none
     */
    public boolean isCut() {
        return hugeRegion != null;
    }

    /**
     * The class of its blocks.
     *
     * @return −1 for a huge block
     */
    public int sizeClass() {
        return sizeClass;
    }

    /**
     * The size of each block.
     *
     * @return bytes
     */
    public int blockBytes() {
        return blockBytes;
    }

    /**
     * The number of slots.
     *
     * @return at least 1
     */
    public int capacity() {
        return capacity;
    }

    /**
     * The number of free slots.
     *
     * @return 0 to capacity
     */
    public int free() {
        return free;
    }

    /**
     * The first of its units in the superslab.
     *
     * @return 0 to 31
     */
    public int firstUnit() {
        return offset >>> Superslab.UNIT_SHIFT;
    }

    /**
     * How many units it has in its superslab.
     *
     * @return at least 1
     */
    public int units() {
        return (capacity * blockBytes + Superslab.UNIT_BYTES - 1) >>> Superslab.UNIT_SHIFT;
    }

    /**
     * Its number in its heap, the first if it has several.
     *
     * @return at least 0
     */
    public int index() {
        return index;
    }

    /**
     * How many numbers in a row it has.
     *
     * @return at least 1
     */
    public int numbers() {
        return blocks.length;
    }

    /**
     * How many numbers in a row a slab needs.
     *
     * @param capacity how many slots it has
     * @return at least 1
     */
    public static int numbers(int capacity) {
        return (capacity + SLOT_MASK) >>> SLOT_BITS;
    }

    /**
     * Which of all slabs that were cut from its superslab it is.
     *
     * @return a count from 1
     */
    public int generation() {
        return generation;
    }

    void generation(int generation) {
        this.generation = generation;
    }

    /**
     * When a huge block with memory of its own was released that is kept for reuse.
     *
     * @return the time that it was last told
     */
    public long since() {
        return since;
    }

    /**
     * Tells a huge block when it was released.
     *
     * @param nanos as {@code System.nanoTime()} tells it
     */
    public void since(long nanos) {
        since = nanos;
    }

    @Override
    public String toString() {
        return "slab(index: " + index + ", blockBytes: " + blockBytes + ", capacity: " + capacity + ", free: " + free
                + ")";
    }
}
