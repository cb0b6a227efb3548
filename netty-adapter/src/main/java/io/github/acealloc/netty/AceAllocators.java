/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.AceConfig;
import io.github.acealloc.netty.Face.Parts;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.LinkedHashMap;
import java.util.Map;

/** The allocators of the JVM: the one that the system property {@code acealloc.allocator} names, and all there are. */
public final class AceAllocators {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(AceAllocators.class);

    private AceAllocators() {}

    /**
     * The allocator named by {@code -Dacealloc.allocator}: {@code ace} (the default), {@code pooled}, {@code adaptive}
     * or {@code unpooled}. Meant for {@code bootstrap.childOption(ChannelOption.ALLOCATOR, AceAllocators.configured())};
     * what it is is said in one INFO line: for ACE when the allocator is made, for the others each time.
     *
     * @return the same allocator each time the property is the same
     * @throws IllegalArgumentException if a setting is wrong; the text names it and lists what is valid
     */
    public static ByteBufAllocator configured() {
        AceConfig config = AceConfig.fromSystemProperties();
        ByteBufAllocator allocator = named(config.allocator());
        if (config.allocator() != AceConfig.AllocatorName.ACE) {
            LOGGER.info("Allocator {}: {}; {}", config.allocator(), allocator, config.changes());
        }
        return allocator;
    }

    /**
     * The metrics of all allocators of this kind that are open, or whose memory is not all back. Makes none.
     *
     * <p>The agent's command line finds this method by its name.
     *
     * @return by {@link AceByteBufAllocator#name}, in the order in which they were made
     */
    public static Map<String, AceAllocatorMetric> metrics() {
        Map<String, AceAllocatorMetric> metrics = new LinkedHashMap<>();
        for (Parts parts : Face.all()) {
            metrics.put(parts.figures().name(), parts.metric());
        }
        return metrics;
    }

    private static ByteBufAllocator named(AceConfig.AllocatorName name) {
        return switch (name) {
            case ACE -> AceByteBufAllocator.DEFAULT;
            case POOLED -> PooledByteBufAllocator.DEFAULT;
            case ADAPTIVE -> AdaptiveHolder.ADAPTIVE;
            case UNPOOLED -> UnpooledByteBufAllocator.DEFAULT;
        };
    }

    /** Netty 4.1 has no shared adaptive allocator; this one is made when first asked for. */
    private static final class AdaptiveHolder {
        static final ByteBufAllocator ADAPTIVE = new AdaptiveByteBufAllocator();
    }
}
