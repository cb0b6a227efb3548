/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.slab.Block;
import io.github.acealloc.slab.SizeClasses;
import java.util.function.LongSupplier;
import org.jctools.queues.MessagePassingQueue;

/**
 * The roads off the fast path: WARM and COLD for an allocation that found its hot cache empty, spill for a release that found
 * it full, drain for what others gave back. Owner only.
 *
 * <p>All that the control loop sees is counted here, and its {@link Knobs} are read here.
 */
final class Refill implements MessagePassingQueue.Consumer<Block> {
    /** How many remote frees one refill takes in at most, so that none takes long. */
    private static final int DRAIN_LIMIT = 1024;

    /** One in so many refills is timed, less one. */
    private static final int TIMED_MASK = 63;

    private static final String NO_NUMBERS = "the heap of this thread has as many slabs as it can number";

    private final ThreadHeap heap;
    private final Keeper keeper;
    private final HeapSlabs slabs;
    private final MemoryBudget budget;
    private final HeapCounters counters;
    private final LongSupplier clock;
    private final RemoteFrees remote;
    private final PastCaches pastCaches = new PastCaches();
    private final SampleDice dice = new SampleDice();

    Refill(
            ThreadHeap heap,
            Keeper keeper,
            HeapSlabs slabs,
            MemoryBudget budget,
            HeapCounters counters,
            LongSupplier clock) {
        this.heap = heap;
        this.keeper = keeper;
        this.slabs = slabs;
        this.budget = budget;
        this.counters = counters;
        this.clock = clock;
        remote = new RemoteFrees(heap.number());
    }

    boolean isOwner() {
        return heap.isOwner();
    }

    SampleDice dice() {
        return dice;
    }

    /** Notes that a class is used from now on. */
    void use(int sizeClass) {
        heap.use(sizeClass);
    }

    /** Whether a lifetime could be told: room for it is made here, for its end is on a way home. */
    boolean canObserve() {
        return heap.ring().open();
    }

    RemoteFrees remote() {
        return remote;
    }

    /** WARM and COLD: serves an allocation that found its hot cache empty, and fetches a batch beside. */
    int refill(HotCache cache) {
        assert isOwner() : "owner: " + heap.ownerName();
        Knobs knobs = heap.knobs();
        if (cache.restock(knobs.batch(cache.sizeClass()))) {
            return cache.pop();
        }
        boolean entered = false;
        try {
            StackRoom.look();
            entered = keeper.enter();
            if ((counters.refills & TIMED_MASK) != TIMED_MASK) {
                return fetch(cache, knobs);
            }
            long start = clock.getAsLong();
            int id = fetch(cache, knobs);
            counters.timeRefill(clock.getAsLong() - start);
            return id;
        } catch (Throwable e) {
            StackRoom.watched |= e instanceof StackOverflowError;
            cache.uncount();
            throw e;
        } finally {
            if (entered) {
                keeper.state = Keeper.NOBODY;
            }
        }
    }

    private int fetch(HotCache cache, Knobs knobs) {
        int sizeClass = cache.sizeClass();
        int batch = knobs.batch(sizeClass);
        CacheMeter meter = cache.beginMeter(clock);
        meter.refill(knobs.window(), knobs.payingNanos(sizeClass), batch);
        fit(cache, cap(cache, knobs));
        drain(DRAIN_LIMIT);
        remote.fit();
        if (cache.isReady()) {
            counters.refills++;
            return cache.pop();
        }
        boolean isCold = !slabs.hasPartial(sizeClass);
        int id = take(sizeClass, knobs);
        counters.refills++; // one that was refused is no allocation
        counters.coldRefills += isCold ? 1 : 0;
        int taken = 1;
        // Every block is in the cache before the next is taken, so that a failure half-way loses none.
        for (int more = Math.min(batch, cache.cap()); more > 0 && id != HeapSlabs.NONE; more--) {
            cache.push(id);
            id = more > 1 && slabs.hasPartial(sizeClass) ? slabs.take(sizeClass) : HeapSlabs.NONE;
            taken += id != HeapSlabs.NONE ? 1 : 0;
        }
        meter.taken(taken);
        slabs.pages().step(knobs.pagesByTime());
        return id != HeapSlabs.NONE ? id : cache.pop();
    }

    /** The cap that the cache is to have now. */
    private static int cap(HotCache cache, Knobs knobs) {
        return Math.max(knobs.cap(cache.sizeClass()), cache.meter().raised(knobs.window()));
    }

    /** Gives the cache that cap, if it has another and there is Java heap for it: nobody's release fails for that. */
    private static void fit(HotCache cache, int cap) {
        if (cache.cap() != cap) {
            try {
                cache.cap(cap);
            } catch (OutOfMemoryError ignored) {
                // It keeps the old one, and the next refill or spill tries again.
            }
        }
    }

