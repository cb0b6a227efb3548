/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import static io.github.acealloc.netty.scenario.Lab.all;
import static io.github.acealloc.netty.scenario.Lab.hex;
import static io.github.acealloc.netty.scenario.Lab.same;
import static io.github.acealloc.netty.scenario.Lab.state;
import static io.github.acealloc.netty.scenario.Lab.thrown;

import io.github.acealloc.netty.AceByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import java.util.ArrayList;
import java.util.List;

/** From an allocator's first buffer to its end and beyond: closing, trimming, many of them at once. */
class LifeCycleTest extends ScenarioTest {
    private static final String CLOSING = "only ACE can be closed and trimmed";
    private static final String CLOSED = "IllegalStateException";
    private static final int MANY = 12;

    /** Runs a program on an allocator of its own, which the program may close; gives its value and what is left. */
    private static Object ofItsOwn(Lab lab, Program program) throws Exception {
        AceByteBufAllocator own = new AceByteBufAllocator();
        Object value;
        try (Lab inner = new Lab(lab.whose(), lab.memory(), own)) {
            value = program.run(inner);
        } finally {
            own.close();
        }
        return all(value, own.stats().liveBytes(), own.violations().size());
    }

    private static AceByteBufAllocator ace(Lab lab) {
        return (AceByteBufAllocator) lab.allocator();
    }

    private static long used(Lab lab) {
        return ace(lab).metric().usedDirectMemory() + ace(lab).metric().usedHeapMemory();
    }

    @Override
    void fill(Table table) {
        closing(table);
        trimming(table);
        several(table);
    }

    private static void closing(Table table) {
        table.row(
                        "allocating after close",
                        lab -> ofItsOwn(lab, inner -> {
                            inner.counted(100).release();
                            ace(inner).close();
                            return all(
                                    thrown(() -> inner.buffer(100)),
                                    thrown(() -> inner.buffer(3 << 20)),
                                    thrown(() -> inner.allocator().buffer()),
                                    used(inner));
                        }))
                .gives(all(CLOSED, CLOSED, CLOSED, 0, 0, 0))
                .onAceOnly(CLOSING);
        table.row(
                        "closing before the first buffer, and twice",
                        lab -> ofItsOwn(lab, inner -> {
                            ace(inner).close();
                            ace(inner).close();
                            return all(thrown(() -> inner.buffer(8)), used(inner));
                        }))
                .gives(all(CLOSED, 0, 0, 0))
                .onAceOnly(CLOSING);
        table.row(
                        "buffers outlive their allocator, small and huge",
                        lab -> ofItsOwn(lab, inner -> {
                            ByteBuf small = inner.counted(100);
                            ByteBuf huge = inner.counted(3 << 20);
                            ByteBuf slice = small.retainedSlice(50, 4);
                            ace(inner).close();
                            small.setByte(51, 7);
                            String seen =
                                    all(hex(slice), huge.getByte((3 << 20) - 1), small.release(), slice.release());
                            return all(seen, huge.release(), used(inner), thrown(huge::release));
                        }))
                .gives(all("32073435", -1, false, true, true, 0, "IllegalReferenceCountException", 0, 0))
                .onAceOnly(CLOSING);
        table.row(
                        "growing after close is refused and changes nothing",
                        lab -> ofItsOwn(lab, inner -> {
                            ByteBuf buf = inner.counted(16);
                            ace(inner).close();
                            return all(
                                    thrown(() -> buf.capacity(5_000)),
                                    thrown(() -> buf.writeZero(5_000)),
                                    thrown(() -> buf.copy()),
                                    state(buf),
                                    hex(buf, 12, 4),
                                    buf.release());
                        }))
                .gives(all(CLOSED, CLOSED, CLOSED, "0/16/16 x1", "0c0d0e0f", true, 0, 0))
                .onAceOnly(CLOSING);
        table.row(
                        "a composite after its allocator's close",
                        lab -> ofItsOwn(lab, inner -> {
                            CompositeByteBuf composite = inner.composite()
                                    .addComponent(true, inner.counted(8).retain());
                            ace(inner).close();
                            return all(hex(composite), thrown(() -> composite.writeZero(100)), composite.refCnt());
                        }))
                .gives(all("0001020304050607", CLOSED, 1, 0, 0))
                .onAceOnly(CLOSING);
        table.row(
                        "metrics and figures after close",
                        lab -> ofItsOwn(lab, inner -> {
                            inner.counted(100).release();
                            ace(inner).close();
                            ace(inner).trim();
                            return all(
                                    used(inner),
                                    ace(inner).stats().committedBytes(),
                                    ace(inner).stats().print().isEmpty());
                        }))
                .gives(all(0, 0, false, 0, 0))
                .onAceOnly(CLOSING);
    }

