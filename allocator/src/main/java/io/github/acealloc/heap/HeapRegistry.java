/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Which thread has which heap: event loops own one each, all other threads share a few stripes, and a heap whose
 * thread has ended waits on the shelf until the next event loop adopts it whole.
 *
 * <p><b>Going.</b> A heap that holds nothing goes when there are enough on the shelf. It holds nothing if it has no superslab
 * and nothing in its queue: a block that is live, cached or on its way keeps its slab, and that its superslab. So no release
 * of a correct program can meet a heap that has gone, and what a wrong one sends there means nothing. Who takes a heap
 * out owns it and has taken it off the shelf, so nobody adopts it, and retires it before giving it up: whoever then offers to its
 * queue sees that afterwards, or offered before the last look at the queue, and the queue is emptied either way.
 *
 * <p>Safe for use by any thread. The lock guards the shelf and is never held while a heap is trimmed.
 */
public final class HeapRegistry {
    /** What is needed when an application is gone and its class loader closed: loaded while that can be done. */
    static final List<Class<?>> NEEDED_AT_LAST =
            List.of(ForeignExecutor.class, Asker.class, OwnerTask.class, Asked.class, Census.class);

    private static final int MAX_STRIPES = 64;
    private static final int SPINS_BEFORE_YIELD = 64;

    /** How long the heap of an owner that may be away is tended at the limit. */
    private static final long TEND_NANOS = 20_000_000;

    /** What became of a task for a heap's owner. */
    public enum Asked {
        /** It was done at once. */
        DONE,
        /** The owner will do it. */
        LATER,
        /** It was dropped: the owner has not yet done what it was asked for before, or takes no tasks any more. */
        AWAY
    }

    private final Supplier<ThreadHeap> newHeap;
    private final List<ThreadHeap> heaps = new CopyOnWriteArrayList<>();
    private final HeapShelf shelf = new HeapShelf();
    private PastHeaps past = PastHeaps.NONE;
    private final AtomicReferenceArray<ThreadHeap> stripes;
    private volatile boolean closed;

    /**
     * A registry without heaps.
     *
     * @param newHeap makes a heap
     * @param processors how many threads run at once; there are twice as many stripes, rounded up to a power of two
     */
    public HeapRegistry(Supplier<ThreadHeap> newHeap, int processors) {
        this.newHeap = newHeap;
        int wanted = Math.min(Math.max(2 * processors, 1), MAX_STRIPES);
        stripes = new AtomicReferenceArray<>(Integer.highestOneBit(2 * wanted - 1));
    }

    /**
     * Gives the calling thread a heap of its own until {@link #detach}.
     *
     * @param executor where the thread runs tasks
     * @return the heap
     * @throws IllegalStateException if the registry is closed
     */
    public ThreadHeap attach(Executor executor) {
        return attach(executor, null);
    }

    /**
     * Gives the calling thread a heap of its own until {@link #detach}: the heap of a thread that ended if there is
     * one, else a new one.
     *
     * @param executor where the thread runs tasks
     * @param leave run there by {@link #letGo}: makes the thread {@link #detach} the heap; {@code null} if it keeps it
     * @return the heap
     * @throws IllegalStateException if the registry is closed
     */
    public ThreadHeap attach(Executor executor, Runnable leave) {
        ThreadHeap heap = adopt();
        if (heap == null) {
            // Owned before anybody can see it: a trim elsewhere borrows whatever it finds without an owner.
            heap = newHeap.get();
            boolean taken = heap.tryBorrow();
            assert taken : "a new heap had an owner";
            add(heap);
        }
        heap.tasks().owner(executor, leave);
        if (closed) {
            detach(heap);
            checkOpen();
        }
        return heap;
    }

    private ThreadHeap adopt() {
        synchronized (shelf) {
            checkOpen();
            // A shelved heap may be borrowed for a moment; then the next one serves.
            for (int i = shelf.size(); i > 0; i--) {
                ThreadHeap heap = shelf.poll();
                if (heap.tryBorrow()) {
                    heap.counters().adoptions++;
                    return heap;
                }
                shelf.add(heap);
            }
        }
        for (ThreadHeap heap : heaps) {
            if (heap.isOrphaned() && !isStripe(heap) && heap.tryTakeFromDead()) {
                heap.counters().adoptions++;
                return heap;
            }
        }
        return null;
    }

