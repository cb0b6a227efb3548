/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.slab.Block;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Slab;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.slab.SuperslabStore;
import java.util.BitSet;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * One owner's share of the memory: hot caches, slabs, and the queue through which others give blocks back.
 *
 * <p>What {@link Home} says about owners holds for the caches and for all that lies behind them, where a {@link Keeper}
 * lets others in for moments. A heap outlives its threads, and blocks point at their heap for ever.
 */
public final class ThreadHeap extends Home {
    /** No {@link #activity} that a heap can have: it is not idle. */
    public static final long BUSY = -1;

    /** How long an idle owner drains, or looks for free pages, at a time. */
    private static final long PASS_NANOS = 400_000;

    /** How long a trim that somebody waits for may look for free pages. */
    private static final long TRIM_NANOS = 10_000_000;

    /** What a thread that tends the heap in the owner's place does at a time, and how long it waits to be let in. */
    private static final int TEND_BLOCKS = 64;

    private static final long TEND_NANOS = 100_000;
    private static final long TEND_WAIT_NANOS = 100_000;

    private final int number;
    private final HotCache[] caches;

    /** The classes that were ever refilled, a bit each: of most a heap never sees a block. Written by the owner in refill. */
    private final long[] used = new long[(SizeClasses.COUNT + Long.SIZE - 1) / Long.SIZE];

    private final HeapSlabs slabs;

    /** Slab number → slot → object; the table of {@link HeapSlabs}, kept here because every allocation reads it. */
    private Block[][] blocks;

    private final Keeper keeper = new Keeper();
    private final Refill refill;
    private final HeapCounters counters = new HeapCounters();
    private final ObservationRing ring = new ObservationRing();
    private final Supplier<Knobs> commonKnobs;

    /** The limits of this heap alone, or null: stored by the governor, read by the owner in refill and spill. */
    private volatile Knobs ownKnobs;

    private volatile boolean retired;

    /** Whether the last {@link #scavenge} stopped because its time was up; written by the owner. */
    private volatile boolean unfinished;

    /** Owned by the one shelf that the heap is on. */
    ThreadHeap nextOnShelf;

    private final OwnerTasks tasks;

    /**
     * A heap without memory and without an owner.
     *
     * @param number tells it from the other heaps of its allocator
     * @param store where superslabs come from
     * @param binder makes the objects of slots
     * @param budget asked to reclaim when the store has nothing
     * @param knobs the current limits of heaps that have none of their own, read in refill and spill
     */
    public ThreadHeap(int number, SuperslabStore store, Binder binder, MemoryBudget budget, Supplier<Knobs> knobs) {
        this(number, store, binder, budget, knobs, System::nanoTime);
    }

    /**
     * A heap whose control loop has another clock, for tests.
     *
     * @param number tells it from the other heaps of its allocator
     * @param store where superslabs come from
     * @param binder makes the objects of slots
     * @param budget asked to reclaim when the store has nothing
     * @param knobs the current limits of heaps that have none of their own, read in refill and spill
     * @param clock times refills, how soon what was spilled is needed again, and requests to the owner; in nanoseconds
     */
    public ThreadHeap(
            int number,
            SuperslabStore store,
            Binder binder,
            MemoryBudget budget,
            Supplier<Knobs> knobs,
            LongSupplier clock) {
        super(binder);
        this.number = number;
        this.commonKnobs = knobs;
        tasks = new OwnerTasks(this, clock);
        slabs = new HeapSlabs(this, store, binder, counters);
        refill = new Refill(this, keeper, slabs, budget, counters, clock);
        caches = new HotCache[SizeClasses.COUNT];
        for (int c = 0; c < caches.length; c++) {
            caches[c] = new HotCache(refill, c);
        }
    }

    /**
     * The limits that this heap keeps to.
     *
     * @return its own, or those of all heaps
     */
    public Knobs knobs() {
        Knobs own = ownKnobs;
        return own != null ? own : commonKnobs.get();
    }

    /**
     * Gives this heap limits of its own.
     *
     * @param knobs or {@code null} for those of all heaps
     */
    public void knobs(Knobs knobs) {
        ownKnobs = knobs;
    }

    /**
     * What tells this heap from the others of its allocator.
     *
     * @return a count from 0
     */
    public int number() {
        return number;
    }

    /**
     * The hot cache of a class. Owner only.
     *
     * @param sizeClass 0 to {@link SizeClasses#COUNT} − 1
     * @return the cache
     */
    @Override
    public HotCache cache(int sizeClass) {
        return caches[sizeClass];
    }

    /** Notes that a class has been used; before that it can hold nothing. Owner only. */
    void use(int sizeClass) {
        used[sizeClass / Long.SIZE] |= 1L << sizeClass;
    }

