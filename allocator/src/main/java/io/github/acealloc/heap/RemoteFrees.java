/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import io.github.acealloc.slab.Block;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;

/**
 * The way home for blocks released by threads that do not own the heap: any thread offers, the owner drains.
 *
 * <p>The queue's offer is a release and its drain the matching acquire: whatever the releasing thread did to the block
 * (contents, exchanged bindings) is visible to the owner that hands it out again. It grows in chunks and never holds
 * more than what was live, because a block must be live to be released.
 */
final class RemoteFrees {
    private static final int CHUNK = 1024;

    private final MessagePassingQueue<Block> queue = new MpscUnboundedVarHandleArrayQueue<>(CHUNK);

    void offer(Block block) {
        queue.offer(block);
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
