/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.MemoryAddress;
import jdk.jfr.Name;

/** Something that happened to a buffer; without the flight recorder neither this class nor one of those below is loaded. */
@SuppressWarnings("unused") // read by JFR
abstract class BufferEvent extends AllocatorEvent {
    @DataAmount
    @Description("Configured buffer capacity")
    int size;

    @DataAmount
    @Description("Actual allocated buffer capacity")
    int maxFastCapacity;

    @DataAmount
    @Description("Maximum buffer capacity")
    int maxCapacity;

    @Description("Is this buffer referencing off-heap memory?")
    boolean direct;

    @MemoryAddress
    @Description("The memory address of the off-heap memory, if available")
    long address;

    final void fill(AceByteBuf buf, int capacity) {
        allocatorType = buf.allocatorType();
        size = capacity;
        maxFastCapacity = Math.min(buf.slab().blockBytes(), buf.maxCapacity());
        maxCapacity = buf.maxCapacity();
        direct = buf.isDirect();
        address = buf.address;
    }

    /** A buffer was handed out, or has got other memory. */
    @Name("io.netty.AllocateBuffer")
    @Label("Buffer Allocation")
    @Description("Triggered when a buffer is allocated (or reallocated) from an allocator")
    static final class Allocate extends BufferEvent {
        private static final Allocate INSTANCE = new Allocate();

        @Description("Is this chunk pooled, or is it a one-off allocation for this buffer?")
        boolean chunkPooled;

        @Description("Is this buffer's chunk part of a thread-local magazine or arena?")
        boolean chunkThreadLocal;

        static boolean isOn() {
            return INSTANCE.isEnabled();
        }

        static void commit(AceByteBuf buf, int capacity) {
            Allocate event = new Allocate();
            event.fill(buf, capacity);
            event.chunkPooled = buf.slab().region().bytes() != buf.slab().blockBytes();
            event.chunkThreadLocal = buf.heap().isOwner();
            event.commit();
        }
    }

    /** A buffer's last reference was released. */
    @Name("io.netty.FreeBuffer")
    @Label("Buffer Deallocation")
    @Description("Triggered when a buffer is freed from an allocator")
    static final class Free extends BufferEvent {
        private static final Free INSTANCE = new Free();

        static boolean isOn() {
            return INSTANCE.isEnabled();
        }

        static void commit(AceByteBuf buf) {
            Free event = new Free();
            event.fill(buf, buf.capacity());
            event.commit();
        }
    }

    /** A buffer gets other memory: what it has until then. */
    @Name("io.netty.ReallocateBuffer")
    @Label("Buffer Reallocation")
    @Description(
            "Triggered when a buffer is reallocated for resizing in an allocator. Will be followed by an AllocateBufferEvent")
    static final class Reallocate extends BufferEvent {
        private static final Reallocate INSTANCE = new Reallocate();

        @DataAmount
        @Description("Targeted buffer capacity")
        int newCapacity;

        static boolean isOn() {
            return INSTANCE.isEnabled();
        }

        /** It is committed once the buffer has moved, and begins before. */
        static Reallocate begin(AceByteBuf buf, int newCapacity) {
            Reallocate event = new Reallocate();
            event.begin();
            event.fill(buf, buf.capacity());
            event.newCapacity = newCapacity;
            return event;
        }
    }
}
