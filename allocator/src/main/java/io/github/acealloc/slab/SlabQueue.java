/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

/**
 * A doubly linked list of slabs through the slabs themselves. A slab is in one queue at most. Owner only.
 */
public final class SlabQueue {
    private Slab head;
    private Slab tail;
    private int size;

    /**
     * Puts a slab first.
     *
     * @param slab in no queue
     */
    public void push(Slab slab) {
        assert slab.queue == null : slab + " is in a queue already";
        slab.queue = this;
        slab.next = head;
        if (head != null) {
            head.previous = slab;
        } else {
            tail = slab;
        }
        head = slab;
        size++;
    }

    /**
     * Puts a slab last.
     *
     * @param slab in no queue
     */
    public void append(Slab slab) {
        assert slab.queue == null : slab + " is in a queue already";
        slab.queue = this;
        slab.previous = tail;
        if (tail != null) {
            tail.next = slab;
        } else {
            head = slab;
        }
        tail = slab;
        size++;
    }

    /**
     * Takes a slab out.
     *
     * @param slab in this queue
     */
    public void remove(Slab slab) {
        assert slab.queue == this : slab + " is not in this queue";
        if (slab.previous != null) {
            slab.previous.next = slab.next;
        } else {
            head = slab.next;
        }
        if (slab.next != null) {
            slab.next.previous = slab.previous;
        } else {
            tail = slab.previous;
        }
        slab.previous = null;
        slab.next = null;
        slab.queue = null;
        size--;
    }

    /**
     * Whether a slab is in this queue.
     *
     * @param slab any
     * @return {@code true} if it is
     */
    public boolean contains(Slab slab) {
        return slab.queue == this;
    }

    /**
     * The first slab.
     *
     * @return {@code null} if there is none
     */
    public Slab head() {
        return head;
    }

    /**
     * The last slab.
     *
     * @return {@code null} if there is none
     */
    public Slab tail() {
        return tail;
    }

    /**
     * The slab after another.
     *
     * @param slab in this queue
     * @return {@code null} if it is the last
     */
    public Slab after(Slab slab) {
        return slab.next;
    }

    /**
     * The number of slabs.
     *
     * @return at least 0
     */
    public int size() {
        return size;
    }
}
