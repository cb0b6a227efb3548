/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.heap.Home;
import io.github.acealloc.slab.Slab;
import io.netty.buffer.ByteBuf;
import io.netty.util.internal.PlatformDependent;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A buffer over direct memory.
 *
 * <p>Data access goes straight to memory: by address where the JVM lets us ({@link NativeBytes}), else through the
 * superslab's own {@code ByteBuffer} by absolute index. Which of the two is a constant of the JVM, so compiled code has
 * one.
 */
class AceDirectByteBuf extends AceByteBuf {
    private static final boolean BY_ADDRESS = NativeBytes.AVAILABLE;
    private static final boolean UNSAFE = NativeBytes.IS_UNSAFE;

    private ByteBuffer memory;

    AceDirectByteBuf(Home heap, Slab slab, int slot) {
        super(heap, slab, slot);
        rebase(slab);
    }

    @Override
    AceByteBuf newHandle() {
        return new AceDirectByteBuf(heap(), slab(), slot());
    }

    @Override
    void rebase(Slab slab) {
        memory = slab.region().buffer();
        long start = UNSAFE
                ? PlatformDependent.directBufferAddress(memory)
                : slab.region().address();
        address = start == 0 ? 0 : start + base;
    }

    @Override
    void copyTo(AceByteBuf other, int length) {
        ((AceDirectByteBuf) other).memory.put(other.base, memory, base, length);
    }

    @Override
    ByteBuffer newNio() {
        return memory.slice(base, slab().blockBytes());
    }

    @Override
    public boolean isDirect() {
        return true;
    }

    @Override
    public boolean hasArray() {
        return false;
    }

    @Override
    public byte[] array() {
        throw new UnsupportedOperationException("direct buffer");
    }

    @Override
    public int arrayOffset() {
        throw new UnsupportedOperationException("direct buffer");
    }

    @Override
    public boolean hasMemoryAddress() {
        return address != 0;
    }

    @Override
    public long memoryAddress() {
        ensureAccessible();
        if (address == 0) {
            throw new UnsupportedOperationException("this JVM does not tell the address of direct memory");
        }
        return address;
    }

    // ---- single values

    /**
     * The address of a value, whose index Netty has checked. Where access goes by handles it is checked once more: that
     * tells the compiler that the sum is an address, after which the handle's own check falls away, and it keeps
     * accesses inside the buffer even where Netty's checks are switched off.
     */
    private long at(int index, int bytes) {
        return UNSAFE
                ? address + index
                : (address & NativeBytes.ADDRESSES) + Objects.checkIndex(index, capacity() - (bytes - 1));
    }

    @Override
    protected byte _getByte(int index) {
        return BY_ADDRESS ? NativeBytes.getByte(at(index, 1)) : memory.get(base + index);
    }

    @Override
    protected short _getShort(int index) {
        return BY_ADDRESS ? NativeBytes.getShort(at(index, Short.BYTES)) : memory.getShort(base + index);
    }

    @Override
    protected short _getShortLE(int index) {
        return Short.reverseBytes(_getShort(index));
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
        return BY_ADDRESS ? NativeBytes.getInt(at(index, Integer.BYTES)) : memory.getInt(base + index);
    }

    @Override
    protected int _getIntLE(int index) {
        return Integer.reverseBytes(_getInt(index));
    }

    @Override
    protected long _getLong(int index) {
        return BY_ADDRESS ? NativeBytes.getLong(at(index, Long.BYTES)) : memory.getLong(base + index);
    }

    @Override
    protected long _getLongLE(int index) {
        return Long.reverseBytes(_getLong(index));
    }

    @Override
    protected void _setByte(int index, int value) {
        if (BY_ADDRESS) {
            NativeBytes.setByte(at(index, 1), (byte) value);
        } else {
            memory.put(base + index, (byte) value);
        }
    }

    @Override
    protected void _setShort(int index, int value) {
        if (BY_ADDRESS) {
            NativeBytes.setShort(at(index, Short.BYTES), (short) value);
        } else {
            memory.putShort(base + index, (short) value);
        }
    }

    @Override
    protected void _setShortLE(int index, int value) {
        _setShort(index, Short.reverseBytes((short) value));
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
        if (BY_ADDRESS) {
            NativeBytes.setInt(at(index, Integer.BYTES), value);
        } else {
            memory.putInt(base + index, value);
        }
    }

    @Override
    protected void _setIntLE(int index, int value) {
        _setInt(index, Integer.reverseBytes(value));
    }

    @Override
    protected void _setLong(int index, long value) {
        if (BY_ADDRESS) {
            NativeBytes.setLong(at(index, Long.BYTES), value);
        } else {
            memory.putLong(base + index, value);
        }
    }

    @Override
    protected void _setLongLE(int index, long value) {
        _setLong(index, Long.reverseBytes(value));
    }

    // ---- many bytes

    @Override
    public ByteBuf getBytes(int index, byte[] dst, int dstIndex, int length) {
        checkDstIndex(index, length, dstIndex, dst.length);
        memory.get(base + index, dst, dstIndex, length);
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, byte[] src, int srcIndex, int length) {
        checkSrcIndex(index, length, srcIndex, src.length);
        memory.put(base + index, src, srcIndex, length);
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, ByteBuffer dst) {
        int length = dst.remaining();
        checkIndex(index, length);
        dst.put(dst.position(), memory, base + index, length);
        dst.position(dst.limit());
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, ByteBuffer src) {
        int length = src.remaining();
        checkIndex(index, length);
        memory.put(base + index, src, src.position(), length);
        src.position(src.limit());
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, ByteBuf dst, int dstIndex, int length) {
        checkDstIndex(index, length, dstIndex, dst.capacity());
        if (dst.hasArray()) {
            memory.get(base + index, dst.array(), dst.arrayOffset() + dstIndex, length);
        } else if (UNSAFE && dst.hasMemoryAddress() && !dst.isReadOnly()) {
            PlatformDependent.copyMemory(address + index, dst.memoryAddress() + dstIndex, length);
        } else if (Parts.share(dst, this)) {
            dst.setBytes(dstIndex, bytes(index, length), 0, length);
        } else {
            dst.setBytes(dstIndex, this, index, length);
        }
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, ByteBuf src, int srcIndex, int length) {
        checkSrcIndex(index, length, srcIndex, src.capacity());
        if (src.hasArray()) {
            memory.put(base + index, src.array(), src.arrayOffset() + srcIndex, length);
        } else if (UNSAFE && src.hasMemoryAddress()) {
            PlatformDependent.copyMemory(src.memoryAddress() + srcIndex, address + index, length);
        } else if (src instanceof AceDirectByteBuf ace) {
            ace.checkIndex(srcIndex, length);
            memory.put(base + index, ace.memory, ace.base + srcIndex, length);
        } else if (src.nioBufferCount() == 1) {
            ByteBuffer view = src.nioBuffer(srcIndex, length); // need not begin at 0
            memory.put(base + index, view, view.position(), length);
        } else if (Parts.share(src, this)) {
            ByteBuffer bytes = src.nioBuffer(srcIndex, length);
            memory.put(base + index, bytes, bytes.position(), length);
        } else {
            src.getBytes(srcIndex, this, index, length);
        }
        return this;
    }

    @Override
    public ByteBuf copy(int index, int length) {
        checkIndex(index, length);
        return alloc().directBuffer(length, maxCapacity()).writeBytes(this, index, length);
    }
}
