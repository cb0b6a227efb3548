/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

/**
 * Heaps whose threads have ended, the longest ago first, linked through themselves: a thread that ends makes no object for it.
 *
 * <p>Not for two threads at a time.
 */
final class HeapShelf {
    private ThreadHeap first;
    private ThreadHeap last;
    private int size;

    /** Puts a heap last that lies on no shelf. */
    void add(ThreadHeap heap) {
        if (last != null) {
            last.nextOnShelf = heap;
        } else {
            first = heap;
        }
        last = heap;
        size++;
    }

    /** Takes the first heap; null if there is none. */
    ThreadHeap poll() {
        ThreadHeap polled = first;
        if (polled != null) {
            first = polled.nextOnShelf;
            polled.nextOnShelf = null;
            last = first != null ? last : null;
            size--;
        }
        return polled;
    }

    int size() {
        return size;
    }

    void clear() {
        while (poll() != null) {
            // until none is left
        }
    }
}
