/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.heap.Home;
import io.github.acealloc.heap.HotCache;
import io.github.acealloc.heap.StackRoom;
import io.github.acealloc.slab.Block;
import io.github.acealloc.slab.Slab;
import io.netty.buffer.AbstractByteBuf;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.internal.PlatformDependent;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;

/**
 * A buffer that is bound to a slot of a slab: made once, handed out again each time the slot is.
 *
 * <p>Handing it out ({@link #reuse}) writes indices, limits and the count, no reference and nothing about memory. A
 * buffer that outgrows its slot takes another block and exchanges bindings with that block's object, so that the
 * caller's object stays the same and every slot keeps an object of its own. A buffer that leak detection follows is a
 * <i>handle</i>: a second object for the same slot, made for one use and bound to nothing, which the garbage collector
 * can therefore find unreachable.
 *
 * <p><b>The count.</b> {@code retain}, and each release that is not the last, is one atomic add, which cannot fail. Who finds
 * as many references as it releases has the buffer to itself; so in a correct program nobody else changes the count then, and
 * the most frequent step of all needs no atomic: a heap's owner that finds 1 stores {@link #FREE}. Every other last release
 * leaves {@link #ON_ITS_WAY}, by compare-and-set, and the heap takes in only what is on its way to it ({@link #arrive}). So where a
 * wrong program releases one reference on two threads at the same moment, and the owner's store overwrites what the other
 * thread wrote, the second arrival is reported and ignored, and the block is given out once. A {@code retain} without a
 * reference, which is wrong on any pooled buffer, can likewise go unseen. Releases one after the other, on whatever threads,
 * always throw as with any Netty buffer.
 *
 * <p><b>The binding.</b> A buffer may have several holders of which one grows it, while the others only retain and release. So
 * nothing of the binding is relied upon on these ways before the count, read by acquire, has told that nobody else is left:
 * that pairs with the last holder's add, and what it grew is seen. Whose heap it is is read before as well, as a guess which
 * road to try, and once more afterwards. All other methods are for one thread at a time, as with any Netty buffer.
 */
abstract class AceByteBuf extends AbstractByteBuf implements Block {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(AceByteBuf.class);
    private static final VarHandle REF_CNT = refCntHandle();

    /** What a block's count is besides while its lifetime is measured, so that only its last release leaves the fast path. */
    private static final int SAMPLED = 1 << 30;

    /** What is left without the states: how many references there are, and the most that there may be. */
    private static final int COUNT = SAMPLED - 1;

    /** The count of a block that lies at home: in a hot cache or a slab. */
    private static final int FREE = 2 << 30;

    /** The count of a block that is released but not home yet: in a remote queue, or about to be. */
    private static final int ON_ITS_WAY = 3 << 30;

    /** How often a last release is tried again that somebody who has no reference is in the way of. */
    private static final int LAST_TRIES = 1_000;

    /** Times of birth are in units of 1,024 ns: an int of them is good for lifetimes of more than an hour. */
    private static final int BORN_SHIFT = 10;

    private static final int STREAM_CHUNK = 8192;

    /**
     * The address of the slot, where memory has one and the JVM tells: set by the subclass, part of the binding. It is
     * declared here because then it lies beside the count and the length, which every access reads, too.
     */
    long address;

    private int refCnt = FREE;
    private int length;
    private int born;

    // The binding: where the slot is and where its block goes home to. Exchanged as a whole. Other threads look at the
    // heap, never at the cache, whose line the owner writes all the time.
    private int blockId;
    private Home heap;
    private HotCache cache;
    private Slab slab;
    private ByteBuffer nio;

    /** The offset of the slot in its region: part of the binding, read on every access by the subclasses. */
    int base;

    AceByteBuf(Home heap, Slab slab, int slot) {
        super(0);
        this.heap = heap;
        this.slab = slab;
        blockId = slab.blockId(slot);
        cache = heap.cache(slab.sizeClass());
        base = slab.offset(slot);
    }

    /** Makes a handle: another object for this buffer's slot, bound to nothing. */
    abstract AceByteBuf newHandle();

    /** Reads the memory's own fields again after {@link #slab} changed. */
    abstract void rebase(Slab slab);

    /** Makes a view of the whole slot. */
    abstract ByteBuffer newNio();

    /** Whose buffer it is: found by the heap, because a field for it would cost each object a line more often. */
    final BufferPool pool() {
        return (BufferPool) heap.binder();
    }

    final Home heap() {
        return heap;
    }

