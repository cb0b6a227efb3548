/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.netty.buffer.ByteBuf;

/**
 * Tells the flight recorder of buffers, if it wants to know.
 *
 * <p>Until a JVM's first recording begins, {@code isEnabled} of each event is {@code return false}, which compiled code has nothing of.
 * Then the JVM gives it its body and drops the code. An event for which there is no room on the Java heap or the stack is lost: the
 * buffer must not be.
 *
 * <p>Law, where all three are on: {@code allocated = freed + reallocated + live}.
 */
final class BufferEvents {
    private BufferEvents() {}

    /** Has all classes initialised while that can be done. */
    static void make() {
        if (Jfr.SHOWS_BUFFERS) {
            BufferEvent.Allocate.isOn();
            BufferEvent.Free.isOn();
            BufferEvent.Reallocate.isOn();
            ChunkEvent.Allocate.isOn();
            ChunkEvent.Free.isOn();
        }
    }

    /** Whether allocations are wanted. Asked before, when nothing is lost if the stack ends. */
    static boolean areAllocationsTold() {
        return Jfr.SHOWS_BUFFERS && BufferEvent.Allocate.isOn();
    }

    /** Tells of a buffer that was just handed out. */
    static void allocated(ByteBuf handedOut) {
        try {
            ByteBuf buf = handedOut;
            while (buf != null && !(buf instanceof AceByteBuf)) {
                buf = buf.unwrap(); // a leak detector has wrapped it
            }
            if (buf instanceof AceByteBuf ace) {
                BufferEvent.Allocate.commit(ace, ace.capacity());
            }
        } catch (OutOfMemoryError | StackOverflowError ignored) {
            // lost
        }
    }

    /** Whether last releases are wanted: then they leave the fast path. */
    static boolean areReleasesTold() {
        return Jfr.SHOWS_BUFFERS && BufferEvent.Free.isOn();
    }

    /** Tells of a buffer that is on its way home. */
    static void freed(AceByteBuf buf) {
        try {
            BufferEvent.Free.commit(buf);
        } catch (OutOfMemoryError | StackOverflowError ignored) {
            // lost
        }
    }

    /** Moves a live buffer to a block that fits a new capacity. */
    static void move(AceByteBuf buf, int newCapacity) {
        if (Jfr.SHOWS_BUFFERS && (BufferEvent.Reallocate.isOn() || BufferEvent.Allocate.isOn())) {
            moveTold(buf, newCapacity);
        } else {
            buf.pool().move(buf, newCapacity);
        }
    }

    private static void moveTold(AceByteBuf buf, int newCapacity) {
        BufferEvent.Reallocate event = begin(buf, newCapacity);
        buf.pool().move(buf, newCapacity);
        try {
            if (event != null) {
                event.commit();
            }
            if (BufferEvent.Allocate.isOn()) {
                BufferEvent.Allocate.commit(buf, newCapacity);
            }
        } catch (OutOfMemoryError | StackOverflowError ignored) {
            // lost
        }
    }

    private static BufferEvent.Reallocate begin(AceByteBuf buf, int newCapacity) {
        try {
            return BufferEvent.Reallocate.isOn() ? BufferEvent.Reallocate.begin(buf, newCapacity) : null;
        } catch (OutOfMemoryError | StackOverflowError ignored) {
            return null;
        }
    }
}
