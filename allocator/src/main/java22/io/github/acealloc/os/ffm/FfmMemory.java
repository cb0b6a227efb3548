/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os.ffm;

import io.github.acealloc.os.Extents;
import io.github.acealloc.os.PagedMemory;
import io.github.acealloc.os.Region;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;

/**
 * Direct memory straight from the system by {@code mmap}: pages exist only once they are touched, and go back at once.
 *
 * <p>Only where the JVM was given native access. Segments have global scope, so that access pays for no lifetime check and
 * giving back stops nobody. This memory does not count against {@code -XX:MaxDirectMemorySize}, and no tool of the JVM
 * knows of it; {@code AceStats} does.
 *
 * <p>What is as large as a superslab lies in {@link Extents}, which all allocators share; the rest has a mapping of its own.
 */
@SuppressWarnings("restricted") // used only after isSupported() has found that native access is enabled
public final class FfmMemory extends PagedMemory {
    static final boolean MAC = isOs("mac");

    /** The pages of a superslab: its units, shifted, and its records, which end with the last page. */
    private static final int SLOT_BYTES = (2 << 20) + PAGE;

    /** Of all allocators; not made where native access is not enabled. */
    private static final class Shared {
        static final Extents EXTENTS = new Extents(new Mmap(), SLOT_BYTES);
    }

    private final Mmap system = new Mmap();

    /** Made with the first allocator: the first buffer of all may meet a full Java heap, which would be the end of that class. */
    private final Extents extents = Shared.EXTENTS;

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

    @Override
    public Region reserve(int bytes) {
        long mapped = mapped(bytes);
        Extents.Slot slot = mapped == SLOT_BYTES ? extents.reserve() : null;
        long base = slot != null ? slot.address() : system.mapOrExplain(mapped);
        try {
            return Region.direct(segment(base + SHIFT, bytes).asByteBuffer(), slot, base + SHIFT);
        } catch (Throwable e) {
            giveBack(slot, base, mapped);
            throw e;
        }
    }

    private static MemorySegment segment(long address, int bytes) {
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    @Override
    public String source() {
        return "mmap";
    }

    @Override
    public void release(Region region) {
        giveBack((Extents.Slot) region.origin(), region.address() - SHIFT, mapped(region.bytes()));
    }

    private void giveBack(Extents.Slot slot, long base, long mapped) {
        if (slot != null) {
            extents.release(slot);
        } else {
            system.unmapOrExplain(base, mapped);
        }
    }

    @Override
    protected boolean discard(long address, long bytes) {
        return system.discard(address, bytes);
    }
}
