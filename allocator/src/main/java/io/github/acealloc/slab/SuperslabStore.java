/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;
import java.lang.System.Logger;
import java.util.List;

/**
 * Where heaps get whole superslabs and give empty ones back: the last stop before the system.
 *
 * <pre>
 *   in service   belongs to a heap                               committed
 *   resident     empty, its pages still there                    committed
 *   purged       empty, its pages given back, address range kept
 *   released     nobody has needed it for longer, or too many are kept
 * </pre>
 *
 * <p>An empty superslab stays resident for the purge delay, because a heap that grows and shrinks would pay for its
 * pages each time; then it is purged, or released where that cannot be done or enough are purged already. The longest
 * empty goes first, the last released is used again first.
 *
 * <p><b>Law: the way home allocates nothing.</b> Between a user's last release and the return of the block, its slab and its
 * superslab no Java object is made: lists run through what they hold. A release that failed for lack of Java heap could not be
 * repeated, and its memory would be lost.
 *
 * <p>Safe for use by any thread. The one lock is never held while the system is asked or anything else is locked.
 */
public final class SuperslabStore {
    private static final Logger LOGGER = System.getLogger(SuperslabStore.class.getName());

    /** Address ranges kept without pages; what lies beyond is released. */
    private static final int MAX_PURGED = 32;

    /** A page alone is not worth a call to the system. */
    private static final int MIN_RUN = 2;

    private static final int NOT_PURGED = -1;

    /** What is needed when an application is gone and its class loader closed: loaded while that can be done. */
    static final List<Class<?>> NEEDED_AT_LAST = List.of(PurgedPages.class);

    private final OsMemory memory;
    private final MemoryBudget budget;
    private final Runnable grown;
    private final int superslabBytes;

    private final boolean isSmall;

    /** Of a superslab that comes from the system, unless a slab needs more; where they are small, of those that follow the first ones. */
    private final int fewestUnits;

    /** Null where nobody asks for addresses: then no superslab has records either. */
    private SuperslabTable table;

    private final SuperslabDeque resident = new SuperslabDeque();
    private final SuperslabDeque purged = new SuperslabDeque();

    private final StorePatience patience = new StorePatience(MAX_PURGED);
    private long committedBytes;
    /** What does not count as committed of superslabs that are in use, or empty with other pages still there. */
    private long absentBytes;

    private volatile boolean purgesParts;
    private volatile boolean purgeFailed;
    private long purges;
    private long releases;
    private boolean closed;

    /**
     * A store with nothing in it.
     *
     * @param memory where superslabs come from
     * @param budget what they count against
     * @param grown called after memory was committed
     * @param small whether superslabs have a few units at most, or as many as a slab needs; not where memory is lazy
     */
    public SuperslabStore(OsMemory memory, MemoryBudget budget, Runnable grown, boolean small) {
        this.memory = memory;
        isSmall = small;
        fewestUnits = small ? Superslab.SMALL_UNITS : Superslab.units(memory.isDirect());
        this.budget = budget;
        this.grown = grown;
        superslabBytes = Superslab.bytes(memory.isDirect(), fewestUnits);
        purgesParts = memory.isDirect();
    }

    /**
     * Gets an empty superslab.
     *
     * @param units which are to be cut from it first
     * @param held what the caller's superslabs have, in bytes: where they are small, the first ones are the smallest
     * @return {@code null} if the units would not fit under the budget's limit, or the system refuses
     */
    public Superslab tryAcquire(int units, long held) {
        synchronized (this) {
            Superslab last = resident.pollLast(units, isSmall);
            if (last != null) {
                return last;
            }
        }
        int wanted = unitsFor(units, held);
        wanted = budget.hasRoom(bytesAtFirst(wanted)) || !isSmall ? wanted : units;
        int bytes = bytesAtFirst(wanted);
        if (!budget.hasRoom(neededBytes(units)) || !budget.tryTake(bytes)) {
            return null;
        }
        Superslab superslab;
        synchronized (this) {
            committedBytes += bytes;
            superslab = pollGone();
        }
        superslab = superslab != null ? superslab : fresh(wanted);
        if (superslab != null) {
            enter(superslab);
            grown.run();
        }
        return superslab;
    }

