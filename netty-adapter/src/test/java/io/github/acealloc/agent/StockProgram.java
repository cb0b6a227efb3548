/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.concurrent.DefaultEventExecutor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;

/**
 * The child: a program that knows Netty and nothing of ACE. It uses Netty's allocators in all ways, checks each byte and each {@code
 * alloc()}, and prints whose buffers it got.
 */
@SuppressWarnings({"deprecation", "ReferenceEquality"}) // what programs call, old and new; identity is the question
public final class StockProgram {
    private static final int[] SIZES = {8, 104, 2_048, 60_000, 3 << 20};

    private StockProgram() {}

    public static void main(String[] args) throws Exception {
        Map<String, ByteBufAllocator> allocators = new LinkedHashMap<>();
        allocators.put("default", ByteBufAllocator.DEFAULT);
        allocators.put("pooled", PooledByteBufAllocator.DEFAULT);
        allocators.put("own pooled", new PooledByteBufAllocator(true, 1, 1, 8192, 3));
        allocators.put("own adaptive", new AdaptiveByteBufAllocator());
        allocators.put("no direct arenas", new PooledByteBufAllocator(true, 1, 0, 8192, 3));
        allocators.put("no heap arenas", new PooledByteBufAllocator(true, 0, 1, 8192, 3));
        allocators.put("subclass", new Subclass());
        if (PooledByteBufAllocator.isDirectMemoryCacheAlignmentSupported()) {
            allocators.put("aligned", new PooledByteBufAllocator(true, 1, 1, 8192, 3, 0, 0, false, 64));
        }
        System.out.println("before: " + figures(PooledByteBufAllocator.DEFAULT));
        DefaultEventExecutor loop = new DefaultEventExecutor();
        for (int round = 0; round < 3; round++) {
            for (Map.Entry<String, ByteBufAllocator> entry : allocators.entrySet()) {
                use(entry.getKey(), entry.getValue(), round == 0);
                loop.submit(() -> use(entry.getKey(), entry.getValue(), false)).sync();
                ByteBuf elsewhere = loop.submit(
                                () -> entry.getValue().directBuffer(100).writeInt(round(entry.getKey())))
                        .get();
                check(elsewhere.alloc() == entry.getValue(), "alloc() of " + entry.getKey() + " elsewhere");
                check(elsewhere.capacity(5_000).readInt() == round(entry.getKey()), "growth elsewhere");
                elsewhere.release();
            }
        }
        PooledByteBufAllocator pooled = PooledByteBufAllocator.DEFAULT;
        ByteBuf live = pooled.directBuffer(1 << 20);
        System.out.println("counts: " + (pooled.metric().usedDirectMemory() >= 1 << 20));
        System.out.println("pins: " + (pooled.pinnedDirectMemory() >= 1 << 20));
        System.out.println("adaptive counts: "
                + (((AdaptiveByteBufAllocator) allocators.get("own adaptive")).usedDirectMemory() >= 1 << 20));
        System.out.println("says: " + pooled.dumpStats().contains("ACE-Alloc"));
        live.release();
        System.out.println(
                "trims: " + loop.submit(pooled::trimCurrentThreadCache).get());
        loop.submit(pooled::freeThreadLocalCache).sync();
        loop.submit(() -> use("pooled", pooled, false)).sync();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        System.out.println("after: pinned " + (pooled.pinnedDirectMemory() + pooled.pinnedHeapMemory()));
        System.gc(); // what has leaked is reported with the next buffers
        for (int i = 0; i < 100; i++) {
            pooled.directBuffer(8).release();
        }
        for (MBeanServer server : MBeanServerFactory.findMBeanServer(null)) {
            ObjectName bean = new ObjectName("io.github.acealloc:type=Allocator,name=default");
            System.out.println("shown: " + server.getAttribute(bean, "LoadedBy"));
        }
        System.out.println("all is well");
    }

    /** As some libraries have: it asks Netty's class for the buffer. */
    private static final class Subclass extends PooledByteBufAllocator {
        Subclass() {
            super(true, 1, 1, 8192, 3);
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            return super.newDirectBuffer(initialCapacity, maxCapacity);
        }
    }

    private static int round(String name) {
        return name.hashCode();
    }

    private static String figures(PooledByteBufAllocator allocator) {
        return allocator.metric().usedDirectMemory() + " " + allocator.metric().usedHeapMemory();
    }

    private static void use(String name, ByteBufAllocator allocator, boolean tells) {
        check(allocator instanceof AbstractByteBufAllocator, "the allocator's kind");
        for (boolean direct : new boolean[] {true, false}) {
            for (int size : tells ? SIZES : Arrays.copyOf(SIZES, SIZES.length - 1)) {
                ByteBuf buf = direct ? allocator.directBuffer(size) : allocator.heapBuffer(size);
                if (tells && size == SIZES[0]) {
                    ByteBuf root = buf;
                    while (root.unwrap() != null) {
                        root = root.unwrap();
                    }
                    System.out.println(name
                            + (direct ? " direct: " : " heap: ")
                            + root.getClass().getSimpleName());
                }
                check(buf.isDirect() == direct && buf.hasArray() != direct, name + "'s memory");
                check(buf.alloc() == allocator, "alloc() of " + name);
                use(name, buf, size);
                check(buf.release(), "the last release");
            }
        }
    }

    private static void use(String name, ByteBuf buf, int size) {
        ByteBufAllocator allocator = buf.alloc();
        for (int i = 0; i < size; i += Long.BYTES) {
            buf.writeLong(i * 0x9e37_79b9_7f4a_7c15L);
        }
        buf.writeZero(size); // grows
        check(buf.alloc() == allocator, "alloc() of " + name + " after growth");
        ByteBuf copy = buf.copy();
        check(copy.alloc() == allocator, "alloc() of a copy of " + name);
        ByteBuf slice = buf.retainedSlice();
        check(slice.alloc() == allocator, "alloc() of a slice of " + name);
        check(buf.duplicate().alloc() == allocator, "alloc() of a duplicate of " + name);
        check(buf.asReadOnly().alloc() == allocator, "alloc() of a read-only view of " + name);
        CompositeByteBuf composite =
                allocator.compositeBuffer().addComponent(true, slice).addComponent(true, copy);
        for (int part = 0; part < 2; part++) {
            for (int i = 0; i < size; i += Long.BYTES) {
                long is = composite.getLong(part * buf.writerIndex() + i);
                check(is == i * 0x9e37_79b9_7f4a_7c15L, "bytes of " + name);
            }
        }
        composite.release();
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException(what);
        }
    }
}