    private ThreadHeap add(ThreadHeap heap) {
        heaps.add(heap);
        if (closed) {
            heap.retire();
        }
        return heap;
    }

    /**
     * Takes a heap back from the calling thread, which owns it and ends. It goes to the shelf with what is live in it;
     * caches full of what the thread happened to use would be dead weight there.
     *
     * @param heap from {@link #attach}
     */
    public void detach(ThreadHeap heap) {
        heap.tasks().owner(null, null);
        boolean goes = false;
        try {
            heap.empty();
            goes = takeOutSurplus(heap);
        } finally {
            heap.giveUp();
            if (!goes && !shelve(heap)) {
                heap.settle();
            }
        }
    }

    /** Takes a heap out that holds nothing, if enough others are on the shelf. The caller owns it, and it is not on the shelf. */
    private boolean takeOutSurplus(ThreadHeap heap) {
        synchronized (shelf) {
            if (closed || shelf.size() < kept() || !heap.isEmpty()) {
                return false;
            }
            PastHeaps more = past.plus(heap); // what fails for lack of memory fails before anything is changed
            heaps.remove(heap);
            past = more;
            heap.retire();
            return true;
        }
    }

    /** How many heaps that hold nothing the shelf keeps for event loops to come. */
    private int kept() {
        return stripes.length();
    }

    /** Takes out what has become empty on the shelf since it was put there, but for a few. */
    public void sweep() {
        int looks;
        synchronized (shelf) {
            looks = shelf.size();
        }
        for (; looks > 0; looks--) {
            ThreadHeap heap;
            synchronized (shelf) {
                if (shelf.size() <= kept()) {
                    return;
                }
                heap = shelf.poll();
            }
            if (!heap.tryBorrow()) {
                shelve(heap);
                continue;
            }
            boolean goes = false;
            try {
                goes = takeOutSurplus(heap);
            } finally {
                heap.giveUp();
                if (!goes && !shelve(heap)) {
                    heap.settle();
                }
            }
        }
    }

    private boolean shelve(ThreadHeap heap) {
        synchronized (shelf) {
            if (!closed) {
                shelf.add(heap);
            }
            return !closed;
        }
    }

    /**
     * Lends a striped heap to the calling thread for one operation.
     *
     * @return a heap that the caller owns now and must {@link ThreadHeap#giveUp}
     * @throws IllegalStateException if the registry is closed
     */
    @SuppressWarnings("ThreadPriorityCheck") // a yield is only a kindness here: nothing waits for a certain thread
    public ThreadHeap borrowStripe() {
        int mask = stripes.length() - 1;
        int start = spread(Thread.currentThread().getId());
        for (int tries = 0; ; tries++) {
            checkOpen();
            ThreadHeap heap = stripe((start + tries) & mask);
            if (heap.tryBorrow() || (tries > SPINS_BEFORE_YIELD && heap.tryTakeFromDead())) {
                return heap;
            }
            if (tries > SPINS_BEFORE_YIELD) {
                Thread.yield();
            } else {
                Thread.onSpinWait();
            }
        }
    }

    private ThreadHeap stripe(int i) {
        ThreadHeap heap = stripes.get(i);
        if (heap != null) {
            return heap;
        }
        synchronized (stripes) {
            heap = stripes.get(i);
            if (heap == null) {
                heap = add(newHeap.get());
                stripes.set(i, heap);
            }
            return heap;
        }
    }

    private static int spread(long threadId) {
        return (int) ((threadId * 0x9E3779B97F4A7C15L) >>> (Long.SIZE - Integer.SIZE));
    }

    /**
     * Trims every heap that the calling thread can have now: its own, the requester, those without an owner. The other
     * event loops are asked to trim theirs at their next task; what others have released to them goes back at once.
     *
     * @param requester a heap that the caller owns, or any other object
     */
    public void trim(Object requester) {
        for (ThreadHeap heap : heaps) {
            if (heap == requester) {
                heap.trim();
            } else if (!runHere(heap, OwnerTasks.TRIM)) {
                heap.tasks().requestTrim();
                heap.tend(0, TEND_NANOS); // its owner may be away for long
            }
        }
        awaitAsked();
    }

