/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench;

import io.github.acealloc.AceStats;
import io.github.acealloc.netty.AceByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import java.util.Map;

/** How many heaps ACE made for its threads, and how often a thread took over that of one that ended. */
public final class AceHeaps {
    private AceHeaps() {}

    /** Returns the figures of direct memory; nothing for other allocators. */
    public static Map<Metric, Double> of(ByteBufAllocator allocator) {
        if (!(allocator instanceof AceByteBufAllocator ace)) {
            return Map.of();
        }
        AceStats stats = ace.metric().directStats();
        return Map.of(Metric.HEAPS, (double) stats.heaps(), Metric.ADOPTIONS, (double)
                stats.counters().adoptions());
    }
}
