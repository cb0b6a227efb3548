/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

/**
 * The door for the agent: what Netty's own allocators do where it has changed them. All that is asked here comes from
 * {@link AceByteBufAllocator#DEFAULT}.
 *
 * <p>Found by name, and each method by its own; nobody else should call them.
 */
public final class TakenOver {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(TakenOver.class);
    private static final BufferPool DIRECT = AceByteBufAllocator.DEFAULT.pool(true);
    private static final BufferPool HEAP = AceByteBufAllocator.DEFAULT.pool(false);

    /** What the test at the start writes and expects to read. */
    private static final long MARK = 0x0123_4567_89ab_cdefL;

    private TakenOver() {}

    /**
     * A direct buffer.
     *
     * @param asked what its {@code alloc()} is to answer
     * @param initialCapacity bytes
     * @param maxCapacity bytes
     * @return a buffer of ACE's
     */
    public static ByteBuf direct(AbstractByteBufAllocator asked, int initialCapacity, int maxCapacity) {
        return AceByteBufAllocator.allocate(DIRECT, asked, initialCapacity, maxCapacity);
    }

    /**
     * A buffer on the Java heap.
     *
     * @param asked what its {@code alloc()} is to answer
     * @param initialCapacity bytes
     * @param maxCapacity bytes
     * @return a buffer of ACE's
     */
    public static ByteBuf heap(AbstractByteBufAllocator asked, int initialCapacity, int maxCapacity) {
        return AceByteBufAllocator.allocate(HEAP, asked, initialCapacity, maxCapacity);
    }

    /**
     * What an allocator's {@code usedDirectMemory} is more.
     *
     * @param isServed whether its direct buffers are ACE's
     * @return bytes, of all allocators together
     */
    public static long usedDirect(boolean isServed) {
        return isServed ? AceByteBufAllocator.DEFAULT.metric().usedDirectMemory() : 0;
    }

    /**
     * What an allocator's {@code usedHeapMemory} is more.
     *
     * @param isServed whether its heap buffers are ACE's
     * @return bytes, of all allocators together
     */
    public static long usedHeap(boolean isServed) {
        return isServed ? AceByteBufAllocator.DEFAULT.metric().usedHeapMemory() : 0;
    }

    /**
     * What an allocator's {@code pinnedDirectMemory} is more.
     *
     * @param isServed whether its direct buffers are ACE's
     * @return bytes, of all allocators together
     */
    public static long pinnedDirect(boolean isServed) {
        return isServed ? AceByteBufAllocator.DEFAULT.metric().pinnedDirectMemory() : 0;
    }

    /**
     * What an allocator's {@code pinnedHeapMemory} is more.
     *
     * @param isServed whether its heap buffers are ACE's
     * @return bytes, of all allocators together
     */
    public static long pinnedHeap(boolean isServed) {
        return isServed ? AceByteBufAllocator.DEFAULT.metric().pinnedHeapMemory() : 0;
    }

    /**
     * For {@code trimCurrentThreadCache}.
     *
     * @return whether the calling thread had anything, which has gone back
     */
    public static boolean trim() {
        return free();
    }

    /**
     * For {@code freeThreadLocalCache}: takes the calling thread's heaps from it. It gets others when it allocates again.
     *
     * @return whether it had any
     */
    public static boolean free() {
        boolean direct = DIRECT.evictIfOwned();
        boolean heap = HEAP.evictIfOwned();
        return direct || heap;
    }

    /**
     * For {@code dumpStats}.
     *
     * @return ACE's figures, after a line feed
     */
    public static String stats() {
        return "\nACE-Alloc, which serves it:\n"
                + AceByteBufAllocator.DEFAULT.stats().print();
    }

    /**
     * Sees whether all works with this Netty before anything is taken over, and says then that it is.
     *
     * @throws IllegalStateException if not
     */
    public static void begin() {
        AbstractByteBufAllocator asked = UnpooledByteBufAllocator.DEFAULT;
        checkMethods(AskedDirectByteBuf.class);
        checkMethods(AskedHeapByteBuf.class);
        check(direct(asked, Long.BYTES, Long.BYTES), asked);
        check(heap(asked, Long.BYTES, Long.BYTES), asked);
        Package netty = AbstractByteBufAllocator.class.getPackage();
        LOGGER.info(
                "ACE-Alloc's agent: {} {} of {} gets its pooled and adaptive buffers from ACE, those without arenas and with an alignment"
                        + " from itself as before; -Dacealloc.agent=off leaves Netty as it is",
                netty.getName(),
                netty.getImplementationVersion(),
                AbstractByteBufAllocator.class.getClassLoader());
    }

    private static void checkMethods(Class<? extends ByteBuf> type) {
        for (Method method : type.getMethods()) {
            if (Modifier.isAbstract(method.getModifiers())) {
                throw new IllegalStateException("this Netty's buffers have more methods: " + method);
            }
        }
    }

    private static void check(ByteBuf buf, AbstractByteBufAllocator asked) {
        try {
            if (!isSame(buf.alloc(), asked) || buf.setLong(0, MARK).getLong(0) != MARK) {
                throw new IllegalStateException("a buffer is not what was written to it: " + buf);
            }
        } finally {
            buf.release();
        }
    }

    @SuppressWarnings("ReferenceEquality") // identity is the question
    private static boolean isSame(Object one, Object other) {
        return one == other;
    }
}
