/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.os.Region;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.MemoryAddress;
import jdk.jfr.Name;

/** What happened to a piece of memory from the system: superslabs, and what huge blocks lie in. */
@SuppressWarnings("unused") // read by JFR
abstract class ChunkEvent extends AllocatorEvent {
    @DataAmount
    @Description("Size of the chunk")
    int capacity;

    @Description("Is this chunk referencing off-heap memory?")
    boolean direct;

    @MemoryAddress
    @Description("The memory address of the off-heap memory, if available")
    long address;

    final void fill(Region region) {
        allocatorType = AceByteBufAllocator.class;
        capacity = region.bytes();
        direct = region.array() == null;
        address = region.address();
    }

    /** Memory was got from the system. */
    @Name("io.netty.AllocateChunk")
    @Label("Chunk Allocation")
    @Description("Triggered when a new memory chunk is allocated for an allocator")
    static final class Allocate extends ChunkEvent {
        private static final Allocate INSTANCE = new Allocate();

        @Description("Is this chunk pooled, or is it a one-off allocation for a single buffer?")
        boolean pooled;

        /** Never: all chunks go back to a store that is everybody's. Netty's pooled allocator says the same of its arenas'. */
        @Description("Is this chunk part of a thread-local magazine or arena?")
        boolean threadLocal;

        static boolean isOn() {
            return INSTANCE.isEnabled();
        }

        static void commit(Region region, boolean isPooled) {
            Allocate event = new Allocate();
            event.fill(region);
            event.pooled = isPooled;
            event.commit();
        }
    }

    /** Memory has gone back to the system. */
    @Name("io.netty.FreeChunk")
    @Label("Chunk Free")
    @Description("Triggered when a memory chunk is freed from an allocator")
    static final class Free extends ChunkEvent {
        private static final Free INSTANCE = new Free();

        @Description("Was this chunk pooled, or was it a one-off allocation for a single buffer?")
        boolean pooled;

        static boolean isOn() {
            return INSTANCE.isEnabled();
        }

        /** It is committed once the memory has gone, and begins before: its address may be another's at once. */
        static Free begin(Region region, boolean isPooled) {
            Free event = new Free();
            event.begin();
            event.fill(region);
            event.pooled = isPooled;
            return event;
        }
    }
}
