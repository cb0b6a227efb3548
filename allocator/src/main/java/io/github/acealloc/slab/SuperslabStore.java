/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;
import java.util.ArrayDeque;

/**
 * Where heaps get whole superslabs and give empty ones back: the last stop before the system.
 *
 * <p>Safe for use by any thread (one lock, never held while anything else is locked). A few empty superslabs stay here
 * so that a heap that grows and shrinks around a boundary does not go to the system each time.
 */
public final class SuperslabStore {
    private final OsMemory memory;
    private final MemoryBudget budget;
    private int keep;
    private final ArrayDeque<Superslab> empty = new ArrayDeque<>();
    private long committedBytes;

    /**
     * A store with nothing in it.
     *
     * @param memory where superslabs come from
     * @param budget what they count against
     * @param keep how many empty superslabs are kept at most
     */
    public SuperslabStore(OsMemory memory, MemoryBudget budget, int keep) {
        this.memory = memory;
        this.budget = budget;
        this.keep = keep;
    }

    /**
     * Gets an empty superslab.
     *
     * @return {@code null} if the budget's limit is reached or the system refuses
     */
    public Superslab tryAcquire() {
        synchronized (this) {
            Superslab kept = empty.pollLast();
            if (kept != null) {
                return kept;
            }
        }
        if (!budget.tryTake(Superslab.BYTES)) {
            return null;
        }
        Region region = null;
        try {
            region = memory.reserve(Superslab.BYTES);
            Superslab fresh = new Superslab(region);
            synchronized (this) {
                committedBytes += Superslab.BYTES;
            }
            return fresh;
        } catch (OutOfMemoryError e) {
            // Others use the same system memory; the caller trims, tries again and then says so.
            undo(region);
            return null;
        } catch (Throwable e) {
            undo(region);
            throw e;
        }
    }

    private void undo(Region region) {
        if (region != null) {
            memory.release(region);
        }
        budget.give(Superslab.BYTES);
    }

    /**
     * Takes an empty superslab back.
     *
     * @param superslab empty, used by no heap any more
     */
    public void release(Superslab superslab) {
        assert superslab.isEmpty() : "a superslab with slabs in it was given back";
        synchronized (this) {
            if (empty.size() < keep) {
                empty.addLast(superslab);
                return;
            }
        }
        giveToSystem(superslab);
    }

    /** Gives every empty superslab back to the system. */
    public void trim() {
        for (; ; ) {
            Superslab superslab;
            synchronized (this) {
                superslab = empty.pollFirst();
            }
            if (superslab == null) {
                return;
            }
            giveToSystem(superslab);
        }
    }

    /** Keeps nothing any more: empty superslabs go to the system at once. */
    public void close() {
        synchronized (this) {
            keep = 0;
        }
        trim();
    }

    private void giveToSystem(Superslab superslab) {
        memory.release(superslab.region());
        synchronized (this) {
            committedBytes -= Superslab.BYTES;
        }
        budget.give(Superslab.BYTES);
    }

    /**
     * How many empty superslabs lie here.
     *
     * @return at least 0
     */
    public synchronized int emptyCount() {
        return empty.size();
    }

    /**
     * Memory of all superslabs that came from here and have not gone back to the system.
     *
     * @return bytes
     */
    public synchronized long committedBytes() {
        return committedBytes;
    }
}