    /**
     * The next class that may hold or have done anything: for walks that leave out the others.
     *
     * @param sizeClass 0, or one more than the last one
     * @return that class or a greater one; {@link SizeClasses#COUNT} if there is none; a moment late for others than the owner
     */
    public int nextUsed(int sizeClass) {
        for (int i = sizeClass / Long.SIZE, c = sizeClass; i < used.length; c = ++i * Long.SIZE) {
            long rest = used[i] >>> c;
            if (rest != 0) {
                return c + Long.numberOfTrailingZeros(rest);
            }
        }
        return SizeClasses.COUNT;
    }

    /**
     * The object of a block that was taken from one of the caches. Owner only.
     *
     * @param id the block's number
     * @return the object bound to its slot
     */
    public Block block(int id) {
        return blocks[id >>> Slab.SLOT_BITS][id & Slab.SLOT_MASK];
    }

    void blocks(Block[][] blocks) {
        this.blocks = blocks;
    }

    /**
     * The randomness behind this heap's samples. Owner only.
     *
     * @return this heap's own
     */
    public SampleDice dice() {
        return refill.dice();
    }

    @Override
    public void observe(int sizeClass, long nanos) {
        ring.offer(sizeClass, !isOwner(), nanos);
    }

    /**
     * Where the control loop finds sampled lifetimes.
     *
     * @return this heap's own
     */
    public ObservationRing ring() {
        return ring;
    }

    /** Gives the heap up again; a retired one is settled first of all that nobody holds. Owner only. */
    public void giveUp() {
        assert isOwner() : "owner: " + owner();
        leave();
        if (retired) {
            settle();
        }
    }

    /**
     * Takes back a block that the calling thread, which does not own this heap, has released.
     *
     * @param block on its way to this heap
     */
    @Override
    public void releaseRemote(Block block) {
        if (tryBorrow()) {
            boolean arrived;
            try {
                arrived = block.arrive(this);
                if (arrived) {
                    // Read now that the block is ours: who released it in a race may have seen another slab.
                    caches[block.slab().sizeClass()].push(block.blockId());
                }
            } finally {
                giveUp();
            }
            if (!arrived) {
                block.refused();
            }
        } else {
            boolean offered = refill.remote().offer(block);
            if (!offered) {
                block.refused();
            }
            if (retired) {
                settle();
            }
        }
    }

    /** Marks the heap as one that will allocate no more: whoever gives it up from now on gives its memory back. */
    void retire() {
        retired = true;
    }

    /**
     * Gives everything back that lies in an ownerless heap.
     *
     * <p>Nothing stays behind: who offers to the queue looks for an owner afterwards, who gives the heap up looks at
     * the queue afterwards, and between the two lies a full fence on both sides (the queue's compare-and-set of its
     * producer index; the volatile store of {@code null}), so one of them sees the other.
     */
    void settle() {
        do {
            if (!tryBorrow() && !tryTakeFromDead()) {
                return;
            }
            try {
                empty(); // pages of superslabs that stay in use are the governor's affair
            } finally {
                leave();
            }
        } while (!refill.remote().isEmpty());
    }

    /** Gives back all that is not with the user, free pages of superslabs in use included. Owner only. */
    public void trim() {
        assert isOwner() : "owner: " + owner();
        boolean entered = keeper.enter();
        try {
            emptyInside();
            slabs.pages().pass(TRIM_NANOS);
        } finally {
            if (entered) {
                keeper.state = Keeper.NOBODY;
            }
        }
    }

    /** Remote frees and caches → slabs → superslabs → store: what only an owner that allocates needs. Owner only. */
    void empty() {
        assert isOwner() : "owner: " + owner();
        boolean entered = keeper.enter();
        try {
            emptyInside();
        } finally {
            if (entered) {
                keeper.state = Keeper.NOBODY;
            }
        }
    }

    private void emptyInside() {
        refill.drainAll();
        for (HotCache cache : caches) {
            refill.trim(cache);
        }
        slabs.releaseEmpty();
    }

    /**
     * Whether a class holds memory that nobody may need: in its hot cache, or as empty slabs.
     *
     * @param sizeClass the class
     * @return as far as a thread that is not the owner can see
     */
    public boolean holdsIdle(int sizeClass) {
        return caches[sizeClass].size() > 0 || slabs.warmCount(sizeClass) > 0;
    }

    /**
     * What the heap as a whole has done so far away from the hot path. Exact for the owner.
     *
     * @return a number that changes with every refill and spill
     */
    public long activity() {
        return counters.refills + counters.spills;
    }

    /**
     * Whether the heap holds memory outside its classes that nobody uses.
     *
     * @return as far as a thread that is not the owner can see
     */
    public boolean holdsIdle() {
        return !refill.remote().isEmpty()
                || slabs.hasEmptySuperslab()
                || slabs.pages().isDue();
    }

