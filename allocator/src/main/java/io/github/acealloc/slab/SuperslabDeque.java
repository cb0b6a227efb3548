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
            first = polled.nextEmpty;
            polled.nextEmpty = null;
            if (first != null) {
                first.previousEmpty = null;
            } else {
                last = null;
            }
            size--;
        }
        return polled;
    }

    /** Takes the one that came last; null if there is none. */
    Superslab pollLast() {
        Superslab polled = last;
        if (polled != null) {
            last = polled.previousEmpty;
            polled.previousEmpty = null;
            if (last != null) {
                last.nextEmpty = null;
            } else {
                first = null;
            }
            size--;
        }
        return polled;
    }

    /** The one that came first; null if there is none. */
    Superslab first() {
        return first;
    }

    int size() {
        return size;
    }

    /** What was given back of their pages before they became empty, in bytes. */
    long purgedBytes() {
        long bytes = 0;
        for (Superslab superslab = first; superslab != null; superslab = superslab.nextEmpty) {
            bytes += superslab.purgedBytes();
        }
        return bytes;
    }
}
