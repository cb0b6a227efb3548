/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.slab.Block;
import io.github.acealloc.slab.RemoteBits;
import io.github.acealloc.slab.Slab;
import io.github.acealloc.slab.Superslab;
import java.util.concurrent.atomic.AtomicReference;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;

/**
 * The way home for blocks released by threads that do not own the heap: any thread offers, the owner drains.
 *
 * <p>A queue of fixed capacity, and where that is full a bit in the block's slab, which goes onto a stack with its first bit. So an
 * offer neither fails nor makes an object, however long the owner is away, and afterwards there is nothing that would have to
 * shrink. The owner takes the stack as a whole, so nothing can come back on top of a stack that somebody has read (the ABA problem).
 *
 * <p>The queue is short at first. If that was too short, the owner makes a long one when it allocates, where objects may be made, and
 * goes on draining the short one for those that still offer there.
 *
 * <p>All offers are releases, and the drain is the matching acquire: whatever the releasing thread did to the block
 * (contents, exchanged bindings) is visible to the owner that hands it out again. They are also full fences (a
 * compare-and-set), on which {@link ThreadHeap#settle} relies.
 */
final class RemoteFrees {
    /** How many blocks wait in the queue before bits are set, which take longer: two refills take as many in. */
    static final int CAPACITY = 2048;

    /** The same of a heap to which few blocks come. */
    static final int FIRST_CAPACITY = 64;

    static {
        rehearse();
    }

    private volatile MessagePassingQueue<Block> queue;

    /** The short queue after it was replaced; null before. Written before {@code queue}, and read after it. */
    private MessagePassingQueue<Block> shortQueue;

    /** Whether bits have been set while the queue was short. */
    private boolean overrun;

    /** Any thread pushes by compare-and-set, the owner takes all by an exchange. */
    private final AtomicReference<RemoteBits> stack = new AtomicReference<>();

    /** What was taken from the stack and is still to be drained; owner only, read racily by others. */
    private RemoteBits taken;

    private final int heap;

    /**
     * Has the JVM link all that the queue calls, which makes objects. A release that is the first of all might meet a full Java heap, and
     * an offer that ended half-way would hold up all that follow.
     */
    private static void rehearse() {
        MessagePassingQueue<Object> queue = new MpscVarHandleArrayQueue<>(FIRST_CAPACITY);
        for (int i = 0; i <= FIRST_CAPACITY; i++) { // the last one finds it full
            queue.offer(queue);
        }
        queue.drain(element -> {}, queue.size());
        assert queue.isEmpty();
    }

    /** Nothing on its way to the heap with this number. */
    RemoteFrees(int heap) {
        this(heap, new MpscVarHandleArrayQueue<>(FIRST_CAPACITY));
    }

    /** With another queue, for tests. */
    RemoteFrees(int heap, MessagePassingQueue<Block> queue) {
        this.heap = heap;
        this.queue = queue;
    }

    /**
     * Sends a block home; for any thread.
     *
     * @param block released by the calling thread
     * @return whether it is on its way here; if not, two threads released it at the same time, see {@link Block#arrive}
     */
    boolean offer(Block block) {
        return queue.offer(block) || offerBit(block, block.slab());
    }

    /** Who released a block in a race may see any binding: of another heap, or half of one and half of another. */
    @SuppressWarnings("ReferenceEquality") // identity is the question
    private boolean offerBit(Block block, Slab slab) {
        int slot = slab.slot(block.blockId());
        Superslab superslab = slab.superslab();
        Block bound = slot >= 0 && slot < slab.capacity() ? slab.block(slot) : null;
        if (bound == null || superslab == null || !superslab.isOwnedBy(heap)) {
            return false;
        }
        if (bound != block) {
            bound.depart(); // a handle was released; the owner finds the bound object by the bit
        }
        if (slab.remote().offer(slot)) {
            push(slab.remote());
        }
        return true;
    }

    /** Makes the queue long, if it was too short and there is Java heap for that. Owner only, where objects may be made. */
    void fit() {
        if (overrun && shortQueue == null) {
            try {
                lengthen(new MpscVarHandleArrayQueue<>(CAPACITY));
            } catch (OutOfMemoryError ignored) {
                // Bits do, too; the next refill tries again.
            }
        }
    }

    void lengthen(MessagePassingQueue<Block> longQueue) {
        shortQueue = queue;
        queue = longQueue;
    }

    private void push(RemoteBits bits) {
        RemoteBits top;
        do {
            top = stack.get();
            bits.below(top);
        } while (!stack.compareAndSet(top, bits));
    }

    /**
     * Takes in blocks, some of the queue and some of the stack. Owner only.
     *
     * @param consumer gets each
     * @return how many there were, {@code limit} at most
     */
    int drain(MessagePassingQueue.Consumer<Block> consumer, int limit) {
        int n = shortQueue == null ? 0 : shortQueue.drain(consumer, Math.min(limit, FIRST_CAPACITY));
        n += queue.drain(consumer, Math.min(limit - n, CAPACITY));
        while (n < limit && (taken != null || stack.getPlain() != null)) {
            if (taken == null) {
                taken = stack.getAndSet(null);
                overrun = true;
            }
            RemoteBits bits = taken;
            n += drain(bits, consumer, limit - n);
            if (n < limit) {
                taken = bits.below();
                bits.unlink();
                try {
                    n += drain(bits, consumer, limit - n); // what came before they could be linked again
                } finally {
                    if (bits.relinks()) { // what was above the limit, or came after a block that failed
                        push(bits);
                    }
                }
            }
        }
        return n;
    }

    private static int drain(RemoteBits bits, MessagePassingQueue.Consumer<Block> consumer, int limit) {
        int n = 0;
        for (int word = 0; word < bits.words() && n < limit; word++) {
            long left = bits.word(word);
            long done = 0;
            try {
                for (; left != 0 && n < limit; left &= left - 1, n++) {
                    done |= Long.lowestOneBit(left);
                    Block block = bits.slab().block(word * Long.SIZE + Long.numberOfTrailingZeros(left));
                    if (block != null) { // else it was released twice at once: it is home and forgotten
                        consumer.accept(block);
                    }
                }
            } finally {
                if (done != 0) {
                    bits.clear(word, done);
                }
            }
        }
        return n;
    }

    /** Exact for the owner; others may be a moment late. */
    boolean isEmpty() {
        return queue.isEmpty() && isShortQueueEmpty() && stack.get() == null && taken == null;
    }

    private boolean isShortQueueEmpty() {
        MessagePassingQueue<Block> shortQueue = this.shortQueue;
        return shortQueue == null || shortQueue.isEmpty();
    }

    /** How many wait in the queue; those in slabs are {@link RemoteBits#count counted} there. */
    int queued() {
        int n = queue.size();
        MessagePassingQueue<Block> shortQueue = this.shortQueue;
        return shortQueue == null ? n : n + shortQueue.size();
    }
}
