/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os.ffm;

import io.github.acealloc.os.JavaHeapRoom;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Direct memory from one shared arena per region: given back at once, without native access and without a warning.
 *
 * <p>Closing an arena makes all threads stop for a moment (tens of microseconds), which is why a region is a whole
 * superslab or a huge block and never less. This memory does not count against {@code -XX:MaxDirectMemorySize}.
 */
public final class ArenaMemory implements OsMemory {

    /** A source that has given out nothing yet. */
    public ArenaMemory() {}

    @SuppressWarnings("MustBeClosedChecker") // the region carries the arena; release closes it
    @Override
    public Region reserve(int bytes) {
        JavaHeapRoom.check();
        Arena arena = Arena.ofShared();
        try {
            MemorySegment segment = arena.allocate(bytes, ALIGNMENT);
            return Region.direct(segment.asByteBuffer(), arena, segment.address());
        } catch (Throwable e) {
            arena.close();
            throw e;
        }
    }

    @Override
    public void release(Region region) {
        ((Arena) region.origin()).close();
    }

    @Override
    public String source() {
        return "arenas of the JDK";
    }

    @Override
    public boolean isDirect() {
        return true;
    }
}
