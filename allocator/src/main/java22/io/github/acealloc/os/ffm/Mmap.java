/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os.ffm;

import io.github.acealloc.os.PageCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@code mmap}, {@code munmap} and {@code madvise} on whole pages. Written for Linux and macOS; run on Linux only so far. */
@SuppressWarnings("restricted") // used only after FfmMemory.isSupported() has found that native access is enabled
final class Mmap implements PageCalls {
    private static final System.Logger LOGGER = System.getLogger(FfmMemory.class.getName());

    private static final int PROT_READ_WRITE = 0x1 | 0x2;

    /** What is only reserved counts against no limit on Linux, if the system does not count strictly. */
    private static final int MAP_NORESERVE = FfmMemory.MAC ? 0 : 0x4000;

    private static final int MAP_FLAGS = 0x02 | (FfmMemory.MAC ? 0x1000 : 0x20) | MAP_NORESERVE; // private, anonymous
    private static final int NO_FILE = -1;
    private static final long MAP_FAILED = -1;
    private static final int MADV_DONTNEED = 4;

    /** What macOS has in place of {@code MADV_DONTNEED}, which only advises there. */
    private static final int MADV_FREE_REUSABLE = 7;

    private static final int DISCARD = FfmMemory.MAC ? MADV_FREE_REUSABLE : MADV_DONTNEED;

    private static final FunctionDescriptor MMAP = FunctionDescriptor.of(
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG);
    private static final FunctionDescriptor MUNMAP =
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
    private static final FunctionDescriptor MADVISE = FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);

    private final Linker linker = Linker.nativeLinker();
    private final MethodHandle mmap = function("mmap", MMAP);
    private final MethodHandle munmap = function("munmap", MUNMAP);
    private final MethodHandle madvise = function("madvise", MADVISE);
    private final AtomicBoolean discardRefused = new AtomicBoolean();

    private MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
        return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), type, options);
    }

    /**
     * The same function with the reason for its failure. It is made where a call has failed, which is tried once more with
     * it, because every JVM would pay for it with some MiB of memory and few ever need it.
     */
    private MethodHandle explained(String name, FunctionDescriptor type) {
        return function(name, type, Linker.Option.captureCallState("errno"));
    }

    @Override
    public long map(long hint, long bytes) {
        try {
            long address = (long) mmap.invokeExact(hint, bytes, PROT_READ_WRITE, MAP_FLAGS, NO_FILE, 0L);
            return address != MAP_FAILED ? address : 0;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("mmap of " + bytes + " bytes", e);
        }
    }

    /** Maps memory anywhere; if the system refuses, the error says why. */
    long mapOrExplain(long bytes) {
        long mapped = map(0, bytes);
        if (mapped != 0) {
            return mapped;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            long address = (long)
                    explained("mmap", MMAP).invokeExact(state, 0L, bytes, PROT_READ_WRITE, MAP_FLAGS, NO_FILE, 0L);
            if (address == MAP_FAILED) {
                throw new OutOfMemoryError("mmap of " + bytes + " bytes was refused by the system" + why(state));
            }
            return address;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("mmap of " + bytes + " bytes", e);
        }
    }

    @Override
    public boolean unmap(long address, long bytes) {
        try {
            return (int) munmap.invokeExact(address, bytes) == 0;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("munmap of " + bytes + " bytes", e);
        }
    }

    /** Unmaps memory; if the system refuses, the error says why. */
    void unmapOrExplain(long address, long bytes) {
        if (unmap(address, bytes)) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            if ((int) explained("munmap", MUNMAP).invokeExact(state, address, bytes) != 0) {
                throw new IllegalStateException("munmap of " + bytes + " bytes at 0x" + Long.toHexString(address)
                        + " was refused by the system" + why(state));
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("munmap of " + bytes + " bytes", e);
        }
    }

    private static String why(MemorySegment state) {
        VarHandle errno = Linker.Option.captureStateLayout().varHandle(PathElement.groupElement("errno"));
        return " (errno: " + (int) errno.get(state, 0L) + ")";
    }

    @Override
    public boolean discard(long address, long bytes) {
        try {
            return (int) madvise.invokeExact(address, bytes, DISCARD) == 0 || discardOrExplain(address, bytes);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("madvise " + DISCARD + " of " + bytes + " bytes", e);
        }
    }

    private boolean discardOrExplain(long address, long bytes) throws Throwable {
        if (discardRefused.getAndSet(true)) {
            return false; // it has been said
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            if ((int) explained("madvise", MADVISE).invokeExact(state, address, bytes, DISCARD) == 0) {
                discardRefused.set(false);
                return true;
            }
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "the system refused to take back " + bytes + " bytes of free pages by madvise" + why(state)
                            + "; is the process's memory locked (mlockall)? They stay resident; said once");
            return false;
        }
    }
}
