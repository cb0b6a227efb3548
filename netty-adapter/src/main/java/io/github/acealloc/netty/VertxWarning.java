/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Says once that Vert.x 5 must stay on Netty's allocator.
 *
 * <p>Vert.x copies and releases what it receives only where {@code buf.alloc().getClass()} is Netty's own adaptive or pooled class; the
 * buffers of any other allocator go to the user as they are, and nobody releases them. It is looked for by the name of a class file
 * that Vert.x 4 does not have there; no class is loaded.
 */
final class VertxWarning {
    static final String MARK = "io/vertx/core/impl/buffer/VertxByteBufAllocator.class";

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(VertxWarning.class);
    private static final AtomicBoolean SAID = new AtomicBoolean();

    private VertxWarning() {}

    /** Warns if the adapter or the calling thread can see Vert.x and nobody was warned yet. */
    static void check() {
        check(SAID, VertxWarning.class.getClassLoader(), contextClassLoader());
    }

    static void check(AtomicBoolean said, ClassLoader... places) {
        if (!said.get()
                && Arrays.stream(places).distinct().anyMatch(VertxWarning::sees)
                && said.compareAndSet(false, true)) {
            LOGGER.warn(
                    "Vert.x 5 is on the class path: it does not release what it receives in buffers of an allocator"
                            + " that is not Netty's own, so each read would leak. Leave Vert.x on Netty's allocator (which it uses unless a"
                            + " transport of yours sets ChannelOption.ALLOCATOR) and give ACE to the rest; docs/adopt.md tells more.");
        }
    }

    /** A class loader may be anybody's: what it throws is no reason to fail. */
    private static boolean sees(ClassLoader place) {
        try {
            return place != null && place.getResource(MARK) != null;
        } catch (RuntimeException | LinkageError e) {
            LOGGER.debug("Cannot look for Vert.x in {}", place.getClass(), e);
            return false;
        }
    }

    private static ClassLoader contextClassLoader() {
        try {
            return Thread.currentThread().getContextClassLoader();
        } catch (SecurityException e) {
            return null;
        }
    }
}
