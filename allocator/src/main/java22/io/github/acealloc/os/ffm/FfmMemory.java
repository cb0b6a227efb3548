/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os.ffm;

import io.github.acealloc.os.PagedMemory;
import io.github.acealloc.os.Region;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Direct memory straight from the system by {@code mmap}: pages exist only once they are touched, and go back at once.
 *
 * <p>Only where the JVM was given native access. Segments have global scope, so that access pays for no lifetime check and
 * giving back stops nobody. This memory does not count against {@code -XX:MaxDirectMemorySize}, and no tool of the JVM
 * knows of it; {@code AceStats} does. Written for Linux and macOS; run on Linux only so far.
 */
@SuppressWarnings("restricted") // used only after isSupported() has found that native access is enabled
public final class FfmMemory extends PagedMemory {
    private static final System.Logger LOGGER = System.getLogger(FfmMemory.class.getName());

    private static final boolean MAC = isOs("mac");
    private static final int PROT_READ_WRITE = 0x1 | 0x2;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x02 | (MAC ? 0x1000 : 0x20);
    private static final int NO_FILE = -1;
    private static final long MAP_FAILED = -1;
    private static final int MADV_DONTNEED = 4;
    private static final int MADV_HUGEPAGE = 14;

    /** What macOS has in place of {@code MADV_DONTNEED}, which only advises there. */
    private static final int MADV_FREE_REUSABLE = 7;

    private static final int DISCARD = MAC ? MADV_FREE_REUSABLE : MADV_DONTNEED;

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
    private final AtomicBoolean purgeRefused = new AtomicBoolean();

    /** A source that has given out nothing yet. */
    public FfmMemory() {}

    /**
     * Whether this JVM can use it without printing a warning.
     *
     * @return {@code true} where it {@link #fits} and native access is enabled for this class
     */
    public static boolean isSupported() {
        return fits() && FfmMemory.class.getModule().isNativeAccessEnabled();
    }

    /**
     * Whether it could be used if native access were enabled.
     *
     * @return {@code true} on 64-bit Linux and macOS with pages of 4 KiB
     */
    public static boolean fits() {
        return (MAC || isOs("linux"))
                && ValueLayout.ADDRESS.byteSize() == Long.BYTES
                && PageSize.ofThisMachine() == PAGE;
    }

    private static boolean isOs(String name) {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains(name);
    }

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

    /** {@inheritDoc} A larger alignment is had by mapping more, and giving back what lies before and behind. */
    @Override
    public Region reserve(int bytes, int alignment) {
        long mapped = mapped(bytes);
        long more = Math.max(alignment - PAGE, 0);
        long from = map(mapped + more);
        long end = from + mapped + more;
        long base = more == 0 ? from : (from + alignment - 1) & -alignment;
        long ours = from;
        try {
            Region region = Region.direct(segment(base + SHIFT, bytes).asByteBuffer(), null, base + SHIFT);
            unmap(from, base - from);
            ours = base; // what lies before may be another's by now
            unmap(base + mapped, end - base - mapped);
            return region;
        } catch (IllegalStateException e) {
            unmap(ours, end - ours);
            throw outOfMappings(bytes, e);
        } catch (Throwable e) {
            unmap(ours, end - ours);
            throw e;
        }
    }

    /** What it means if the system cannot cut a mapping: a process may have only so many. */
    private static OutOfMemoryError outOfMappings(int bytes, IllegalStateException refused) {
        OutOfMemoryError error =
                new OutOfMemoryError("mmap of " + bytes + " bytes: the system has no room to align it");
        error.initCause(refused);
        return error;
    }

    private static MemorySegment segment(long address, int bytes) {
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    private long map(long bytes) {
        try {
            long address = (long) mmap.invokeExact(0L, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, NO_FILE, 0L);
            return address != MAP_FAILED ? address : mapOrExplain(bytes);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("mmap of " + bytes + " bytes", e);
        }
    }

    private long mapOrExplain(long bytes) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            long address = (long) explained("mmap", MMAP)
                    .invokeExact(state, 0L, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, NO_FILE, 0L);
            if (address == MAP_FAILED) {
                throw new OutOfMemoryError("mmap of " + bytes + " bytes was refused by the system" + why(state));
            }
            return address;
        }
    }

    private void unmap(long address, long bytes) {
        if (bytes == 0) {
            return;
        }
        try {
            if ((int) munmap.invokeExact(address, bytes) != 0) {
                unmapOrExplain(address, bytes);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("munmap of " + bytes + " bytes", e);
        }
    }

    private void unmapOrExplain(long address, long bytes) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            if ((int) explained("munmap", MUNMAP).invokeExact(state, address, bytes) != 0) {
                throw new IllegalStateException("munmap of " + bytes + " bytes at 0x" + Long.toHexString(address)
                        + " was refused by the system" + why(state));
            }
        }
    }

    private static String why(MemorySegment state) {
        VarHandle errno = Linker.Option.captureStateLayout().varHandle(PathElement.groupElement("errno"));
        return " (errno: " + (int) errno.get(state, 0L) + ")";
    }

    @Override
    public void release(Region region) {
        unmap(region.address() - SHIFT, mapped(region.bytes()));
    }

    @Override
    protected boolean discard(long address, long bytes) {
        return advise(address, bytes, DISCARD) || discardOrExplain(address, bytes);
    }

    private boolean discardOrExplain(long address, long bytes) {
        if (purgeRefused.getAndSet(true)) {
            return false; // it has been said
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            if ((int) explained("madvise", MADVISE).invokeExact(state, address, bytes, DISCARD) == 0) {
                purgeRefused.set(false);
                return true;
            }
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "the system refused to take back " + bytes + " bytes of free pages by madvise" + why(state)
                            + "; is the process's memory locked (mlockall)? They stay resident; said once");
            return false;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("madvise " + DISCARD + " of " + bytes + " bytes", e);
        }
    }

    @Override
    public void preferHugePages(Region region) {
        if (!MAC) {
            advise(
                    region.address() - SHIFT,
                    mapped(region.bytes()),
                    MADV_HUGEPAGE); // refused where the kernel was built without: then there are none to have
        }
    }

    private boolean advise(long address, long bytes, int advice) {
        try {
            return (int) madvise.invokeExact(address, bytes, advice) == 0;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("madvise " + advice + " of " + bytes + " bytes", e);
        }
    }
}
