/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import java.util.Arrays;

/**
 * The whole fast path: a stack of free blocks' numbers of one size class, touched by its heap's owner only.
 *
 * <p>It holds numbers, not references: a reference stored into an old array costs the collector's write barrier on
 * every release, an {@code int} costs nothing. The array is as long as the cap, so that one comparison is both the
 * cap check and the array's bounds check. What does not fit in a line here turns off into {@link ThreadHeap#refill}
 * and {@link ThreadHeap#spill}.
 */
public final class HotCache {
    private final ThreadHeap heap;
    private final int sizeClass;
    private int[] ids;
    private int top;

    HotCache(ThreadHeap heap, int sizeClass, int cap) {
        this.heap = heap;
        this.sizeClass = sizeClass;
        ids = new int[cap];
    }

    /**
     * Takes a block: the one released last, or one from a refill.
     *
     * @return its number; the object is {@link ThreadHeap#block}
     * @throws OutOfMemoryError if the limit is reached and trimming did not help
     */
    public int pop() {
        int t = top - 1;
        if (t < 0) {
            return heap.refill(this);
        }
        top = t;
        return ids[t];
    }

    /**
     * Puts a released block back, and spills if the cap is reached.
     *
     * @param id the block's number
     */
    public void push(int id) {
        int t = top;
        int[] ids = this.ids;
        if (t < ids.length) {
            ids[t] = id;
            top = t + 1;
        } else {
            heap.spill(this, id);
        }
    }

    /**
     * Whether the calling thread may touch this cache.
     *
     * @return {@code true} for the heap's owner
     */
    public boolean isOwner() {
        return heap.isOwner();
    }

    /**
     * The heap it belongs to, for ever.
     *
     * @return the heap
     */
    public ThreadHeap heap() {
        return heap;
    }

    int sizeClass() {
        return sizeClass;
    }

    int size() {
        return top;
    }

    int room() {
        return ids.length - top;
    }

    int id(int i) {
        return ids[i];
    }

    int cap() {
        return ids.length;
    }

    /** Moves the cap; the caller has made sure that no more blocks than that are in. */
    void cap(int cap) {
        assert top <= cap : "top: " + top + " (expected: <= cap: " + cap + ")";
        ids = Arrays.copyOf(ids, cap);
    }

    /** Forgets the {@code n} blocks that have lain here longest; the caller has given them back. */
    void dropOldest(int n) {
        System.arraycopy(ids, n, ids, 0, top - n);
        top -= n;
    }
}