    /**
     * Has the event loops given the tasks that were meant for them, on another thread.
     *
     * @return how long that thread has been at such work so far, for all allocators, in nanoseconds
     */
    public static long handOver() {
        return Asker.INSTANCE.go();
    }

    /** Waits until the event loops have been given the tasks that were meant for them; not for those that do not take any. */
    public void awaitAsked() {
        Asker.INSTANCE.await();
    }

    /** After a heap was taken from a thread that has ended: a stripe stays a stripe, an event loop's goes to the shelf. */
    private void giveBack(ThreadHeap heap) {
        if (isStripe(heap)) {
            heap.giveUp();
        } else {
            detach(heap);
        }
    }

    @SuppressWarnings("ReferenceEquality") // identity is the question
    private boolean isStripe(ThreadHeap heap) {
        for (int i = 0; i < stripes.length(); i++) {
            if (stripes.get(i) == heap) {
                return true;
            }
        }
        return false;
    }

    /**
     * Does something to a heap as its owner: at once if the calling thread owns it or nobody does, else as the owner's next
     * task.
     *
     * @param heap one of {@link #heaps}
     * @param task given the heap, owned by the thread that runs it
     * @return what became of it
     */
    public Asked run(ThreadHeap heap, Consumer<ThreadHeap> task) {
        if (runHere(heap, task)) {
            return Asked.DONE;
        }
        return heap.tasks().request(task) ? Asked.LATER : Asked.AWAY;
    }

    /**
     * Has an event loop give up its heap, if that is still empty and unused when it comes to it. So nothing but its user holds an
     * allocator that is no longer used, however long the loops live.
     *
     * @param heap one of {@link #heaps}
     * @param activity what {@link ThreadHeap#activity()} was
     */
    public void letGo(ThreadHeap heap, long activity) {
        if (heap.tasks().isHeldByLoop() && !runHere(heap, h -> {})) {
            heap.tasks().requestLeave(activity);
        }
    }

    /**
     * Whether an event loop has a heap that it might {@linkplain #letGo give up}.
     *
     * @return a moment late
     */
    public boolean isHeldByLoops() {
        for (ThreadHeap heap : heaps) {
            if (heap.tasks().isHeldByLoop()) {
                return true;
            }
        }
        return false;
    }

    private boolean runHere(ThreadHeap heap, Consumer<ThreadHeap> task) {
        if (heap.isOwner()) {
            task.accept(heap);
        } else if (heap.tryTakeFromDead()) {
            try {
                task.accept(heap);
            } finally {
                giveBack(heap);
            }
        } else if (heap.tryBorrow()) {
            try {
                task.accept(heap);
            } finally {
                heap.giveUp();
            }
        } else {
            return false;
        }
        return true;
    }

    /**
     * Ends all ownership: no heap is given out any more, and every heap gives its memory back, now or when its last
     * blocks are released.
     *
     * @param evict run by each owner on its own executor: makes it {@link #detach} its heap
     */
    public void close(Runnable evict) {
        synchronized (shelf) {
            closed = true;
            shelf.clear();
        }
        heaps.forEach(ThreadHeap::retire);
        for (ThreadHeap heap : heaps) {
            Executor executor = heap.executor();
            if (heap.isOwner()) {
                evict.run();
            } else if (executor != null) {
                ForeignExecutor.execute(executor, evict);
            }
        }
        trim(null);
    }

    /**
     * Checks that heaps are still given out.
     *
     * @throws IllegalStateException if the registry is closed
     */
    public void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the allocator is closed");
        }
    }

    /**
     * Every heap there is.
     *
     * @return a snapshot-safe list
     */
    public List<ThreadHeap> heaps() {
        return heaps;
    }

    /**
     * Every heap there is or was, in one of the two.
     *
     * @param heaps those that there are
     * @param past what those that have gone had done
     */
    public record Census(List<ThreadHeap> heaps, PastHeaps past) {}

    /**
     * Counts all heaps that there are and were.
     *
     * @return a snapshot
     */
    public Census census() {
        synchronized (shelf) {
            return new Census(List.copyOf(heaps), past);
        }
    }
}
