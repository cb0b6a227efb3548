/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.ReferenceCounted;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Reading a view behind the end of a buffer that has shrunk since is wrong use. It gives an exception or what lies there, and
 * never ends the JVM; so each scenario runs in a JVM of its own. Netty's pooled allocator moves on a shrink and may unmap what
 * the views point at, so it is no yardstick here.
 */
class ShrinkTest {
    private static final int[] SIZES = {1000, 100_000, 1 << 20, 4 << 20, 40 << 20};
    private static final int TAIL = 1000;

    @TempDir
    private Path folder;

    /** The child: makes views, shrinks, has all free memory unmapped, reads the views. */
    static final class Child {
        private static int values;
        private static int exceptions;

        private Child() {}

        public static void main(String[] args) {
            ByteBufAllocator allocator = Contestant.valueOf(args[0]).make();
            for (Kind kind : Kind.values()) {
                for (int size : SIZES) {
                    for (int to : new int[] {size / 2, 16, 0}) {
                        useBehindTheEnd(allocator, kind, size, to);
                    }
                }
            }
            System.out.println("values " + values + " exceptions " + exceptions + " survived");
        }

        private static void useBehindTheEnd(ByteBufAllocator allocator, Kind kind, int size, int to) {
            ByteBuf buf = kind.allocate(allocator, size).writeZero(size).setZero(size - TAIL, TAIL);
            buf.setLong(size - TAIL, 42);
            List<ByteBuf> views = views(buf, size);
            buf.capacity(to);
            unmapWhatIsFree(allocator, kind);
            for (ByteBuf view : views) {
                read(() -> view.getLong(view.readerIndex()));
                read(() -> view.getByte(view.writerIndex() - 1));
                read(() -> view.getIntLE(view.readerIndex()));
                read(() -> view.getBytes(view.readerIndex(), new byte[TAIL]));
                read(() -> view.nioBuffer().getLong());
                read(() -> view.getCharSequence(view.readerIndex(), TAIL, StandardCharsets.UTF_8));
                read(() -> view.indexOf(view.readerIndex(), view.writerIndex(), (byte) 1));
                read(() -> view.setLong(view.readerIndex(), 43));
                read(() -> view.copy().release());
            }
            buf.capacity(size + TAIL); // to a larger block: the views are views of that
            unmapWhatIsFree(allocator, kind);
            for (ByteBuf view : views) {
                read(() -> view.getLong(view.readerIndex()));
                read(() -> view.getByte(view.writerIndex() - 1));
            }
            views.forEach(ReferenceCounted::release);
            if (buf.refCnt() != 0) {
                throw new AssertionError("count: " + buf.refCnt());
            }
        }

        private static List<ByteBuf> views(ByteBuf buf, int size) {
            List<ByteBuf> views = new ArrayList<>();
            views.add(buf.slice(size - TAIL, TAIL));
            views.add(buf.retainedSlice(size - TAIL, TAIL).slice());
            views.add(buf.retainedDuplicate().setIndex(size - TAIL, size));
            views.add(buf.retainedSlice(size - TAIL, TAIL).asReadOnly());
            views.add(Unpooled.wrappedBuffer(buf.retainedSlice(size - TAIL, TAIL), Unpooled.copyLong(1)));
            return views;
        }

        private static void unmapWhatIsFree(ByteBufAllocator allocator, Kind kind) {
            if (allocator instanceof AceByteBufAllocator ace) {
                ace.trim();
            }
            kind.allocate(allocator, 4 << 20).writeZero(1 << 20).release();
        }

        private static void read(Runnable action) {
            try {
                action.run();
                values++;
            } catch (RuntimeException e) {
                exceptions++;
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ACE", "ADAPTIVE"})
    void viewsThatReachBehindTheEnd(Contestant contestant) {
        String said = new ChildJvm()
                .with("-XX:ErrorFile=" + folder.resolve("error.log"), "-XX:-CreateCoredumpOnCrash")
                .with("-Xmx1g", "-XX:MaxDirectMemorySize=1g")
                .run(Child.class, contestant.name());
        assertThat(said).contains("survived");
    }

    /** The same where no check of Netty's stands before memory: what is left is that a live buffer's memory stays mapped. */
    @ParameterizedTest
    @EnumSource(names = {"ACE", "ADAPTIVE"})
    void withoutNettysChecks(Contestant contestant) {
        String said = new ChildJvm()
                .with("-Dio.netty.buffer.checkBounds=false", "-Dio.netty.buffer.checkAccessible=false")
                .with("-XX:ErrorFile=" + folder.resolve("error.log"), "-XX:-CreateCoredumpOnCrash")
                .with("-Xmx1g", "-XX:MaxDirectMemorySize=1g")
                .run(Child.class, contestant.name());
        assertThat(said).contains("survived");
    }
}
