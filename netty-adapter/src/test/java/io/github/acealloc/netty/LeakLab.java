/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A place to leak in: sets a level, hears what Netty's detector reports, and puts everything back when closed. */
final class LeakLab implements AutoCloseable {
    private static final int ROUNDS = 60;
    private static final int TRIES = 100_000;

    /** Netty reports the same stack trace once in a JVM's life, so each leak here gets one of its own. */
    private static final AtomicInteger NEXT_DEPTH = new AtomicInteger(1);

    private final Level before = ResourceLeakDetector.getLevel();
    private final List<String> reports = new CopyOnWriteArrayList<>();
    private final LogCapture log = new LogCapture(ResourceLeakDetector.class);
    private Consumer<String> listener = report -> {};

    LeakLab(Level level) {
        ResourceLeakDetector.setLevel(level);
        ByteBufUtil.setLeakListener((type, records) -> {
            reports.add(records);
            listener.accept(records);
        });
        clear();
    }

    /** What else is done with a report as it comes. */
    void onReport(Consumer<String> consumer) {
        listener = consumer;
    }

    /** Reports old leaks, of other tests', and forgets them. */
    private void clear() {
        collect();
        reports.clear();
    }

    /** Allocates with a stack trace that no other buffer has. */
    static ByteBuf allocate(Supplier<ByteBuf> source) {
        return allocateAt(NEXT_DEPTH.getAndIncrement(), source);
    }

    private static ByteBuf allocateAt(int depth, Supplier<ByteBuf> source) {
        return depth == 0 ? source.get() : allocateAt(depth - 1, source);
    }

    /** Allocates until the detector follows one; the others are released. */
    static ByteBuf allocateFollowed(Supplier<ByteBuf> source) {
        int depth = NEXT_DEPTH.getAndIncrement();
        for (int tries = 0; tries < TRIES; tries++) {
            ByteBuf buf = allocateAt(depth, source);
            if (isFollowed(buf)) {
                return buf;
            }
            buf.release();
        }
        throw new AssertionError("no buffer of " + TRIES + " is followed");
    }

    static boolean isFollowed(ByteBuf buf) {
        return !(buf instanceof AceByteBuf);
    }

    /** Has the garbage collector look for leaks until so many are reported, or it has looked often enough. */
    List<String> awaitReports(int atLeast) {
        for (int round = 0; round < ROUNDS && reports.size() < atLeast; round++) {
            collect();
        }
        return reports;
    }

    /** The reports so far. */
    List<String> seen() {
        return reports;
    }

    /** All reports, when the garbage collector has looked several times. */
    List<String> reports() {
        for (int round = 0; round < 3; round++) {
            collect();
        }
        return reports;
    }

    private static void collect() {
        System.gc();
        try {
            Thread.sleep(20); // the reference handler is a thread of its own
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        Level level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(Level.PARANOID);
        UnpooledByteBufAllocator.DEFAULT.compositeBuffer().release(); // leaks are reported when the next is followed
        ResourceLeakDetector.setLevel(level);
    }

    @Override
    public void close() {
        clear();
        ByteBufUtil.setLeakListener(null);
        ResourceLeakDetector.setLevel(before);
        log.close();
    }
}
