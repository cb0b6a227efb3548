/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.os.JavaHeapRoom;
import io.github.acealloc.slab.RemoteBits;
import io.netty.util.internal.ThreadExecutorMap;
import java.lang.invoke.MethodHandles;
import java.util.List;

/**
 * Sees to it that an allocator that has been made can serve, however full the Java heap becomes: a class whose first use meets an
 * {@code OutOfMemoryError} can never be used again.
 */
final class Ready {
    private static final List<Class<?>> NEEDED = List.of(
            AceDirectByteBuf.class,
            AceHeapByteBuf.class,
            NativeBytes.class,
            LeakSampling.class,
            CustomLeakDetector.class,
            OutOfMemory.class,
            RemoteBits.class,
            JavaHeapRoom.class,
            ThreadExecutorMap.class,
            TakeOver.class,
            Jfr.class,
            BufferEvents.class);

    private Ready() {}

    /** Has the JVM initialise all classes that allocations and releases need; at once if it has. */
    static void make() {
        try {
            for (Class<?> needed : NEEDED) {
                MethodHandles.lookup().ensureInitialized(needed);
            }
            BufferEvents.make();
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