    @Override
    public final Slab slab() {
        return slab;
    }

    final int slot() {
        return slab.slot(blockId);
    }

    @Override
    public final int blockId() {
        return blockId;
    }

    // ---- life

    /** Hands the buffer out: plain stores only, and no reference among them. */
    final void reuse(int initialCapacity, int maxCapacity) {
        maxCapacity(maxCapacity);
        length = initialCapacity;
        clear();
        markReaderIndex();
        markWriterIndex();
        refCnt = 1;
    }

    /** Has the lifetime measured of a buffer that was just handed out. */
    final void sample() {
        born = (int) (System.nanoTime() >>> BORN_SHIFT);
        refCnt = 1 | SAMPLED;
    }

    @Override
    public final int refCnt() {
        // Every access comes by here: a plain read, of which an opaque one costs bytes 8 times.
        return refCnt & COUNT;
    }

    /** How many references a count means: none where it says that the block is free or on its way. */
    private static int references(int count) {
        return count < 0 ? 0 : count & COUNT;
    }

    /** Which of the values above a count is near to: adds that are about to be taken back may lie between. */
    private static int state(int count) {
        return (count + (SAMPLED >> 1)) & -SAMPLED;
    }

    @Override
    public final ByteBuf retain() {
        int count = (int) REF_CNT.getAndAdd(this, 1);
        int references = references(count);
        if (references == 0 || references == COUNT) {
            takeBack(count, 1);
            throw new IllegalReferenceCountException(references, 1);
        }
        return this;
    }

    @Override
    public final ByteBuf retain(int increment) {
        if (increment <= 0) {
            throw new IllegalArgumentException("increment: " + increment + " (expected: > 0)");
        }
        int count = (int) REF_CNT.getVolatile(this);
        if (isRetainable(count, increment)) {
            count = (int) REF_CNT.getAndAdd(this, increment);
            if (isRetainable(count, increment)) {
                return this;
            }
            takeBack(count, increment);
        }
        throw new IllegalReferenceCountException(references(count), increment);
    }

    private static boolean isRetainable(int count, int increment) {
        int references = references(count);
        return references > 0 && increment <= COUNT - references;
    }

