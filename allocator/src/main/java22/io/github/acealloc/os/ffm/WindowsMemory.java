/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os.ffm;

import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/**
 * Direct memory straight from Windows by {@code VirtualAlloc}. <b>Compiled, but never run so far</b>: whoever runs it first
 * should hold it against {@code MemorySourcesTest}.
 *
 * <p>Only where the JVM was given native access. Regions are aligned to 64 KiB, whatever is wished; there are no huge pages.
 */
@SuppressWarnings("restricted") // used only after isSupported() has found that native access is enabled
public final class WindowsMemory implements OsMemory {
    private static final int MEM_COMMIT = 0x1000;
    private static final int MEM_RESERVE = 0x2000;
    private static final int MEM_RELEASE = 0x8000;
    private static final int PAGE_READWRITE = 0x04;

    /** As with {@code mmap}: a block of whole pages does not end where untouched memory begins. */
    private static final int SHIFT = ALIGNMENT;

    private final MethodHandle virtualAlloc;
    private final MethodHandle virtualFree;

    /** A source that has given out nothing yet. */
    public WindowsMemory() {
        Linker linker = Linker.nativeLinker();
        SymbolLookup kernel = SymbolLookup.libraryLookup("kernel32", Arena.global());
        virtualAlloc = linker.downcallHandle(
                kernel.find("VirtualAlloc").orElseThrow(),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT));
        virtualFree = linker.downcallHandle(
                kernel.find("VirtualFree").orElseThrow(),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    }

    /**
     * Whether this JVM can use it without printing a warning.
     *
     * @return {@code true} on 64-bit Windows with native access enabled for this class
     */
    public static boolean isSupported() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows")
                && ValueLayout.ADDRESS.byteSize() == Long.BYTES
                && WindowsMemory.class.getModule().isNativeAccessEnabled();
    }

    @Override
    public Region reserve(int bytes, int alignment) {
        long base = alloc(0, (long) bytes + SHIFT, MEM_RESERVE | MEM_COMMIT);
        if (base == 0) {
            throw new OutOfMemoryError("VirtualAlloc of " + bytes + " bytes was refused by the system");
        }
        long start = base + SHIFT;
        return Region.direct(MemorySegment.ofAddress(start).reinterpret(bytes).asByteBuffer(), null, start);
    }

    @Override
    public void release(Region region) {
        if (!free(region.address() - SHIFT, 0, MEM_RELEASE)) {
            throw new IllegalStateException("VirtualFree of " + region.bytes() + " bytes at 0x"
                    + Long.toHexString(region.address()) + " was refused by the system");
        }
    }

    private long alloc(long address, long bytes, int type) {
        try {
            return (long) virtualAlloc.invokeExact(address, bytes, type, PAGE_READWRITE);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("VirtualAlloc of " + bytes + " bytes", e);
        }
    }

    private boolean free(long address, long bytes, int type) {
        try {
            return (int) virtualFree.invokeExact(address, bytes, type) != 0;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("VirtualFree of " + bytes + " bytes", e);
        }
    }

    @Override
    public boolean isDirect() {
        return true;
    }
}
