/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.netty.watch.JdkOnly;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * Has allocators do their last things when the JVM ends. Holds them weakly.
 *
 * <p>The JVM holds a shutdown hook until it ends, so that is made of {@linkplain JdkOnly the JDK's classes alone}, and by a thread on
 * whose stack is nobody.
 */
final class AtExit {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(AtExit.class);

    private static final Set<AceByteBufAllocator> WATCHED =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    /** Held here and by nobody else. */
    private static final Runnable LAST_THINGS = AtExit::run;

    private static boolean hooked;

    private AtExit() {}

    static synchronized void watch(AceByteBufAllocator allocator) {
        WATCHED.add(allocator);
        if (hooked) {
            return;
        }
        hooked = true;
        try {
            hook(LAST_THINGS);
        } catch (IllegalStateException ignored) {
            // The JVM is ending already: there will be nothing to tell.
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOGGER.warn("Nothing will be printed or written when the JVM ends", e);
        }
    }

    private static void hook(Runnable lastThings) throws ReflectiveOperationException {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        MethodHandle newThread = lookup.findConstructor(
                Thread.class,
                MethodType.methodType(
                        void.class, ThreadGroup.class, Runnable.class, String.class, long.class, boolean.class));
        MethodHandle addHook = lookup.findVirtual(
                        Runtime.class, "addShutdownHook", MethodType.methodType(void.class, Thread.class))
                .bindTo(Runtime.getRuntime());
        MethodHandle make = MethodHandles.insertArguments(
                newThread, 0, null, JdkOnly.runIfThere(lastThings), "acealloc-exit", 0L, false);
        JdkOnly.onNobodysStack(MethodHandles.collectArguments(addHook, 0, make));
    }

    private static void run() {
        synchronized (WATCHED) {
            WATCHED.forEach(AceByteBufAllocator::atExit);
        }
    }
}
