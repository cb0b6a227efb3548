/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import io.netty.util.Version;
import io.netty.util.concurrent.DefaultEventExecutor;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Everything once, with nothing but Netty on the class path: run by {@link Netty41Test} in a JVM of its own. */
final class Netty41Smoke {
    private static final AtomicInteger LEAKS = new AtomicInteger();

    private Netty41Smoke() {}

    public static void main(String[] args) throws Exception {
        System.out.println("netty " + Version.identify().get("netty-buffer").artifactVersion());
        check(AceAllocators.configured() == AceByteBufAllocator.DEFAULT, "the configured allocator");
        AceByteBufAllocator allocator = new AceByteBufAllocator();
        DefaultEventExecutor loop = new DefaultEventExecutor();
        for (Level level : Level.values()) {
            ResourceLeakDetector.setLevel(level);
            use(allocator);
            ByteBuf buf = loop.submit(() -> {
                        use(allocator);
                        return allocator.directBuffer(10).writeInt(42);
                    })
                    .get();
            check(buf.capacity(1000).readInt() == 42, "growth elsewhere");
            buf.release();
            loop.submit(allocator::trim).get();
        }
        allocator.trim();
        check(allocator.violations().isEmpty(), "laws: " + allocator.violations());
        check(allocator.stats().liveBytes() == 0, "live bytes: " + allocator.stats());
        leak(allocator);
        allocator.close();
        loop.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
        System.out.println("all is well");
    }

    private static void use(AceByteBufAllocator allocator) {
        for (boolean direct : new boolean[] {true, false}) {
            for (int size : new int[] {0, 1, 100, 5_000, 300_000, 2 << 20}) {
                ByteBuf buf = direct ? allocator.directBuffer(size) : allocator.heapBuffer(size);
                buf.writeByte(1)
                        .writeShort(2)
                        .writeMedium(3)
                        .writeInt(4)
                        .writeLong(5)
                        .writeIntLE(6);
                buf.writeCharSequence("text \u20ac", StandardCharsets.UTF_8);
                ByteBuf copy = buf.copy();
                ByteBuf slice = buf.retainedSlice();
                CompositeByteBuf composite = allocator.compositeBuffer().addComponent(true, slice);
                buf.capacity(buf.capacity() + (2 << 20));
                check(ByteBufUtil.equals(copy, composite) && ByteBufUtil.equals(copy, buf), "contents");
                check(buf.nioBuffer().remaining() == copy.readableBytes(), "views");
                buf.capacity(22);
                check(buf.getInt(6) == 4 && buf.getIntLE(18) == 6, "contents after shrinking");
                copy.release();
                buf.release();
                check(composite.release(), "the last release");
            }
        }
    }

    private static void leak(AceByteBufAllocator allocator) throws InterruptedException {
        ResourceLeakDetector.setLevel(Level.PARANOID);
        ByteBufUtil.setLeakListener((type, records) -> LEAKS.incrementAndGet());
        allocator.directBuffer(10);
        for (int round = 0; round < 100 && LEAKS.get() == 0; round++) {
            System.gc();
            Thread.sleep(20);
            allocator.heapBuffer(10).release();
        }
        check(LEAKS.get() == 1, "leaks: " + LEAKS);
    }

    private static void check(boolean right, String what) {
        if (!right) {
            throw new AssertionError(what);
        }
    }
}