    private static void trimming(Table table) {
        table.row("trimming under live buffers and views", lab -> {
                    ByteBuf buf = lab.counted(100);
                    ByteBuf slice = buf.slice(50, 2);
                    ByteBuf huge = lab.counted(2 << 20);
                    for (int i = 0; i < 3; i++) {
                        lab.counted(70_000).release();
                        ace(lab).trim();
                    }
                    return all(hex(slice), hex(buf, 98, 2), huge.getByte((2 << 20) - 1), hex(lab.counted(4)));
                })
                .gives("3233 6263 -1 00010203")
                .onAceOnly(CLOSING);
        table.row("trimming between release and the next buffer", lab -> {
                    int wrong = 0;
                    for (int size = 1; size < 2_000_000; size = size * 3 + 1) {
                        ByteBuf buf = lab.counted(size);
                        ace(lab).trim();
                        wrong += buf.getByte(size - 1) == (byte) (size - 1) ? 0 : 1;
                        buf.release();
                        ace(lab).trim();
                    }
                    return wrong;
                })
                .gives(0)
                .onAceOnly(CLOSING);
        table.row("trimming without a buffer", lab -> {
                    ace(lab).trim();
                    return hex(lab.counted(2));
                })
                .gives("0001")
                .onAceOnly(CLOSING);
    }

    private static void several(Table table) {
        table.row("many allocators, one buffer each", lab -> {
                    List<ByteBuf> live = new ArrayList<>();
                    List<ByteBufAllocator> allocators = new ArrayList<>();
                    for (int i = 0; i < MANY; i++) {
                        ByteBufAllocator one = lab.whose().make();
                        allocators.add(one);
                        live.add(lab.memory().buffer(one, 1_000, 2_000).writeInt(i));
                    }
                    int wrong = 0;
                    for (int i = 0; i < MANY; i++) {
                        ByteBuf buf = live.get(i).capacity(2_000);
                        wrong += buf.getInt(0) == i && same(buf.alloc(), allocators.get(i)) && buf.release() ? 0 : 1;
                        if (allocators.get(i) instanceof AceByteBufAllocator ace) {
                            ace.close();
                            wrong += ace.stats().committedBytes() == 0 ? 0 : 1;
                        }
                    }
                    return wrong;
                })
                .gives(0);
        table.row("copies between two allocators", lab -> {
                    ByteBufAllocator other = lab.whose().make();
                    ByteBuf here = lab.counted(64);
                    ByteBuf there = lab.memory().buffer(other, 16, 1_000).writeBytes(here);
                    here.setZero(0, 64).setBytes(10, there, 20, 4);
                    String seen = all(hex(here, 8, 8), hex(there, 60, 4), there.release());
                    if (other instanceof AceByteBufAllocator ace) {
                        ace.close();
                    }
                    return seen;
                })
                .gives("0000141516170000 3c3d3e3f true");
        table.row("what an allocator makes by default", lab -> {
                    ByteBuf buffer = lab.keep(lab.allocator().buffer());
                    ByteBuf io = lab.keep(lab.allocator().ioBuffer(10));
                    return all(
                            buffer.capacity(),
                            buffer.maxCapacity(),
                            io.capacity(),
                            io.isDirect(),
                            buffer.isDirect(),
                            lab.allocator().isDirectBufferPooled());
                })
                .givesAsNetty();
        table.row("a thousand sizes live at once, each with its contents", lab -> {
                    List<ByteBuf> live = new ArrayList<>();
                    for (int i = 0; i < 1_000; i++) {
                        int size = 8 + (i * 37) % 6_000;
                        ByteBuf buf = lab.memory().buffer(lab.allocator(), size, size);
                        live.add(buf.setInt(0, i).setInt(size - 4, ~i));
                    }
                    int wrong = 0;
                    for (int i = 0; i < 1_000; i++) {
                        ByteBuf buf = live.get(i);
                        int size = buf.capacity();
                        wrong += buf.getInt(size - 4) == ~i && (size < 12 || buf.getInt(0) == i) ? 0 : 1;
                        buf.release();
                    }
                    return wrong;
                })
                .gives(0);
    }
}
