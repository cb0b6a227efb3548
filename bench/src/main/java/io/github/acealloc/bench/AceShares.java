/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench;

import io.github.acealloc.AceStats;
import io.github.acealloc.netty.AceByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import java.util.EnumMap;
import java.util.Map;

/** Where ACE served its allocations from, in percent; nothing for other allocators. */
public final class AceShares {
    private static final int PERCENT = 100;

    private AceShares() {}

    /** Returns the shares that are known; a rate without any event behind it is left out. */
    public static Map<Metric, Double> of(ByteBufAllocator allocator) {
        Map<Metric, Double> shares = new EnumMap<>(Metric.class);
        if (allocator instanceof AceByteBufAllocator ace) {
            AceStats stats = ace.stats();
            shares.put(Metric.HOT, stats.hotShare() * PERCENT);
            shares.put(Metric.WARM, stats.warmShare() * PERCENT);
            shares.put(Metric.COLD, stats.coldShare() * PERCENT);
            shares.put(Metric.REMOTE, stats.remoteShare() * PERCENT);
            shares.put(Metric.WARM_POOL_HITS, stats.warmPoolHitRate() * PERCENT);
            shares.values().removeIf(share -> share.isNaN());
        }
        return shares;
    }
}