    private synchronized void enter(Superslab superslab) {
        absentBytes += superslab.absentBytes();
    }

    /** The one that was purged last, or null; it is seen whether its pages should have been kept. Under the lock. */
    private Superslab pollGone() {
        Superslab last = purged.pollLast(fewestUnits, false);
        if (last != null) {
            patience.needed(last.emptySince);
        } else {
            patience.neededWhole();
        }
        return last;
    }

    /** How many units a superslab for such slabs has. A small one has as many as are held already, and none that would be left over. */
    private int unitsFor(int units, long held) {
        if (!isSmall) {
            return fewestUnits;
        }
        int most = (int) Math.min(held >> Superslab.UNIT_SHIFT, fewestUnits);
        return Math.max(most / units, 1) * units;
    }

    /** What a superslab that comes from the system counts as committed at once; its units may follow when they are cut. */
    private int bytesAtFirst(int units) {
        int bytes = Superslab.bytes(memory.isDirect(), units);
        if (memory.isLazy()) {
            bytes = table != null ? bytes - units * Superslab.UNIT_BYTES : 0;
        }
        return bytes;
    }

    private Superslab fresh(int units) {
        Region region = null;
        try {
            region = memory.reserve(Superslab.bytes(memory.isDirect(), units));
            Superslab superslab = new Superslab(region, units, table != null);
            if (memory.isLazy()) {
                superslab.untouchAll();
            }
            if (table != null) {
                table.add(superslab);
            }
            budget.servedBySystem();
            return superslab;
        } catch (OutOfMemoryError e) {
            // Others use the same system memory; the caller trims, tries again and then says so.
            budget.refusedBySystem(e);
            undo(region, units);
            return null;
        } catch (Throwable e) {
            undo(region, units);
            throw e;
        }
    }

    private void undo(Region region, int units) {
        try {
            if (region != null) {
                memory.release(region);
            }
        } finally {
            uncommit(bytesAtFirst(units));
        }
    }

    /**
     * What is counted when a slab is cut from a superslab that comes from the system.
     *
     * @param units the slab's
     * @return bytes
     */
    public int neededBytes(int units) {
        return bytesAtFirst(unitsFor(units, 0)) + (memory.isLazy() ? units * Superslab.UNIT_BYTES : 0);
    }

    /**
     * Counts units that are about to be used, where nobody has touched them yet. The caller owns the superslab.
     *
     * @param superslab theirs
     * @param first the first of them
     * @param units how many
     * @return {@code false} if the budget's limit is reached
     */
    public boolean tryCommit(Superslab superslab, int first, int units) {
        int missing = superslab.untouchedBytes(first, units);
        if (missing > 0) {
            if (!tryCountAgain(missing)) {
                return false;
            }
            superslab.touchUnits(first, units);
        }
        return true;
    }

    private boolean tryCountAgain(int bytes) {
        if (!budget.tryTake(bytes)) {
            return false;
        }
        synchronized (this) {
            committedBytes += bytes;
            absentBytes -= bytes;
        }
        return true;
    }

    private void uncommit(int bytes) {
        synchronized (this) {
            committedBytes -= bytes;
        }
        budget.give(bytes);
    }

    /** After all pages of an empty superslab went: how many bytes of them were still committed. */
    private synchronized int forgetPages(Superslab superslab) {
        int committed = superslab.committedBytes();
        absentBytes -= superslab.absentBytes();
        superslab.restoreAll();
        if (memory.isLazy()) {
            superslab.untouchAll();
        }
        return committed;
    }

