/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os.ffm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Access to native memory by address alone: handles over one segment that is the whole address space.
 *
 * <p>Only where native access is enabled. Nothing checks an address here; whoever uses one has checked it.
 */
@SuppressWarnings("restricted") // used only after FfmMemory.isSupported() has found that native access is enabled
public final class FfmAccess {
    private static final MemorySegment EVERYTHING = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private FfmAccess() {}

    /**
     * Makes a handle for values of one type, of which none need be aligned, in big-endian order.
     *
     * @param type {@code byte}, {@code short}, {@code int} or {@code long}
     * @return a handle with one coordinate, the address as a {@code long}
     */
    public static VarHandle handle(Class<?> type) {
        ValueLayout layout = layout(type).withOrder(ByteOrder.BIG_ENDIAN);
        return MethodHandles.insertCoordinates(layout.varHandle(), 0, EVERYTHING);
    }

    private static ValueLayout layout(Class<?> type) {
        if (type == byte.class) {
            return ValueLayout.JAVA_BYTE;
        }
        if (type == short.class) {
            return ValueLayout.JAVA_SHORT_UNALIGNED;
        }
        if (type == int.class) {
            return ValueLayout.JAVA_INT_UNALIGNED;
        }
        if (type == long.class) {
            return ValueLayout.JAVA_LONG_UNALIGNED;
        }
        throw new IllegalArgumentException("type: " + type + " (expected: byte, short, int or long)");
    }
}
