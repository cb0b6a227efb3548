/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.bootstrap;

import io.github.acealloc.netty.AceAllocators;
import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Gives ACE to a server that nobody can edit, by Netty's own way in: with the adapter on the class path and
 * {@code -Dio.netty.bootstrap.extensions=serviceload} each channel that is bootstrapped gets
 * {@link AceAllocators#configured()}, on the server's side and on the client's.
 *
 * <p>Left as they are: channels whose allocator somebody has chosen (it is not one of Netty's two pooled ones), and those of Vert.x,
 * which does not release buffers of other allocators. What does not go through a bootstrap is not reached: Reactor Netty has an option.
 *
 * <p>For any thread. Who was given what is said once, in INFO. Where a setting is wrong that is said once, in WARN, and all channels
 * stay as they are.
 */
public final class AceExtension extends ChannelInitializerExtension {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(AceExtension.class);
    private static final String VERTX = "io.vertx.";

    private final Set<String> told = ConcurrentHashMap.newKeySet();

    /** For Netty's service loader. */
    public AceExtension() {}

    @Override
    public void postInitializeClientChannel(Channel channel) {
        give(channel);
    }

    @Override
    public void postInitializeServerChildChannel(Channel channel) {
        give(channel);
    }

    private void give(Channel channel) {
        ByteBufAllocator was = channel.config().getAllocator();
        String kind = channel.getClass().getName();
        if (!isNettys(was)) {
            tell(kind + " keeps the allocator that was chosen for it: "
                    + was.getClass().getName());
            return;
        }
        if (isOfVertx(channel)) {
            tell(kind + " of Vert.x keeps Netty's allocator: Vert.x would not release another one's buffers");
            return;
        }
        ByteBufAllocator configured = Configured.ALLOCATOR;
        if (configured != null && !configured.equals(was)) {
            channel.config().setAllocator(configured);
            tell(kind + " gets " + configured);
        }
    }

    private void tell(String what) {
        if (!told.contains(what) && told.add(what)) {
            LOGGER.info("{} (said once)", what);
        }
    }

    /** Exactly these classes: what is made of them is somebody's choice. */
    private static boolean isNettys(ByteBufAllocator allocator) {
        Class<?> type = allocator.getClass();
        return type == PooledByteBufAllocator.class || type == AdaptiveByteBufAllocator.class;
    }

    /** Its initializer is in the pipeline by now. */
    private static boolean isOfVertx(Channel channel) {
        for (Map.Entry<String, ChannelHandler> entry : channel.pipeline()) {
            if (entry.getValue().getClass().getName().startsWith(VERTX)) {
                return true;
            }
        }
        return false;
    }

    /** Asked for once, by the first channel. */
    private static final class Configured {
        static final ByteBufAllocator ALLOCATOR = configured();

        private static ByteBufAllocator configured() {
            try {
                return AceAllocators.configured();
            } catch (IllegalArgumentException e) {
                LOGGER.warn("no channel gets ACE-Alloc: {}", e.getMessage());
                return null;
            }
        }
    }
}