    /**
     * Gives free pages of a superslab back whose other pages are in use, and lets the objects of the slots in them go. The caller
     * owns the superslab.
     *
     * @param superslab in use
     * @param settled only those that have been free since the last call for it that had no more to do
     * @param nanos how long that may take; one call to the system is made in any case
     * @return whether there is more
     */
    public boolean purgeUnused(Superslab superslab, boolean settled, long nanos) {
        long start = System.nanoTime();
        boolean more = false;
        int before = superslab.purgedBytes();
        try {
            PurgedPages pages = superslab.look();
            for (int end, first = 0; !more; first = end) {
                first = pages.next(first, settled);
                if (first == PurgedPages.COUNT) {
                    if (!settled) {
                        superslab.passed();
                    }
                    break;
                }
                end = pages.end(first, settled);
                if (end - first < MIN_RUN) {
                    continue;
                }
                int from = pages.offset(first);
                if (!memory.purge(superslab.region(), from, pages.offset(end) - from)) {
                    purgesParts = false; // by this system: no heap need look for pages again
                    break;
                }
                pages.purge(first, end);
                superslab.unbindFree(from, pages.offset(end));
                more = System.nanoTime() - start >= nanos;
            }
            if (!more) {
                pages.settle();
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            // Not the error of whoever allocates or releases here; what was given back before is counted.
            sayOnce(e);
        } finally {
            int bytes = superslab.purgedBytes() - before;
            synchronized (this) {
                absentBytes += bytes;
            }
            uncommit(bytes);
        }
        return more;
    }

    private void sayOnce(Throwable failure) {
        if (!purgeFailed) {
            purgeFailed = true;
            try {
                LOGGER.log(
                        Logger.Level.WARNING, "free pages of a superslab could not be given back; said once", failure);
            } catch (OutOfMemoryError ignored) {
                // The Java heap is full, most likely of what made the purge fail.
            }
        }
    }

    /**
     * Whether {@link #purgeUnused} makes sense.
     *
     * @return {@code false} where the system takes back no parts of a mapping
     */
    public boolean purgesParts() {
        return purgesParts;
    }

    /**
     * Counts pages again that are about to be used. The caller owns the superslab.
     *
     * @param superslab some of whose pages were given back
     * @param offset where a block begins in it
     * @param bytes its length
     * @return {@code false} if the budget's limit is reached
     */
    public boolean tryRestore(Superslab superslab, int offset, int bytes) {
        int missing = superslab.purgedBytes(offset, bytes);
        if (missing > 0) {
            if (!tryCountAgain(missing)) {
                return false;
            }
            superslab.restore(offset, bytes);
        }
        return true;
    }

    /**
     * Takes an empty superslab back.
     *
     * @param superslab empty, used by no heap any more
     * @param idleNanos for how long nobody has needed it
     */
    public void release(Superslab superslab, long idleNanos) {
        assert superslab.isEmpty() : "a superslab with slabs in it was given back";
        long now = System.nanoTime() - idleNanos;
        synchronized (this) {
            if (!closed) {
                resident.addLast(superslab, now);
                return;
            }
        }
        try {
            giveToSystem(superslab);
        } catch (Throwable e) {
            keepResident(superslab);
            throw e;
        }
        uncommit(forgetPages(superslab));
    }

    /**
     * Says how long it pays to keep pages that will be needed again.
     *
     * @param nanos 0 if pages are to go after the delay in any case
     */
    public synchronized void paying(long nanos) {
        patience.paying(nanos);
    }

    /**
     * Gives the pages of superslabs back that have been empty for long enough.
     *
     * @param now the time, as {@code System.nanoTime()} tells it
     * @param delayNanos for how long
     * @param nanos how long that may take
     * @return whether there is more
     */
    public boolean purge(long now, long delayNanos, long nanos) {
        long start = System.nanoTime();
        for (Superslab superslab; (superslab = pollIdle(now, delayNanos)) != null; ) {
            long since = superslab.emptySince;
            int bytes;
            boolean wentWhole;
            try {
                bytes = tryPurge(superslab);
                wentWhole = bytes == NOT_PURGED;
                if (wentWhole) {
                    giveToSystem(superslab);
                    bytes = forgetPages(superslab);
                }
            } catch (Throwable e) {
                keepResident(superslab);
                throw e;
            }
            uncommit(bytes);
            if (wentWhole && delayNanos > 0) { // what was asked for, and not idle, is no lesson
                remember(since);
            }
            if (System.nanoTime() - start >= nanos) {
                return true;
            }
        }
        return false;
    }

    /**
     * Gives address ranges back that nobody has needed for long enough.
     *
     * @param now the time, as {@code System.nanoTime()} tells it
     * @param delayNanos for how long
     * @param nanos how long that may take
     * @return whether there is more
     */
    public boolean releaseAddresses(long now, long delayNanos, long nanos) {
        long start = System.nanoTime();
        for (Superslab superslab; (superslab = pollForgotten(now, delayNanos)) != null; ) {
            long since = superslab.emptySince;
            releaseAddresses(superslab);
            remember(since);
            if (System.nanoTime() - start >= nanos) {
                return true;
            }
        }
        return false;
    }

    private synchronized Superslab pollForgotten(long now, long delayNanos) {
        Superslab first = purged.first();
        long delay = delayNanos > 0 ? Math.max(delayNanos, patience.delay(now, delayNanos)) : 0;
        return first == null || now - first.emptySince < delay ? null : purged.pollFirst();
    }

    private void releaseAddresses(Superslab superslab) {
        try {
            giveToSystem(superslab);
        } catch (Throwable e) {
            synchronized (this) {
                purged.addLast(superslab, superslab.emptySince);
            }
            throw e;
        }
    }

    private synchronized void remember(long since) {
        patience.went(since);
    }

    private synchronized Superslab pollIdle(long now, long delayNanos) {
        long delay = patience.delay(now, delayNanos);
        Superslab first = resident.first();
        return first == null || now - first.emptySince < delay ? null : resident.pollFirst();
    }

    /** Keeps the address range; returns what is committed no more, or {@link #NOT_PURGED}: kept are enough, or it is closed. */
    private int tryPurge(Superslab superslab) {
        synchronized (this) {
            if (closed || isSmall || purged.size() >= MAX_PURGED) { // small ones differ in size
                return NOT_PURGED;
            }
        }
        if (!memory.purge(superslab.region(), 0, superslab.region().bytes())) {
            return NOT_PURGED;
        }
        synchronized (this) {
            if (closed) {
                return NOT_PURGED;
            }
            int gone = forgetPages(superslab);
            purged.addLast(superslab, superslab.emptySince);
            purges++;
            return gone;
        }
    }

    /** Keeps what the system failed to take back: it is committed as before, and the last to be tried again. */
    private synchronized void keepResident(Superslab superslab) {
        resident.addLast(superslab, System.nanoTime());
    }

    /** Gives every empty superslab back to the system. */
    public void trim() {
        purge(System.nanoTime(), 0, Long.MAX_VALUE);
        for (; ; ) {
            Superslab superslab;
            synchronized (this) {
                superslab = purged.pollFirst();
            }
            if (superslab == null) {
                return;
            }
            releaseAddresses(superslab);
        }
    }

    /** Keeps nothing any more: empty superslabs go to the system at once. */
    public void close() {
        synchronized (this) {
            closed = true;
        }
        trim();
    }

    private void giveToSystem(Superslab superslab) {
        if (table != null) {
            table.remove(superslab);
        }
        try {
            memory.release(superslab.region());
        } catch (Throwable e) {
            if (table != null) {
                table.add(superslab);
            }
            throw e;
        }
        synchronized (this) {
            releases++;
        }
    }

    /** Has addresses found and slabs recorded in memory, for who frees by address. To be called before there is a superslab. */
    public void keepRecords() {
        table = new SuperslabTable();
    }

    /**
     * Which superslab an address lies in.
     *
     * @return the table of all that there are; {@code null} without {@link #keepRecords}
     */
    public SuperslabTable table() {
        return table;
    }

    /**
     * Memory of the empty superslabs whose pages are still there.
     *
     * @return bytes
     */
    public synchronized long residentBytes() {
        return resident.committedBytes();
    }

    /**
     * Memory that does not count as committed: its pages were given back, or nobody has touched it yet.
     *
     * @return bytes of address space
     */
    public synchronized long purgedBytes() {
        return (long) purged.size() * superslabBytes + absentBytes;
    }

    /**
     * Whether empty superslabs are kept, with pages or without.
     *
     * @return {@code false} if it has nothing to give back
     */
    public synchronized boolean keepsAddresses() {
        return purged.size() + resident.size() > 0;
    }

    /**
     * How often a superslab's pages were given back while its address range was kept.
     *
     * @return a count
     */
    public synchronized long purges() {
        return purges;
    }

    /**
     * How often a superslab went back to the system whole.
     *
     * @return a count
     */
    public synchronized long releases() {
        return releases;
    }

    /**
     * Memory of all superslabs in service or resident.
     *
     * @return bytes
     */
    public synchronized long committedBytes() {
        return committedBytes;
    }
}
