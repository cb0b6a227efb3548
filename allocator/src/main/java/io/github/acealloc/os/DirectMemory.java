/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.Buffer;
import java.nio.ByteBuffer;

/**
 * Memory from direct buffers, the source that works on every JDK.
 *
 * <p>It counts against the JVM's {@code -XX:MaxDirectMemorySize}. Memory is given back at once through
 * {@code Unsafe.invokeCleaner}, which JDK 9 and later offer for exactly this and which is not among the memory access
 * methods being removed; where it is missing, the garbage collector gives it back later.
 */
public final class DirectMemory implements OsMemory {
    private static final MethodHandle CLEAN = findCleaner();
    private static final int FEATURE_WITH_SEGMENTS = 22;

    @Override
    public Region reserve(int bytes) {
        ByteBuffer origin = ByteBuffer.allocateDirect(Math.addExact(bytes, ALIGNMENT - 1));
        ByteBuffer aligned = origin.alignedSlice(ALIGNMENT).slice(0, bytes);
        return Region.direct(aligned, origin, address(aligned));
    }

    @Override
    public void release(Region region) {
        if (CLEAN == null) {
            return;
        }
        try {
            CLEAN.invokeExact((ByteBuffer) region.origin());
        } catch (Throwable e) {
            throw new IllegalStateException("direct memory of " + region.bytes() + " bytes could not be freed", e);
        }
    }

    @Override
    public boolean isDirect() {
        return true;
    }

    /** Java 22 and later tell the address of a direct buffer without any special access. */
    private static long address(ByteBuffer buffer) {
        if (Runtime.version().feature() < FEATURE_WITH_SEGMENTS) {
            return 0;
        }
        try {
            Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
            Object ofBuffer = segment.getMethod("ofBuffer", Buffer.class).invoke(null, buffer);
            return (long) segment.getMethod("address").invoke(ofBuffer);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("Java " + Runtime.version() + " has no MemorySegment.ofBuffer", e);
        }
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
