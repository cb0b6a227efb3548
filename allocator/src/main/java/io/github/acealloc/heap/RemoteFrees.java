/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.slab.Block;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.varhandle.MpscGrowableVarHandleArrayQueue;

/**
 * The way home for blocks released by threads that do not own the heap: any thread offers, the owner drains.
 *
 * <p>The queue's offer is a release and its drain the matching acquire: whatever the releasing thread did to the block
 * (contents, exchanged bindings) is visible to the owner that hands it out again. It never holds more than what was
 * live, because a block must be live to be released, and doubles until that fits: in the steady state it allocates
 * nothing, where a queue of fixed chunks would link a new one whenever the backlog is longer than a chunk.
 */
final class RemoteFrees {
    private static final int INITIAL_CAPACITY = 256;
    private static final int MAX_CAPACITY = 1 << 30;

    private final MessagePassingQueue<Block> queue =
            new MpscGrowableVarHandleArrayQueue<>(INITIAL_CAPACITY, MAX_CAPACITY);

    void offer(Block block) {
        if (!queue.offer(block)) {
            throw new IllegalStateException("more than " + MAX_CAPACITY + " blocks wait in one remote queue");
        }
    }

    /** Owner only. */
    int drain(MessagePassingQueue.Consumer<Block> consumer, int limit) {
        return queue.drain(consumer, limit);
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    int size() {
        return queue.size();
    }
}