    /**
     * Gives back what no allocation has needed since the last time, and takes in what others have released. Owner only.
     *
     * @param due the classes in which it is time for another turn
     * @param idleSince what {@link #activity()} was if the heap has been seen idle; {@link #BUSY} if not
     * @param round whether another round of pages begins, in which those go that have been free since the last one
     */
    public void scavenge(BitSet due, long idleSince, boolean round) {
        assert isOwner() : "owner: " + owner();
        long start = System.nanoTime();
        boolean entered = keeper.enter();
        try {
            scavengeInside(due, activity() == idleSince, round);
            if (executor() != null) {
                counters.pause(System.nanoTime() - start);
            }
        } finally {
            if (entered) {
                keeper.state = Keeper.NOBODY;
            }
        }
    }

    private void scavengeInside(BitSet due, boolean isIdle, boolean round) {
        boolean more = refill.drainFor(PASS_NANOS, isIdle);
        for (int c = due.nextSetBit(0); c >= 0; c = due.nextSetBit(c + 1)) {
            refill.turn(caches[c]);
        }
        slabs.releaseEmpty();
        PagePurge pages = slabs.pages();
        if (round) {
            pages.beginRound();
        }
        if (isIdle) {
            pages.pass(PASS_NANOS);
            unfinished = more || pages.isDue();
        } else {
            pages.age(PASS_NANOS);
            unfinished = pages.isInRound();
        }
    }

    /**
     * Gives back what others have released, and what else lies behind the caches of an owner that is away: blocks → slabs →
     * superslabs → store, and free pages. For a thread that does not own the heap; in steps so short that an owner who comes back
     * does not wait.
     *
     * @param idleNanos how long nobody has needed what is given back
     * @param nanos how long that may take
     * @return whether there is more
     */
    public boolean tend(long idleNanos, long nanos) {
        boolean more = holdsIdle() || slabs.hasWarm();
        if (!more) {
            return false;
        }
        Knobs knobs = knobs();
        long start = System.nanoTime();
        while (more && System.nanoTime() - start < nanos) {
            if (!keeper.tryEnter(TEND_WAIT_NANOS)) {
                return true; // the owner is there: it takes in what others gave back as it goes on
            }
            try {
                more = refill.drainPast(knobs, TEND_BLOCKS) || slabs.tend(idleNanos, TEND_NANOS);
            } finally {
                keeper.state = Keeper.NOBODY;
            }
        }
        return more;
    }

    /**
     * Whether the last {@link #scavenge} stopped because its time was up.
     *
     * @return as far as a thread that is not the owner can see
     */
    public boolean isUnfinished() {
        return unfinished;
    }

    /**
     * Whether it has no memory, and so no block that is live, cached or on its way, and nothing waits in its queue. Exact for the
     * owner.
     *
     * @return {@code true} if nothing would be lost with it
     */
    public boolean isEmpty() {
        return slabs.superslabs().isEmpty() && refill.remote().isEmpty();
    }

    /**
     * Where the owner runs tasks.
     *
     * @return {@code null} if there is no owner that does
     */
    public Executor executor() {
        return tasks.executor();
    }

    /** What others ask the owner to do. */
    OwnerTasks tasks() {
        return tasks;
    }

    /**
     * What happened in this heap so far.
     *
     * @return live counters; a reader that is not the owner may see values that are a moment old
     */
    public HeapCounters counters() {
        return counters;
    }

    HeapSlabs slabs() {
        return slabs;
    }

    Refill refill() {
        return refill;
    }

    /**
     * How many blocks wait for the owner: in the remote queue, or in their slabs. Exact while nobody uses the heap.
     *
     * @return a count
     */
    public int remoteCount() {
        int n = refill.remote().queued();
        for (Slab slab : slabs.slabs()) {
            n += slab.remote().count();
        }
        return n;
    }

    /**
     * How much lies in the hot caches. Exact for the owner.
     *
     * @return bytes
     */
    public long cachedBytes() {
        long bytes = 0;
        for (int c = nextUsed(0); c < SizeClasses.COUNT; c = nextUsed(c + 1)) {
            bytes += (long) caches[c].size() * SizeClasses.blockBytes(c);
        }
        return bytes;
    }

    /**
     * How much of the slabs is taken: live, cached or in the remote queue. Exact for the owner.
     *
     * @return bytes
     */
    public long takenBytes() {
        long bytes = 0;
        for (Slab slab : slabs.slabs()) {
            bytes += (long) (slab.capacity() - slab.free()) * slab.blockBytes();
        }
        return bytes;
    }

    /**
     * How much memory the heap has from the store. Exact for the owner.
     *
     * @return bytes
     */
    public long committedBytes() {
        long bytes = 0;
        for (Superslab superslab : slabs.superslabSnapshot()) {
            bytes += superslab.committedBytes();
        }
        return bytes;
    }

    /**
     * How many blocks below the huge ones this heap has handed out. Exact for the owner.
     *
     * @return a count
     */
    public long allocations() {
        long n = 0;
        for (HotCache cache : caches) { // an allocation counts before its class does
            n += cache.allocations();
        }
        return n;
    }
}
