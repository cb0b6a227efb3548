/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import static io.github.acealloc.netty.scenario.Lab.all;
import static io.github.acealloc.netty.scenario.Lab.hex;
import static io.github.acealloc.netty.scenario.Lab.state;

import io.github.acealloc.netty.AceByteBufAllocator;
import io.github.acealloc.netty.Contestant;
import io.github.acealloc.netty.Laws;
import io.github.acealloc.netty.Loop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Programs at the limit that a JVM of its own has for direct memory, one after the other on one allocator. Prints what each gives;
 * arguments: the allocator.
 */
final class JvmLimitLab {
    static final int LIMIT = 16 << 20;
    static final int[] SIZES = {256, 3_000, 70_000, 1 << 20, 5 << 20};
    static final String SERVED = "served";
    static final String REFUSED = "refused";

    private static final int MIB = 1 << 20;
    private static final int EACH = 64 << 10;

    private final ByteBufAllocator allocator;
    private final Map<String, Object> values = new LinkedHashMap<>();

    private JvmLimitLab(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    public static void main(String[] args) {
        JvmLimitLab lab = new JvmLimitLab(Contestant.valueOf(args[0]).make());
        try (Loop loop = new Loop()) {
            loop.run(lab::runAll);
            if (lab.allocator instanceof AceByteBufAllocator ace) {
                Laws.assertClosesClean(ace, loop);
            }
        }
        lab.values.forEach((name, value) -> System.out.println(name + " = " + value));
    }

    private void runAll() {
        put("error", this::error);
        for (int size : SIZES) {
            put("one is released, one is served, " + size, () -> afterOneRelease(size));
        }
        put("growth", this::growth);
        put("growth by writing", this::growthByWriting);
        put("consolidation", this::consolidation);
        put("copies", this::copies);
        for (int i = 0; i < 2 * SIZES.length; i++) {
            int size = SIZES[i < SIZES.length ? i : 2 * SIZES.length - 1 - i];
            put("burst " + i, () -> release(burst(size)) >= LIMIT / 2 ? SERVED : REFUSED);
        }
    }

    private void put(String name, Callable<String> program) {
        try {
            values.put(name, program.call());
        } catch (Throwable e) {
            values.put(name, e);
        }
    }

    /** As many buffers as there is memory for. */
    private List<ByteBuf> burst(int size) {
        List<ByteBuf> live = new ArrayList<>();
        String last;
        do {
            last = refused(() -> live.add(counted(size)));
        } while (last.equals("none"));
        return live;
    }

    private ByteBuf counted(int size) {
        return allocator
                .directBuffer(size)
                .setInt(0, 0x00010203)
                .setInt(size - 4, size)
                .writerIndex(size);
    }

    /** Releases them; gives how many bytes they had, or -1 if a content was wrong. */
    private static long release(List<ByteBuf> live) {
        long bytes = 0;
        boolean isRight = true;
        for (ByteBuf buf : live) {
            isRight &= buf.getInt(0) == 0x00010203 && buf.getInt(buf.capacity() - 4) == buf.capacity();
            bytes += buf.capacity();
            buf.release();
        }
        return isRight ? bytes : -1;
    }

    private static String refused(Loop.Action step) {
        try {
            step.run();
            return "none";
        } catch (OutOfMemoryError e) {
            return REFUSED;
        } catch (Throwable e) {
            return e.toString();
        }
    }

    private String error() {
        List<ByteBuf> live = burst(MIB);
        try {
            live.add(counted(MIB));
            return "none";
        } catch (OutOfMemoryError e) {
            return e instanceof OutOfDirectMemoryError ? "Netty's" : "the JVM's";
        } finally {
            release(live);
        }
    }

    private String afterOneRelease(int size) {
        List<ByteBuf> live = burst(size);
        int served = 0;
        for (int i = 0; i < 5; i++) {
            if (live.isEmpty()) {
                break;
            }
            live.remove(live.size() / 2).release();
            served += refused(() -> live.add(counted(size))).equals("none") ? 1 : 0;
        }
        return all(served, release(live) > 0);
    }

    private String growth() {
        ByteBuf buf = counted(EACH).skipBytes(3).retain();
        List<ByteBuf> live = burst(EACH);
        try {
            return all(
                    refused(() -> buf.capacity(4 * MIB)),
                    refused(() -> buf.ensureWritable(4 * MIB)),
                    state(buf),
                    hex(buf, 0, 4),
                    buf.getInt(EACH - 4),
                    release(live) > 0,
                    buf.capacity(4 * MIB).getInt(EACH - 4));
        } finally {
            buf.release(2);
        }
    }

    private String growthByWriting() {
        ByteBuf buf = counted(EACH);
        ByteBuf source = counted(4 * MIB);
        ByteBuf slice = buf.retainedSlice(0, 4);
        List<ByteBuf> live = burst(EACH);
        try {
            return all(
                    refused(() -> buf.writeBytes(source)),
                    source.readerIndex(),
                    refused(() -> buf.writeZero(4 * MIB)),
                    state(buf),
                    hex(slice),
                    buf.getInt(EACH - 4),
                    release(live) > 0);
        } finally {
            buf.release(2);
            source.release();
        }
    }

    private String consolidation() {
        CompositeByteBuf composite = allocator.compositeDirectBuffer().addComponents(true, counted(MIB), counted(MIB));
        List<ByteBuf> live = burst(EACH);
        try {
            return all(
                    refused(composite::consolidate),
                    composite.numComponents(),
                    state(composite),
                    hex(composite, MIB, 4),
                    composite.getInt(2 * MIB - 4),
                    release(live) > 0,
                    composite.consolidate().numComponents(),
                    hex(composite, MIB, 4));
        } finally {
            composite.release();
        }
    }

    private String copies() {
        ByteBuf buf = counted(4 * MIB);
        List<ByteBuf> live = burst(EACH);
        try {
            return all(
                    refused(() -> buf.copy()),
                    refused(() -> buf.slice(1, 3 * MIB).copy()),
                    refused(() -> buf.readBytes(3 * MIB)),
                    state(buf),
                    hex(buf, 0, 4),
                    release(live) > 0);
        } finally {
            buf.release();
        }
    }
}
