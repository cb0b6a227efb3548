/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.os.DirectMemory;
import io.netty.util.internal.PlatformDependent;
import java.lang.invoke.VarHandle;

/**
 * Reads and writes native memory by address, in big-endian order: with {@code Unsafe} where Netty may use it, else with
 * handles over the whole address space where the JVM was given native access.
 *
 * <p>Which of the two is a constant of the JVM, so compiled code has one. Callers have checked the index.
 */
final class NativeBytes {
    private static final boolean UNSAFE = PlatformDependent.hasUnsafe() && PlatformDependent.isUnaligned();
    private static final boolean SWAP = !PlatformDependent.BIG_ENDIAN_NATIVE_ORDER;
    private static final VarHandle BYTE = UNSAFE ? null : DirectMemory.access(byte.class);
    private static final VarHandle SHORT = UNSAFE ? null : DirectMemory.access(short.class);
    private static final VarHandle INT = UNSAFE ? null : DirectMemory.access(int.class);
    private static final VarHandle LONG = UNSAFE ? null : DirectMemory.access(long.class);

    /** Whether this JVM lets us do that; if not, no method of this class may be called. */
    static final boolean AVAILABLE = UNSAFE || BYTE != null;

    /** Whether it is Netty's {@code Unsafe} that does it. */
    static final boolean IS_UNSAFE = UNSAFE;

    /**
     * A mask that changes no address. The handles check that an address is not negative; compiled code that sees the
     * mask knows it.
     */
    static final long ADDRESSES = Long.MAX_VALUE >>> 1;

    private NativeBytes() {}

    static byte getByte(long address) {
        return UNSAFE ? PlatformDependent.getByte(address) : (byte) BYTE.get(address);
    }

    static short getShort(long address) {
        if (UNSAFE) {
            short value = PlatformDependent.getShort(address);
            return SWAP ? Short.reverseBytes(value) : value;
        }
        return (short) SHORT.get(address);
    }

    static int getInt(long address) {
        if (UNSAFE) {
            int value = PlatformDependent.getInt(address);
            return SWAP ? Integer.reverseBytes(value) : value;
        }
        return (int) INT.get(address);
    }

    static long getLong(long address) {
        if (UNSAFE) {
            long value = PlatformDependent.getLong(address);
            return SWAP ? Long.reverseBytes(value) : value;
        }
        return (long) LONG.get(address);
    }

    static void setByte(long address, byte value) {
        if (UNSAFE) {
            PlatformDependent.putByte(address, value);
        } else {
            BYTE.set(address, value);
        }
    }

    static void setShort(long address, short value) {
        if (UNSAFE) {
            PlatformDependent.putShort(address, SWAP ? Short.reverseBytes(value) : value);
        } else {
            SHORT.set(address, value);
        }
    }

    static void setInt(long address, int value) {
        if (UNSAFE) {
            PlatformDependent.putInt(address, SWAP ? Integer.reverseBytes(value) : value);
        } else {
            INT.set(address, value);
        }
    }

    static void setLong(long address, long value) {
        if (UNSAFE) {
            PlatformDependent.putLong(address, SWAP ? Long.reverseBytes(value) : value);
        } else {
            LONG.set(address, value);
        }
    }
}
