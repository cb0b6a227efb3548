/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

/**
 * Empty superslabs by how long they have been empty, linked through themselves, so that one comes in without an allocation.
 *
 * <p>A superslab is in one deque at most. Not for two threads at a time.
 */
final class SuperslabDeque {
    private Superslab first;
    private Superslab last;
    private int size;

    /** Puts a superslab last: it became empty at {@code since}. */
    void addLast(Superslab superslab, long since) {
        assert superslab.previousEmpty == null && superslab.nextEmpty == null : "a superslab lies in a deque already";
        superslab.emptySince = since;
        superslab.previousEmpty = last;
        if (last != null) {
            last.nextEmpty = superslab;
        } else {
            first = superslab;
        }
        last = superslab;
        size++;
    }

    /** Takes the one that came first; null if there is none. */
    Superslab pollFirst() {
        Superslab polled = first;
        if (polled != null) {
            remove(polled);
        }
        return polled;
    }

    /**
     * Takes the one that came last of those with at least so many units, or with a multiple of them, so that none would be
     * wasted; null if there is none.
     */
    Superslab pollLast(int units, boolean aMultiple) {
        Superslab polled = last;
        while (polled != null && (polled.units() < units || (aMultiple && polled.units() % units != 0))) {
            polled = polled.previousEmpty;
        }
        if (polled != null) {
            remove(polled);
        }
        return polled;
    }

    private void remove(Superslab superslab) {
        Superslab previous = superslab.previousEmpty;
        Superslab next = superslab.nextEmpty;
        if (previous != null) {
            previous.nextEmpty = next;
        } else {
            first = next;
        }
        if (next != null) {
            next.previousEmpty = previous;
        } else {
            last = previous;
        }
        superslab.previousEmpty = null;
        superslab.nextEmpty = null;
        size--;
    }

    /** The one that came first; null if there is none. */
    Superslab first() {
        return first;
    }

    int size() {
        return size;
    }

    /** What of them is committed, in bytes. */
    long committedBytes() {
        long bytes = 0;
        for (Superslab superslab = first; superslab != null; superslab = superslab.nextEmpty) {
            bytes += superslab.committedBytes();
        }
        return bytes;
    }
}
