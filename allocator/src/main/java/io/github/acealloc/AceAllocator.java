/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import io.github.acealloc.control.AceLoop;
import io.github.acealloc.control.Mode;
import io.github.acealloc.control.Profile;
import io.github.acealloc.heap.Binder;
import io.github.acealloc.heap.ClassFigures;
import io.github.acealloc.heap.HeapCounters;
import io.github.acealloc.heap.HeapRegistry;
import io.github.acealloc.heap.HeapSurvey;
import io.github.acealloc.heap.HeapWalker;
import io.github.acealloc.heap.Home;
import io.github.acealloc.heap.HugeBlocks;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.StackRoom;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.heap.TierFigures;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.PageCost;
import io.github.acealloc.slab.Block;
import io.github.acealloc.slab.SuperslabStore;
import io.github.acealloc.upkeep.Governor;
import io.github.acealloc.upkeep.Pace;
import io.github.acealloc.upkeep.Scavenger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * The engine for one kind of memory: heaps for event loops, stripes for all other threads, huge blocks beside them.
 *
 * <p>Safe for use by any thread. What a heap hands out goes back to it by {@link Home#cache} if the releasing
 * thread owns the heap, and by {@link Home#release} otherwise; a huge block always by the latter.
 */
public final class AceAllocator implements Governor.Governed {
    /** No pass over idle memory takes longer. */
    private static final long PASS_NANOS = 2_000_000;

    /** After so many purge delays in which it was empty and unused, an event loop gives its heap up. */
    private static final int UNUSED_DELAYS = 2;

    /** For so many an address range is kept that nobody needs. */
    private static final int ADDRESS_DELAYS = 4;

    /** No delay counts as shorter for the two. */
    private static final long LEAST_UNUSED_NANOS = 1_000_000_000;

    /** Between two pieces of work that was too long for one turn. */
    private static final long PACE_MILLIS = 10;

    /** So often {@link #violations} looks again, in such intervals. */
    private static final int WALKS = 50;

    private static final long WALK_NANOS = 10_000_000;

    /** Below it superslabs that count as a whole are small, so that many heaps can have one. */
    private static final long SMALL_LIMIT = 1L << 30;

    private final OsMemory memory;
    private final MemoryBudget budget;
    private final Binder binder;
    private final SuperslabStore store;
    private final HeapRegistry registry;
    private final HugeBlocks huge;
    private final Scavenger scavenger;
    private final AceLoop loop;
    private long askingBefore = HeapRegistry.handOver();
    private long askingAtLook = askingBefore;
    private final Pace pace = new Pace(System.nanoTime());
    private volatile Knobs knobs;
    private volatile boolean closed;

    /**
     * An engine that has taken no memory yet.
     *
     * @param memory where memory comes from
     * @param budget what it counts against; may be shared with other engines
     * @param knobs the limits of its caches
     * @param binder makes the objects bound to slots
     */
    public AceAllocator(OsMemory memory, MemoryBudget budget, Knobs knobs, Binder binder) {
        this(memory, budget, knobs, Mode.OFF, Profile.BALANCED, binder);
    }

    /**
     * An engine that has taken no memory yet and tunes itself.
     *
     * @param memory where memory comes from
     * @param budget what it counts against; may be shared with other engines
     * @param knobs the limits that its heaps start with
     * @param mode how far the control loop goes
     * @param profile what memory is worth
     * @param binder makes the objects bound to slots
     */
    public AceAllocator(OsMemory memory, MemoryBudget budget, Knobs knobs, Mode mode, Profile profile, Binder binder) {
        this.memory = memory;
        this.budget = budget;
        this.binder = binder;
        this.knobs = knobs;
        boolean small = !memory.isLazy() && budget.limit() < SMALL_LIMIT;
        store = new SuperslabStore(memory, budget, this::watch, small);
        AtomicInteger numbers = new AtomicInteger();
        Supplier<ThreadHeap> newHeap =
                () -> new ThreadHeap(numbers.getAndIncrement(), store, binder, budget, this::knobs);
        registry = new HeapRegistry(newHeap, Runtime.getRuntime().availableProcessors());
        // Of no use but that all it needs is initialised and linked: what first meets a full Java heap never can be.
        ThreadHeap unused = newHeap.get();
        huge = new HugeBlocks(memory, budget, binder, this::watch);
        scavenger = new Scavenger(registry);
        loop = new AceLoop(
                kind(), registry, this::knobs, mode, profile, budget.limit(), () -> PageCost.measure(memory));
        budget.addReclaimer(new MemoryBudget.Reclaimer() {
            @Override
            public void reclaim(Object requester) {
                trim(requester);
            }

            @Override
            public String report() {
                return kind() + ": " + stats();
            }
        });
    }

    private void watch() {
        try {
            Governor.watch(this);
        } catch (Throwable e) {
            // No thread could be started. The memory that was asked for matters more; the next time will try again.
            assert e instanceof Error : e;
        }
    }

    private String kind() {
        return memory.isDirect() ? "direct" : "heap";
    }

    /**
     * Gives the calling thread, which runs an event loop, a heap of its own.
     *
     * @param executor where the thread runs tasks
     * @return the heap; {@link #detach} gives it back
     * @throws IllegalStateException if the allocator is closed
     */
    public ThreadHeap attach(Executor executor) {
        return attach(executor, null);
    }

    /**
     * Gives the calling thread, which runs an event loop, a heap of its own, until it ends or has not used it for long.
     *
     * @param executor where the thread runs tasks
     * @param leave run there when the heap is empty and was not used for long: makes the thread {@link #detach} it;
     *     {@code null} if it keeps it
     * @return the heap
     * @throws IllegalStateException if the allocator is closed
     */
    public ThreadHeap attach(Executor executor, Runnable leave) {
        ThreadHeap heap = registry.attach(executor, leave);
        watch();
        return heap;
    }

    /**
     * Takes back the calling thread's heap.
     *
     * @param heap from {@link #attach}, owned by the calling thread
     */
    public void detach(ThreadHeap heap) {
        registry.detach(heap);
    }

    /**
     * Lends a heap to the calling thread for one operation; never waits for a lock.
     *
     * @return the heap, to be given up with {@link ThreadHeap#giveUp} at once
     * @throws IllegalStateException if the allocator is closed
     */
    public ThreadHeap borrowStripe() {
        return registry.borrowStripe();
    }

    /**
     * Allocates a block above {@link io.github.acealloc.slab.SizeClasses#MAX_BLOCK}.
     *
     * @param size bytes
     * @return the object bound to it
     * @throws OutOfMemoryError if the limit is reached and trimming did not help
     * @throws IllegalStateException if the allocator is closed
     */
    public Block allocateHuge(int size) {
        registry.checkOpen();
        StackRoom.look();
        try {
            return huge.allocate(size);
        } catch (StackOverflowError e) {
            StackRoom.met();
            throw e;
        }
    }

    SuperslabStore store() {
        return store;
    }

    HugeBlocks huge() {
        return huge;
    }

    /**
     * The limits that heaps keep to.
     *
     * @return the current ones
     */
    public Knobs knobs() {
        return knobs;
    }

    /**
     * Moves the limits; heaps follow at their caches' next refill or spill.
     *
     * @param knobs the new ones
     */
    public synchronized void knobs(Knobs knobs) {
        this.knobs = knobs;
    }

    /** Gives back what the calling thread can give back now, without waiting for others. */
    public void trim() {
        trim(null);
    }

    private void trim(Object requester) {
        try {
            registry.trim(requester);
        } finally {
            try {
                huge.trim();
            } finally {
                store.trim();
            }
        }
    }

    /** Gives back what has been idle for long enough, and has the control loop make a turn; called by the governor. */
    @Override
    public long tick(long now) {
        boolean dropped = binder.isDropped();
        long delay = dropped ? 0 : knobs.purgeDelayNanos();
        boolean more = false;
        try {
            more = scavenge(now, delay, dropped);
            loop.forget(registry.heaps());
        } finally {
            try {
                huge.expire(now, delay, loop.pageDelay());
            } finally {
                try {
                    store.paying((long) loop.pageDelay());
                    more |= store.purge(now, delay, PASS_NANOS);
                    more |= store.releaseAddresses(
                            now, dropped ? 0 : ADDRESS_DELAYS * Math.max(delay, LEAST_UNUSED_NANOS), PASS_NANOS);
                } finally {
                    try {
                        learn(now);
                    } finally {
                        HeapRegistry.handOver();
                    }
                }
            }
        }
        return more ? PACE_MILLIS : pace.millis();
    }

    private boolean scavenge(long now, long delay, boolean dropped) {
        long leave = dropped ? 0 : UNUSED_DELAYS * Math.max(delay, LEAST_UNUSED_NANOS);
        if (!dropped && !pace.isLookDue(now)) {
            return scavenger.goOn(now, delay, loop.pageDelay(), leave);
        }
        long start = System.nanoTime();
        long asking = HeapRegistry.handOver();
        try {
            return scavenger.look(now, delay, loop.pageDelay(), leave);
        } finally {
            pace.looked(now, System.nanoTime() - start + asking - askingAtLook); // what the last one has had asked
            askingAtLook = asking;
        }
    }

    private void learn(long now) {
        if (!pace.isDue(now)) {
            return;
        }
        try {
            loop.turn(now);
        } catch (Throwable e) {
            loop.mode(Mode.FROZEN); // first of all: whatever it was, it is not done again
            throw e;
        }
        long asking = HeapRegistry.handOver();
        long took =
                System.nanoTime() - now + asking - askingBefore; // what the turn before had the event loops asked for
        askingBefore = asking;
        pace.turned(now, took, loop.isActive(), loop.mode() != Mode.OFF, knobs.purgeDelayNanos());
    }

    /**
     * The control loop.
     *
     * @return this allocator's own
     */
    public AceLoop loop() {
        return loop;
    }

    /** Whether it holds anything that the governor has to look after: memory, addresses, or an event loop that holds it. */
    @Override
    public boolean isActive() {
        return committedBytes() > 0 || store.keepsAddresses() || huge.keepsAddresses() || registry.isHeldByLoops();
    }

    /** A closed one gives back by itself what is released. */
    @Override
    public boolean isHeld() {
        return !closed;
    }

    /**
     * Refuses further allocations and gives all memory back: what is free at once, the rest as its blocks are released.
     *
     * @param evict run on each event loop that owns a heap: makes it {@link #detach}
     */
    public void close(Runnable evict) {
        closed = true;
        try {
            store.close();
        } finally {
            try {
                registry.close(evict);
            } finally {
                huge.close();
            }
        }
    }

    /**
     * The figures now.
     *
     * @return a snapshot
     */
    public AceStats stats() {
        HeapRegistry.Census all = registry.census();
        HeapSurvey survey = new HeapSurvey(kind(), all, store);
        HeapCounters counters =
                all.heaps().stream().map(ThreadHeap::counters).reduce(all.past().counters(), HeapCounters::sum);
        long kept = huge.keptBytes();
        long live = survey.liveBytes() + huge.liveBytes();
        long cached = survey.cachedBytes() + kept;
        long committed = committedBytes();
        return new AceStats(
                live,
                cached,
                Math.max(committed - live - cached, 0),
                committed,
                huge.liveBytes() + kept,
                budget.limit(),
                List.of(new LimitFigures(kind(), committed, budget.limit())),
                survey.allocations(),
                counters,
                survey.tiers().plus(new TierFigures(0, 0, 0, 0, 0, huge.absentBytes())),
                withLifetimes(survey.classes()),
                survey.heaps(),
                loop.log().decisions());
    }

    private List<ClassFigures> withLifetimes(List<ClassFigures> classes) {
        double[] medians = loop.medianLifetimes();
        List<ClassFigures> all = new ArrayList<>(classes.size());
        for (int c = 0; c < medians.length; c++) {
            all.add(classes.get(c).withLifetime((long) medians[c]));
        }
        return all;
    }

    /**
     * What its memory is, in a few words.
     *
     * @return such as {@code mmap}
     */
    public String source() {
        return memory.source();
    }

    /**
     * Memory that this engine has from the system.
     *
     * @return bytes
     */
    public long committedBytes() {
        return store.committedBytes() + huge.liveBytes() + huge.keptBytes();
    }

    /**
     * Walks all heaps and holds them against the laws. For tests and diagnosis: nobody may use the allocator meanwhile.
     *
     * @return what was found wrong, in words; empty if all laws hold
     */
    public List<String> violations() {
        List<String> violations = walk();
        // What idle heaps and the governor are just giving back is for a moment in nobody's hands; what is wrong stays
        // wrong.
        for (int i = 0; i < WALKS && !violations.isEmpty(); i++) {
            LockSupport.parkNanos(WALK_NANOS);
            violations = walk();
        }
        return violations;
    }

    private List<String> walk() {
        List<String> violations = new ArrayList<>();
        long inSuperslabs = store.residentBytes();
        for (ThreadHeap heap : registry.heaps()) {
            boolean borrowed = heap.tryBorrow(); // where nobody owns it, the governor might meanwhile
            violations.addAll(HeapWalker.walk(heap));
            inSuperslabs += heap.committedBytes();
            if (borrowed) {
                heap.giveUp();
            }
        }
        if (inSuperslabs != store.committedBytes()) {
            violations.add("superslabs hold " + inSuperslabs + " bytes, the store counts " + store.committedBytes());
        }
        if (huge.isBroken()) {
            violations.add("huge blocks and the pages of their regions do not agree");
        }
        return violations;
    }
}
