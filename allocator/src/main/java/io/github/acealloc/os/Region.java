/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

import java.nio.ByteBuffer;

/**
 * A piece of memory got from the system in one go: what one superslab lies in, or one huge block or several.
 *
 * <p>Immutable. Exactly one of {@link #buffer} and {@link #array} is set. Whoever got it from
 * {@link OsMemory#reserve} owns it and gives it back once, to the same source.
 */
public final class Region {
    private final ByteBuffer buffer;
    private final byte[] array;
    private final Object origin;
    private final long address;
    private final int bytes;

    private Region(ByteBuffer buffer, byte[] array, Object origin, long address, int bytes) {
        this.buffer = buffer;
        this.array = array;
        this.origin = origin;
        this.address = address;
        this.bytes = bytes;
    }

    /**
     * A region of direct memory.
     *
     * @param buffer the memory, position 0, limit = capacity
     * @param origin what the source needs to give the memory back (the buffer it was sliced from)
     * @param address where the memory begins, or 0 if the JVM does not tell
     * @return the region
     */
    public static Region direct(ByteBuffer buffer, Object origin, long address) {
        return new Region(buffer, null, origin, address, buffer.capacity());
    }

    /**
     * A region on the Java heap.
     *
     * @param array the memory
     * @return the region
     */
    public static Region heap(byte[] array) {
        return new Region(null, array, array, 0, array.length);
    }

    /**
     * The memory as a direct buffer.
     *
     * @return never to be moved (its position and limit are shared); {@code null} for memory on the Java heap
     */
    public ByteBuffer buffer() {
        return buffer;
    }

    /**
     * The memory as an array.
     *
     * @return {@code null} for direct memory
     */
    public byte[] array() {
        return array;
    }

    /**
     * What the source keeps to give the memory back.
     *
     * @return the object given at construction
     */
    public Object origin() {
        return origin;
    }

    /**
     * Where direct memory begins.
     *
     * @return 0 on the Java heap, and where the JVM does not tell
     */
    public long address() {
        return address;
    }

    /**
     * The region's size.
     *
     * @return bytes
     */
    public int bytes() {
        return bytes;
    }
}