    /** Undoes an add to a count that did not allow it; where a free block has been handed out since, nothing is left of it. */
    private void takeBack(int before, int added) {
        if (before >= 0) {
            REF_CNT.getAndAdd(this, -added);
            return;
        }
        int count;
        do {
            count = (int) REF_CNT.getVolatile(this);
        } while (state(count) == state(before) && !REF_CNT.compareAndSet(this, count, count - added));
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // identity is the question
    public final boolean release() {
        // Whose heap it is is a guess before the count, which says whether another holder may be exchanging the
        // binding. A heap that
        // is the calling thread's stays so until that gives it up.
        Home guess = heap;
        if (guess.isOwner() && !BufferEvents.areReleasesTold()) {
            if ((int) REF_CNT.getAcquire(this) == 1 && heap == guess) {
                cache.push(blockId);
                refCnt = FREE;
                return true;
            }
        } else if (leaves(1, 1)) {
            return true;
        }
        return releaseSlow(1);
    }

    @Override
    public final boolean release(int decrement) {
        if (decrement <= 0) {
            throw new IllegalArgumentException("decrement: " + decrement + " (expected: > 0)");
        }
        return releaseSlow(decrement);
    }

    private boolean releaseSlow(int decrement) {
        while (true) {
            int count = (int) REF_CNT.getAcquire(this);
            int references = references(count);
            if (references > decrement) {
                count = (int) REF_CNT.getAndAdd(this, -decrement);
                references = references(count);
                if (references > decrement) {
                    return false;
                }
                if (references == decrement) {
                    return releaseLastOfSeveral(count, decrement);
                }
                takeBack(count, -decrement);
            }
            if (references < decrement) {
                throw new IllegalReferenceCountException(references, -decrement);
            }
            if (leaves(count, count)) {
                return true;
            }
        }
    }

    /**
     * The others have released between the look at the count and the add, so none is left. Only somebody who has no reference
     * can be in the way: for a moment if it retains, for good if it has released what it did not hold.
     */
    private boolean releaseLastOfSeveral(int count, int decrement) {
        for (int tries = LAST_TRIES; !leaves(count - decrement, count); tries--) {
            if (tries == 0) {
                refused();
                return true;
            }
            Thread.onSpinWait();
        }
        return true;
    }

    /**
     * The last release, if the count is still what it was: afterwards nobody else has the buffer, so its binding may be read. Where
     * the stack ends on the way nothing has happened, and the release may be tried again.
     *
     * @param count what it was when the calling thread last looked
     * @param before what it was before the release began
     */
    private boolean leaves(int count, int before) {
        if (!REF_CNT.compareAndSet(this, count, ON_ITS_WAY)) {
            return false;
        }
        try {
            if (BufferEvents.areReleasesTold()) {
                BufferEvents.freed(this);
            }
            if ((count & SAMPLED) != 0) {
                int lived = (int) (System.nanoTime() >>> BORN_SHIFT) - born;
                heap.observe(slab.sizeClass(), Integer.toUnsignedLong(lived) << BORN_SHIFT);
            }
            goHome();
        } catch (StackOverflowError | OutOfMemoryError e) {
            // Of the Java heap: nothing is made here, but what runs for the first time may have to be linked.
            if (refCnt == ON_ITS_WAY) {
                refCnt = before;
            }
            if (e instanceof StackOverflowError) {
                StackRoom.met();
            }
            throw e;
        }
        return true;
    }

    /** Gives a block that is on its way back: into the hot cache by its owner, over the remote queue by others. */
    final void goHome() {
        if (heap.isOwner()) {
            cache.push(blockId);
            refCnt = FREE;
        } else {
            heap.release(this);
        }
    }

    /** Sends a block home that was taken and never handed out. */
    final void goHomeUnused() {
        depart();
        goHome();
    }

    @Override
    public final void depart() {
        refCnt = ON_ITS_WAY;
    }

    /**
     * Acquire pairs with the last release: the binding is the one that it was sent home with. That was elsewhere where this arrival is
     * an old one, of a release that raced with the owner's; meanwhile it may even change, so it is looked at once more.
     */
    @Override
    @SuppressWarnings("ReferenceEquality") // identity is the question
    public final boolean arrive(Object home) {
        int count = (int) REF_CNT.getAcquire(this);
        if (state(count) != ON_ITS_WAY || heap != home || !REF_CNT.compareAndSet(this, count, FREE)) {
            return false;
        }
        if (heap != home) {
            REF_CNT.setVolatile(this, ON_ITS_WAY);
            return false;
        }
        return true;
    }

    @Override
    public final void refused() {
        LOGGER.error("{} was released by two threads at the same time; the second release is ignored", this);
    }

    @Override
    public final ByteBuf touch() {
        return this;
    }

    @Override
    public final ByteBuf touch(Object hint) {
        return this;
    }

    // ---- size

    @Override
    public final int capacity() {
        return length;
    }

    /**
     * Grows within the slot, else into a larger one; shrinks in its place always. So a live buffer's memory only ever gets
     * longer, and a slice that was cut before a shrink still reads bytes that are there.
     */
    @Override
    public final ByteBuf capacity(int newCapacity) {
        if (newCapacity == length) {
            ensureAccessible();
            return this;
        }
        checkNewCapacity(newCapacity);
        if (newCapacity > slab.blockBytes()) {
            BufferEvents.move(this, newCapacity);
        }
        length = newCapacity;
        trimIndicesToCapacity(newCapacity);
        return this;
    }

    @Override
    public final int maxFastWritableBytes() {
        return Math.min(slab.blockBytes(), maxCapacity()) - writerIndex();
    }

    /** Copies the first bytes to another block, whose buffer is in nobody's hands. */
    abstract void copyTo(AceByteBuf other, int length);

    /** Takes over the place of another block, whose object gets this one's place. */
    final void exchangeBinding(AceByteBuf other) {
        Home otherHeap = other.heap;
        Slab otherSlab = other.slab;
        int otherSlot = other.slot();
        other.bindTo(heap, slab, slot());
        bindTo(otherHeap, otherSlab, otherSlot);
        slab.bind(slot(), this);
        other.slab.bind(other.slot(), other);
    }

    /** Takes a place without being bound to it. */
    final void bindTo(Home heap, Slab slab, int slot) {
        this.heap = heap;
        this.slab = slab;
        blockId = slab.blockId(slot);
        cache = heap.cache(slab.sizeClass());
        base = slab.offset(slot);
        nio = null;
        rebase(slab);
    }

    /** Whether this object is the one that is handed out with its slot; false for a handle. */
    @SuppressWarnings("ReferenceEquality") // identity is the question
    final boolean isBound() {
        return slab.block(slot()) == this;
    }

    @Override
    public ByteBufAllocator alloc() {
        return pool().allocator();
    }

    /** The class of what {@link #alloc} answers. */
    Class<? extends AbstractByteBufAllocator> allocatorType() {
        return AceByteBufAllocator.class;
    }

    @Override
    @SuppressWarnings("deprecation") // deprecated for callers; every buffer has to say it
    public final ByteOrder order() {
        return ByteOrder.BIG_ENDIAN;
    }

    @Override
    public final ByteBuf unwrap() {
        return null;
    }

    @Override
    public final boolean isContiguous() {
        return true;
    }

    // ---- views for channels

    /**
     * The slot's one shared view, made when first needed, with the given window. Whoever had it before, with this buffer or an
     * earlier one of the slot, may have left an order, a limit, a position or a mark in it: none of them is left.
     */
    final ByteBuffer window(int index, int length) {
        ByteBuffer view = nio;
        if (view == null) {
            view = newNio();
            nio = view;
        }
        return view.order(ByteOrder.BIG_ENDIAN).clear().limit(index + length).position(index);
    }

    /** A view of its own, with the given window. */
    final ByteBuffer newWindow(int index, int length) {
        return newNio().limit(index + length).position(index);
    }

    @Override
    public final ByteBuffer internalNioBuffer(int index, int length) {
        checkIndex(index, length);
        return window(index, length);
    }

    @Override
    public final int nioBufferCount() {
        return 1;
    }

    @Override
    public final ByteBuffer nioBuffer(int index, int length) {
        checkIndex(index, length);
        return newWindow(index, length).slice();
    }

    @Override
    public final ByteBuffer[] nioBuffers(int index, int length) {
        return new ByteBuffer[] {nioBuffer(index, length)};
    }

    @Override
    public final int getBytes(int index, GatheringByteChannel out, int length) throws IOException {
        checkIndex(index, length);
        return out.write(newWindow(index, length));
    }

    @Override
    public final int readBytes(GatheringByteChannel out, int length) throws IOException {
        checkReadableBytes(length);
        int written = out.write(window(readerIndex(), length));
        skipBytes(written);
        return written;
    }

    @Override
    public final int getBytes(int index, FileChannel out, long position, int length) throws IOException {
        checkIndex(index, length);
        return out.write(newWindow(index, length), position);
    }

    @Override
    public final int readBytes(FileChannel out, long position, int length) throws IOException {
        checkReadableBytes(length);
        int written = out.write(window(readerIndex(), length), position);
        skipBytes(written);
        return written;
    }

    @Override
    public final int setBytes(int index, ScatteringByteChannel in, int length) throws IOException {
        checkIndex(index, length);
        try {
            return in.read(window(index, length));
        } catch (ClosedChannelException ignored) {
            return -1; // what Netty's own buffers say to a closed channel
        }
    }

    @Override
    public final int setBytes(int index, FileChannel in, long position, int length) throws IOException {
        checkIndex(index, length);
        try {
            return in.read(window(index, length), position);
        } catch (ClosedChannelException ignored) {
            return -1; // what Netty's own buffers say to a closed channel
        }
    }

    /** A copy of some bytes. */
    final byte[] bytes(int index, int length) {
        byte[] bytes = new byte[length];
        getBytes(index, bytes, 0, length);
        return bytes;
    }

    // ---- streams

    @Override
    public final ByteBuf getBytes(int index, OutputStream out, int length) throws IOException {
        checkIndex(index, length);
        if (hasArray()) {
            out.write(array(), arrayOffset() + index, length);
            return this;
        }
        byte[] chunk = new byte[Math.min(length, STREAM_CHUNK)];
        for (int done = 0; done < length; ) {
            int n = Math.min(length - done, chunk.length);
            getBytes(index + done, chunk, 0, n);
            out.write(chunk, 0, n);
            done += n;
        }
        return this;
    }

    /**
     * Reads once, as Netty's buffers do: a second read might wait although {@code available()} promised bytes, or throw, and
     * what the first one has brought would be lost.
     */
    @Override
    public final int setBytes(int index, InputStream in, int length) throws IOException {
        checkIndex(index, length);
        if (hasArray()) {
            return in.read(array(), arrayOffset() + index, length);
        }
        byte[] bytes = PlatformDependent.allocateUninitializedArray(length);
        int n = in.read(bytes, 0, length);
        if (n > 0) {
            setBytes(index, bytes, 0, n);
        }
        return n;
    }

    private static VarHandle refCntHandle() {
        try {
            return MethodHandles.lookup().findVarHandle(AceByteBuf.class, "refCnt", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
