/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import io.github.acealloc.heap.Knobs;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.testing.Engine;
import io.github.acealloc.testing.FaultyMemory;
import java.lang.reflect.Field;

/** An allocator by address over memory that the test can see and make fail. */
final class RawRig {
    final FaultyMemory memory;
    final RawAllocator raw;

    /** In direct memory, with nothing idle for longer than any test takes. */
    RawRig(long limit) {
        this(OsMemory.direct(), limit, Engine.KNOBS);
    }

    RawRig(OsMemory source, long limit, Knobs knobs) {
        memory = new FaultyMemory(source);
        raw = new RawAllocator(memory, limit);
        engine().knobs(knobs);
    }

    /** There is no other door to its knobs. */
    private AceAllocator engine() {
        try {
            Field engine = RawAllocator.class.getDeclaredField("engine");
            engine.setAccessible(true);
            return (AceAllocator) engine.get(raw);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the allocator's engine is not where it was", e);
        }
    }
}
