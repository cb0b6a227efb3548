/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os.ffm;

import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/**
 * Direct memory straight from the system by {@code mmap}: pages exist only once they are touched, and go back at once.
 *
 * <p>Linux only, and only where the JVM was given native access. Segments have global scope, so that access pays for no
 * lifetime check and giving back stops nobody. This memory does not count against {@code -XX:MaxDirectMemorySize}.
 */
@SuppressWarnings("restricted") // used only after isSupported() has found that native access is enabled
public final class FfmMemory implements OsMemory {
    private static final int PROT_READ_WRITE = 0x1 | 0x2;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x02 | 0x20;
    private static final int NO_FILE = -1;
    private static final long MAP_FAILED = -1;

    /**
     * How far into its first page a region begins: one cache line. A block that fills whole pages then ends a little way
     * into the next one, which is there once the block is written. Without this the next page may be one that nobody
     * has touched; copying a block out reads ahead of itself, and the processor asks the page table for that page each
     * time, in vain (140 ns instead of 8 for 1 KiB).
     */
    private static final int SHIFT = ALIGNMENT;

    private final MethodHandle mmap;
    private final MethodHandle munmap;

    /** A source that has given out nothing yet. */
    public FfmMemory() {
        Linker linker = Linker.nativeLinker();
        mmap = linker.downcallHandle(
                linker.defaultLookup().find("mmap").orElseThrow(),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG));
        munmap = linker.downcallHandle(
                linker.defaultLookup().find("munmap").orElseThrow(),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    }

    /**
     * Whether this JVM can use it without printing a warning.
     *
     * @return {@code true} on 64-bit Linux with native access enabled for this class
     */
    public static boolean isSupported() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")
                && ValueLayout.ADDRESS.byteSize() == Long.BYTES
                && FfmMemory.class.getModule().isNativeAccessEnabled();
    }

    @Override
    public Region reserve(int bytes) {
        long address;
        try {
            address = (long) mmap.invokeExact(0L, mapped(bytes), PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, NO_FILE, 0L);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("mmap of " + bytes + " bytes", e);
        }
        if (address == MAP_FAILED) {
            throw new OutOfMemoryError("mmap of " + bytes + " bytes was refused by the system");
        }
        long start = address + SHIFT;
        try {
            return Region.direct(
                    MemorySegment.ofAddress(start).reinterpret(bytes).asByteBuffer(), null, start);
        } catch (Throwable e) {
            unmap(start, bytes);
            throw e;
        }
    }

    @Override
    public void release(Region region) {
        unmap(region.address(), region.bytes());
    }

    private void unmap(long start, int bytes) {
        int result;
        try {
            result = (int) munmap.invokeExact(start - SHIFT, mapped(bytes));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("munmap of " + bytes + " bytes", e);
        }
        if (result != 0) {
            throw new IllegalStateException(
                    "munmap of " + bytes + " bytes at 0x" + Long.toHexString(start) + " was refused by the system");
        }
    }

    /** The address space of a region: a page more than its bytes, of which one line is used. */
    private static long mapped(int bytes) {
        return (long) bytes + PAGE;
    }

    @Override
    public boolean isDirect() {
        return true;
    }
}
