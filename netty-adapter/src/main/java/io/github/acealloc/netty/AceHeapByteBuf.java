/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.heap.Home;
import io.github.acealloc.slab.Slab;
import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A buffer over memory on the Java heap: part of a superslab's {@code byte[]}, or an array of its own if huge. */
class AceHeapByteBuf extends AceByteBuf {
    private static final VarHandle SHORT = view(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SHORT_LE = view(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = view(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT_LE = view(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = view(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG_LE = view(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] array;

    AceHeapByteBuf(Home heap, Slab slab, int slot) {
        super(heap, slab, slot);
        rebase(slab);
    }

    private static VarHandle view(Class<?> arrayType, ByteOrder order) {
        return MethodHandles.byteArrayViewVarHandle(arrayType, order);
    }

    @Override
    AceByteBuf newHandle() {
        return new AceHeapByteBuf(heap(), slab(), slot());
    }

    @Override
    void rebase(Slab slab) {
        array = slab.region().array();
    }

    @Override
    void copyTo(AceByteBuf other, int length) {
        System.arraycopy(array, base, ((AceHeapByteBuf) other).array, other.base, length);
    }

    @Override
    ByteBuffer newNio() {
        return ByteBuffer.wrap(array, base, slab().blockBytes()).slice();
    }

    @Override
    public boolean isDirect() {
        return false;
    }

    @Override
    public boolean hasArray() {
        return true;
    }

    @Override
    public byte[] array() {
        ensureAccessible();
        return array;
    }

    @Override
    public int arrayOffset() {
        return base;
    }

    @Override
    public boolean hasMemoryAddress() {
        return false;
    }

    @Override
    public long memoryAddress() {
        throw new UnsupportedOperationException("heap buffer");
    }

    // ---- single values

    @Override
    protected byte _getByte(int index) {
        return array[base + index];
    }

    @Override
    protected short _getShort(int index) {
        return (short) SHORT.get(array, base + index);
    }

    @Override
    protected short _getShortLE(int index) {
        return (short) SHORT_LE.get(array, base + index);
    }

    @Override
    protected int _getUnsignedMedium(int index) {
        return ((_getByte(index) & 0xff) << 16) | (_getShort(index + 1) & 0xffff);
    }

    @Override
    protected int _getUnsignedMediumLE(int index) {
        return (_getByte(index) & 0xff) | ((_getShortLE(index + 1) & 0xffff) << 8);
    }

    @Override
    protected int _getInt(int index) {
        return (int) INT.get(array, base + index);
    }

    @Override
    protected int _getIntLE(int index) {
        return (int) INT_LE.get(array, base + index);
    }

    @Override
    protected long _getLong(int index) {
        return (long) LONG.get(array, base + index);
    }

    @Override
    protected long _getLongLE(int index) {
        return (long) LONG_LE.get(array, base + index);
    }

    @Override
    protected void _setByte(int index, int value) {
        array[base + index] = (byte) value;
    }

    @Override
    protected void _setShort(int index, int value) {
        SHORT.set(array, base + index, (short) value);
    }

    @Override
    protected void _setShortLE(int index, int value) {
        SHORT_LE.set(array, base + index, (short) value);
    }

    @Override
    protected void _setMedium(int index, int value) {
        _setByte(index, value >>> 16);
        _setShort(index + 1, value);
    }

    @Override
    protected void _setMediumLE(int index, int value) {
        _setByte(index, value);
        _setShortLE(index + 1, value >>> 8);
    }

    @Override
    protected void _setInt(int index, int value) {
        INT.set(array, base + index, value);
    }

    @Override
    protected void _setIntLE(int index, int value) {
        INT_LE.set(array, base + index, value);
    }

    @Override
    protected void _setLong(int index, long value) {
        LONG.set(array, base + index, value);
    }

    @Override
    protected void _setLongLE(int index, long value) {
        LONG_LE.set(array, base + index, value);
    }

    // ---- many bytes

    @Override
    public ByteBuf getBytes(int index, byte[] dst, int dstIndex, int length) {
        checkDstIndex(index, length, dstIndex, dst.length);
        System.arraycopy(array, base + index, dst, dstIndex, length);
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, byte[] src, int srcIndex, int length) {
        checkSrcIndex(index, length, srcIndex, src.length);
        System.arraycopy(src, srcIndex, array, base + index, length);
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, ByteBuffer dst) {
        int length = dst.remaining();
        checkIndex(index, length);
        dst.put(array, base + index, length);
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, ByteBuffer src) {
        int length = src.remaining();
        checkIndex(index, length);
        src.get(array, base + index, length);
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, ByteBuf dst, int dstIndex, int length) {
        checkDstIndex(index, length, dstIndex, dst.capacity());
        if (dst.hasArray()) {
            System.arraycopy(array, base + index, dst.array(), dst.arrayOffset() + dstIndex, length);
        } else if (Parts.share(dst, this)) {
            dst.setBytes(dstIndex, bytes(index, length), 0, length);
        } else {
            dst.setBytes(dstIndex, array, base + index, length);
        }
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, ByteBuf src, int srcIndex, int length) {
        checkSrcIndex(index, length, srcIndex, src.capacity());
        if (src.hasArray()) {
            System.arraycopy(src.array(), src.arrayOffset() + srcIndex, array, base + index, length);
        } else if (Parts.share(src, this)) {
            src.nioBuffer(srcIndex, length).get(array, base + index, length);
        } else {
            src.getBytes(srcIndex, array, base + index, length);
        }
        return this;
    }

    @Override
    public ByteBuf copy(int index, int length) {
        checkIndex(index, length);
        return alloc().heapBuffer(length, maxCapacity()).writeBytes(this, index, length);
    }
}
