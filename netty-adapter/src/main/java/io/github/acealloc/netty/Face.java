/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.netty.watch.Watch;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The allocator as its user sees it, found from what he does not see: its pools, which buffers and event loops hold.
 *
 * <p>It is held weakly. So it is seen when the user has dropped the allocator, though loops that have used it live on; what is free
 * then goes back at once. A buffer that lives longer than the object it came from may still be asked for its allocator, and gets
 * another object for the same pools: as the first one was collected, nobody can tell them apart.
 */
final class Face {
    /** What an allocator consists of. */
    record Parts(
            Limits limits,
            BufferPool direct,
            BufferPool heap,
            AceAllocatorMetric metric,
            Optional<PolicyKeeper> keeper,
            boolean printsStatsAtExit,
            Figures figures,
            Watch watch,
            AtomicBoolean closed) {

        private boolean isInUse() {
            return !closed.get() || metric.usedDirectMemory() + metric.usedHeapMemory() > 0;
        }
    }

    /** All that anybody holds, with the order in which they were made. Guarded by its own lock. */
    private static final Map<Face, Integer> ALL = new WeakHashMap<>();

    private static int made;

    private Parts parts;
    private volatile WeakReference<AceByteBufAllocator> seen;

    /** Whether the last things of what was dropped are done. For the governor's thread. */
    private boolean done;

    /** Shows an allocator for the first time, before it hands out anything. */
    void show(AceByteBufAllocator allocator, Parts parts) {
        this.parts = parts;
        seen = new WeakReference<>(allocator);
        synchronized (ALL) {
            ALL.put(this, made++);
        }
    }

    /** The parts of all allocators that are open, or whose memory is not all back, in the order in which they were made. */
    static List<Parts> all() {
        synchronized (ALL) {
            return ALL.entrySet().stream()
                    .sorted(Map.Entry.comparingByValue())
                    .map(entry -> entry.getKey().parts)
                    .filter(Parts::isInUse)
                    .toList();
        }
    }

    /** The allocator. */
    AceByteBufAllocator allocator() {
        AceByteBufAllocator allocator = seen.get();
        return allocator != null ? allocator : again();
    }

    private synchronized AceByteBufAllocator again() {
        AceByteBufAllocator allocator = seen.get();
        if (allocator == null) {
            allocator = new AceByteBufAllocator(parts);
            seen = new WeakReference<>(allocator);
        }
        return allocator;
    }

    /** Has tools find what the allocator shows, if there are any by now. For the governor's thread, which comes by now and then. */
    void look() {
        if (seen != null) {
            parts.watch.look();
        }
    }

    /** Whether nobody has the allocator any more. What it would do when the JVM ends it does the first time that this is seen. */
    boolean isDropped() {
        WeakReference<AceByteBufAllocator> last = seen;
        boolean dropped = last != null && last.get() == null;
        if (dropped && !done && !parts.closed.get()) {
            done = true;
            AceByteBufAllocator.lastThings(parts);
        }
        return dropped;
    }
}
