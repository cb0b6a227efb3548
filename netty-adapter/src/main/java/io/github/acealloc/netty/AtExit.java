/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.Collections;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ForkJoinPool;

/**
 * Has allocators do their last things when the JVM ends. Holds them weakly.
 *
 * <p><b>The hook.</b> The JVM holds a shutdown hook until it ends, and with it the class of what runs there and that class's loader:
 * a redeployed application would stay for ever. So the hook consists of the JDK's own classes alone: method handles that look into a
 * weak reference and run what is still there. Up to Java 23 a new thread also remembers the classes on the stack of its maker, so a
 * worker of a {@code ForkJoinPool} makes it, on whose stack is nobody.
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
            hook(new WeakReference<>(LAST_THINGS));
        } catch (IllegalStateException ignored) {
            // The JVM is ending already: there will be nothing to tell.
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOGGER.warn("Nothing will be printed or written when the JVM ends", e);
        }
    }

    private static void hook(WeakReference<Runnable> lastThings) throws ReflectiveOperationException {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        MethodHandle get = lookup.findVirtual(Reference.class, "get", MethodType.methodType(Object.class))
                .bindTo(lastThings)
                .asType(MethodType.methodType(Runnable.class));
        MethodHandle isThere = lookup.findStatic(
                        Objects.class, "nonNull", MethodType.methodType(boolean.class, Object.class))
                .asType(MethodType.methodType(boolean.class, Runnable.class));
        MethodHandle run = lookup.findVirtual(Runnable.class, "run", MethodType.methodType(void.class));
        MethodHandle runIfThere = MethodHandles.guardWithTest(isThere, run, MethodHandles.empty(run.type()));
        Runnable hook = runnable(MethodHandles.collectArguments(runIfThere, 0, get));

        MethodHandle newThread = lookup.findConstructor(
                Thread.class,
                MethodType.methodType(
                        void.class, ThreadGroup.class, Runnable.class, String.class, long.class, boolean.class));
        MethodHandle addHook = lookup.findVirtual(
                        Runtime.class, "addShutdownHook", MethodType.methodType(void.class, Thread.class))
                .bindTo(Runtime.getRuntime());
        MethodHandle make = MethodHandles.insertArguments(newThread, 0, null, hook, "acealloc-exit", 0L, false);
        ForkJoinPool nobody = new ForkJoinPool(1);
        try {
            nobody.submit(runnable(MethodHandles.collectArguments(addHook, 0, make)))
                    .join();
        } finally {
            nobody.shutdown();
        }
    }

    /** A {@code Runnable} of the JDK's own making; on Java 17 its class is made for the context class loader, which is not to be ours. */
    private static Runnable runnable(MethodHandle target) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(null);
        try {
            return MethodHandleProxies.asInterfaceInstance(Runnable.class, target);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static void run() {
        synchronized (WATCHED) {
            WATCHED.forEach(AceByteBufAllocator::atExit);
        }
    }
}