    /** A block from a slab, of which there is one in the end: there is memory, or an error. */
    private int take(int sizeClass, Knobs knobs) {
        int reclaims = MemoryBudget.MOST_RECLAIMS;
        while (true) {
            if (slabs.hasPartial(sizeClass) || slabs.addSlab(sizeClass, knobs)) {
                int id = slabs.take(sizeClass);
                if (id != HeapSlabs.NONE) {
                    return id;
                }
            }
            if (reclaims == 0) {
                int bytes = SizeClasses.blockBytes(sizeClass);
                int needed = slabs.neededBytes(sizeClass);
                throw slabs.hasNumbers(sizeClass)
                        ? budget.exhausted(bytes, needed)
                        : budget.exhausted(bytes, needed, NO_NUMBERS);
            }
            reclaims = budget.reclaim(heap) ? reclaims - 1 : 0;
        }
    }

    /** Serves a release that found its hot cache full: the blocks that lay there longest go back to their slabs. */
    void spill(HotCache cache, int id) {
        assert isOwner() : "owner: " + heap.ownerName();
        StackRoom.look();
        counters.spills++;
        Knobs knobs = heap.knobs();
        int cap = cap(cache, knobs);
        cache.meter().spill(cache.size(), knobs.window());
        boolean entered = keeper.enter();
        try {
            if (cache.size() >= cap) {
                int n = Math.min(cache.size(), cache.size() - cap + knobs.batch(cache.sizeClass()));
                cache.giveOldest(n, knobs);
                cache.meter().given(n);
            }
            fit(cache, cap);
        } catch (StackOverflowError e) {
            StackRoom.watched = true; // room is made the next time; this release need not fail for that
        } finally {
            try {
                giveBack(cache, id, knobs); // whatever has failed: the block goes home
            } finally {
                if (entered) {
                    keeper.state = Keeper.NOBODY;
                }
            }
        }
    }

    private void giveBack(HotCache cache, int id, Knobs knobs) {
        if (cache.room() > 0) {
            cache.push(id);
        } else {
            slabs.give(id, knobs);
            cache.meter().given(1);
        }
    }

    /** Puts a block back into its slab. */
    void give(int id, Knobs knobs) {
        slabs.give(id, knobs);
    }

    /** A block drained from the remote queue. */
    @Override
    public void accept(Block block) {
        if (!block.arrive(heap)) {
            block.refused();
            return;
        }
        // What finds no room is no reason for a higher cap: a larger cache is emptied less often, so more would
        // wait here.
        int id = block.blockId();
        HotCache cache = heap.cache(slabs.slab(id).sizeClass());
        if (cache.room() > 0) {
            cache.push(id);
        } else {
            giveBack(cache, id, heap.knobs());
        }
    }

    /** Drained blocks to their slabs. A class and no lambda: one that could not be linked, on a full Java heap, never can be. */
    private final class PastCaches implements MessagePassingQueue.Consumer<Block> {
        private Knobs knobs;

        @Override
        public void accept(Block block) {
            if (block.arrive(heap)) {
                slabs.give(block.blockId(), knobs);
            } else {
                block.refused();
            }
        }
    }

    private int drain(int limit) {
        if (remote.isEmpty()) {
            return 0;
        }
        int n = remote.drain(this, limit);
        counters.remoteFrees += n;
        return n;
    }

    /** Takes in what others gave back, as much as one refill does. */
    void drainOnce() {
        if (remote.isEmpty()) {
            return;
        }
        StackRoom.look();
        boolean entered = keeper.enter();
        try {
            drain(DRAIN_LIMIT);
            remote.fit();
        } finally {
            if (entered) {
                keeper.state = Keeper.NOBODY;
            }
        }
    }

    /**
     * Puts blocks that others gave back into their slabs, past the caches. For the owner, or a thread that is inside in its place.
     *
     * @return whether there are more
     */
    boolean drainPast(Knobs knobs, int limit) {
        pastCaches.knobs = knobs;
        counters.remoteFrees += remote.drain(pastCaches, limit);
        return !remote.isEmpty();
    }

    /** Takes in all that others gave back. */
    void drainAll() {
        while (drain(DRAIN_LIMIT) > 0) {
            // until the queue is empty
        }
    }

    /**
     * Takes in what others gave back, as much as may be done in a time: into the caches, or past them where nobody uses those.
     *
     * @return whether there is more
     */
    boolean drainFor(long nanos, boolean pastCaches) {
        long start = System.nanoTime();
        boolean more = !remote.isEmpty();
        while (more && System.nanoTime() - start < nanos) {
            more = pastCaches ? drainPast(heap.knobs(), DRAIN_LIMIT) : drain(DRAIN_LIMIT) > 0;
        }
        return more;
    }

    /** Gives back what a class holds and nobody uses. */
    void trim(HotCache cache) {
        cache.giveOldest(cache.size(), heap.knobs());
        slabs.trim(cache.sizeClass());
    }

    /**
     * Gives back what no allocation has needed since the last turn and what lies above the cap: blocks, then slabs that lie ready; all of
     * those where nobody has used the class.
     */
    void turn(HotCache cache) {
        int sizeClass = cache.sizeClass();
        if (cache.size() == 0) {
            slabs.turn(sizeClass);
            return;
        }
        Knobs knobs = heap.knobs();
        int cap = cap(cache, knobs);
        int idle = Math.max(cache.size() - cap, cache.reserved());
        cache.giveOldest(idle, knobs);
        cache.meter().given(idle);
        fit(cache, cap);
        cache.turn(idle);
        if (cache.size() == 0) {
            slabs.trim(sizeClass);
        } else {
            slabs.turn(sizeClass);
        }
    }
}
