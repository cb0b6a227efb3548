/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.slab.SizeClasses;
import java.util.Arrays;

/**
 * The whole fast path: a stack of free blocks' numbers of one size class, touched by its heap's owner only.
 *
 * <p>It holds numbers, not references: a reference stored into an old array costs the collector's write barrier on
 * every release, an {@code int} costs nothing. The array is as long as the cap, and conditions are written as
 * {@code t >= 0 && t < ids.length}, which compiles to the one comparison that is also the array's bounds check. What does
 * not fit in a line here turns off into {@link ThreadHeap#refill} and {@link ThreadHeap#spill}.
 */
public final class HotCache {
    private static final String NOT_OWNER = "a hot cache was touched by a thread that does not own its heap";
    private static final int SAMPLE_BYTES = 512 << 10;
    private static final int MAX_MEAN_SPAN = 128;

    private final ThreadHeap heap;
    private final int sizeClass;
    private int[] ids;
    private int top;

    /** Allocations up to the next sample, of {@link #span} from the last one. */
    private int untilSample;

    private int span;
    private long sampledSpans;

    HotCache(ThreadHeap heap, int sizeClass, int cap) {
        this.heap = heap;
        this.sizeClass = sizeClass;
        ids = new int[cap];
        span = 1;
    }

    /**
     * Takes a block: the one released last, or one from a refill.
     *
     * @return its number; the object is {@link ThreadHeap#block}
     * @throws OutOfMemoryError if the limit is reached and trimming did not help
     */
    public int pop() {
        assert heap.isOwner() : NOT_OWNER;
        int t = top - 1;
        int[] ids = this.ids;
        if (t >= 0 && t < ids.length) {
            top = t;
            return ids[t];
        }
        return heap.refill(this);
    }

    /**
     * Counts an allocation down: a few are picked to be looked at (leaks now, lifetimes later), about one in 128 and at
     * least one per 512 KiB.
     *
     * @return whether this one is picked; then call {@link #restartSampling} or {@link #sampleEach}
     */
    public boolean isSampleDue() {
        return --untilSample < 0;
    }

    /** Counts an allocation that is not to be looked at: one that moves a live buffer. */
    public void countMove() {
        untilSample--;
    }

    /** Starts the way to the next sample: a random length around the class's mean. */
    public void restartSampling() {
        startSpan(1 + heap.dice().roll(2 * meanSpan(sizeClass) - 1));
    }

    /** Makes every allocation a sample until {@link #restartSampling}. */
    public void sampleEach() {
        startSpan(1);
    }

    private void startSpan(int length) {
        sampledSpans += span - 1 - untilSample;
        span = length;
        untilSample = length - 1;
    }

    static int meanSpan(int sizeClass) {
        return Math.min(Math.max(SAMPLE_BYTES / SizeClasses.blockBytes(sizeClass), 1), MAX_MEAN_SPAN);
    }

    /** How many allocations were served so far: all the spans between samples, and the begun one. */
    long allocations() {
        return sampledSpans + span - 1 - untilSample;
    }

    /**
     * Puts a released block back, and spills if the cap is reached.
     *
     * @param id the block's number
     */
    public void push(int id) {
        assert heap.isOwner() : NOT_OWNER;
        int t = top;
        int[] ids = this.ids;
        if (t >= 0 && t < ids.length) {
            ids[t] = id;
            top = t + 1;
        } else {
            heap.spill(this, id);
        }
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
