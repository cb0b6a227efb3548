/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;

/**
 * Memory from direct buffers, the source for Java 17 to 23.
 *
 * <p>It counts against the JVM's {@code -XX:MaxDirectMemorySize}. Memory is given back at once through
 * {@code Unsafe.invokeCleaner}, which these versions offer for exactly this; where it is missing, the garbage collector
 * gives it back later.
 */
public final class DirectMemory implements OsMemory {
    private static final int FEATURE_WITH_NATIVE_ACCESS = 22;

    /** From here on {@code Unsafe.invokeCleaner} prints a warning, and arenas serve instead. */
    private static final int FEATURE_WITH_ARENAS = 24;

    private static final String FFM = "io.github.acealloc.os.ffm.";

    private final MethodHandle clean = findCleaner();

    /** Native memory where the JVM lets us, else arenas, else direct buffers. */
    static OsMemory best() {
        int feature = Runtime.version().feature();
        try {
            OsMemory mapped = feature >= FEATURE_WITH_NATIVE_ACCESS && isNativeAccessEnabled() ? mapped() : null;
            if (mapped != null) {
                return mapped;
            }
            return feature < FEATURE_WITH_ARENAS
                    ? new DirectMemory()
                    : load("ArenaMemory").getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(FFM + " cannot be used; is the jar complete?", e);
        }
    }

    /**
     * A handle for reading and writing native memory by address, big-endian, unaligned.
     *
     * @param type {@code byte}, {@code short}, {@code int} or {@code long}
     * @return a handle with one coordinate, the address as a {@code long}; {@code null} where native access is not
     *     enabled
     */
    public static VarHandle access(Class<?> type) {
        if (Runtime.version().feature() < FEATURE_WITH_NATIVE_ACCESS) {
            return null;
        }
        try {
            return isNativeAccessEnabled()
                    ? (VarHandle) Class.forName(FFM + "FfmAccess")
                            .getMethod("handle", Class.class)
                            .invoke(null, type)
                    : null;
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(FFM + " cannot be used; is the jar complete?", e);
        }
    }

    /** Memory from {@code mmap}; {@code null} on a system whose C library cannot be called. */
    private static OsMemory mapped() throws ReflectiveOperationException {
        try {
            return load("FfmMemory").getConstructor().newInstance();
        } catch (InvocationTargetException e) {
            return null;
        }
    }

    private static boolean isNativeAccessEnabled() throws ReflectiveOperationException {
        return (boolean) load("FfmMemory").getMethod("isSupported").invoke(null);
    }

    private static Class<? extends OsMemory> load(String name) throws ClassNotFoundException {
        return Class.forName(FFM + name).asSubclass(OsMemory.class);
    }

    @Override
    public Region reserve(int bytes) {
        if (bytes > Integer.MAX_VALUE - ALIGNMENT) {
            throw new OutOfMemoryError(
                    "bytes: " + bytes + " (expected: at most " + (Integer.MAX_VALUE - ALIGNMENT) + ")");
        }
        ByteBuffer origin = ByteBuffer.allocateDirect(bytes + ALIGNMENT - 1);
        int skipped = -origin.alignmentOffset(0, ALIGNMENT) & (ALIGNMENT - 1);
        return Region.direct(origin.slice(skipped, bytes), origin, 0);
    }

    @Override
    public void release(Region region) {
        if (clean == null) {
            return;
        }
        try {
            clean.invokeExact((ByteBuffer) region.origin());
        } catch (Throwable e) {
            throw new IllegalStateException("direct memory of " + region.bytes() + " bytes could not be freed", e);
        }
    }

    @Override
    public boolean isDirect() {
        return true;
    }

    private static MethodHandle findCleaner() {
        try {
            Class<?> unsafe = Class.forName("sun.misc.Unsafe");
            Field theUnsafe = unsafe.getDeclaredField("theUnsafe");
            theUnsafe.setAccessible(true);
            return MethodHandles.lookup()
                    .findVirtual(unsafe, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
                    .bindTo(theUnsafe.get(null));
        } catch (ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }
}
