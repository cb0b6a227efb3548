/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import static io.github.acealloc.netty.scenario.Lab.all;
import static io.github.acealloc.netty.scenario.Lab.hex;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** Bursts of several sizes at a small limit: what fits is served, one size after the other, and what is live stays right. */
class LimitTest extends ScenarioTest {
    private static final int LIMIT = 16 << 20;
    private static final String WHY = "Netty's allocators have no limit of their own";
    private static final int[] SIZES = {256, 3_000, 70_000, 1 << 20, 5 << 20};

    /** As many buffers of a size as there is memory for. */
    private static List<ByteBuf> burst(Lab lab, int size) {
        List<ByteBuf> live = new ArrayList<>();
        try {
            for (; ; ) {
                live.add(lab.memory().buffer(lab.allocator(), size, size).setInt(size - 4, live.size()));
            }
        } catch (OutOfMemoryError full) {
            return live;
        }
    }

    /** Releases them; gives how many bytes they had, or -1 if a content was wrong. */
    private static long release(List<ByteBuf> live) {
        long bytes = 0;
        boolean isRight = true;
        for (int i = 0; i < live.size(); i++) {
            ByteBuf buf = live.get(i);
            isRight &= buf.getInt(buf.capacity() - 4) == i;
            bytes += buf.capacity();
            buf.release();
        }
        return isRight ? bytes : -1;
    }

    @Override
    void fill(Table table) {
        table.row(
                        "each size has its burst, small ones first",
                        lab -> lab.limited(LIMIT, inner -> {
                            int served = 0;
                            for (int size : SIZES) {
                                served += release(burst(inner, size)) >= LIMIT / 2 ? 1 : 0;
                            }
                            return served;
                        }))
                .gives(SIZES.length)
                .onAceOnly(WHY)
                .withoutLeakDetector();
        table.row(
                        "each size has its burst, large ones first, twice",
                        lab -> lab.limited(LIMIT, inner -> {
                            int served = 0;
                            for (int i = 2 * SIZES.length - 1; i >= 0; i--) {
                                served += release(burst(inner, SIZES[i % SIZES.length])) >= LIMIT / 2 ? 1 : 0;
                            }
                            return served;
                        }))
                .gives(2 * SIZES.length)
                .onAceOnly(WHY)
                .withoutLeakDetector();
        table.row(
                        "the largest that fits, after any burst",
                        lab -> lab.limited(LIMIT, inner -> {
                            int served = 0;
                            for (int size : SIZES) {
                                release(burst(inner, size));
                                ByteBuf huge = inner.memory().buffer(inner.allocator(), 12 << 20, 12 << 20);
                                served += huge.setByte((12 << 20) - 1, 7).getByte((12 << 20) - 1) == 7 ? 1 : 0;
                                huge.release();
                            }
                            return served;
                        }))
                .gives(SIZES.length)
                .onAceOnly(WHY)
                .withoutLeakDetector();
        table.row(
                        "what was live before a burst, after it",
                        lab -> lab.limited(LIMIT, inner -> {
                            ByteBuf buf = inner.counted(100);
                            ByteBuf slice = buf.slice(50, 4);
                            boolean isRight = true;
                            for (int size : SIZES) {
                                isRight &= release(burst(inner, size)) > 0;
                            }
                            return all(isRight, hex(slice), buf.refCnt());
                        }))
                .gives("true 32333435 1")
                .onAceOnly(WHY)
                .withoutLeakDetector();
        table.row(
                        "one is released at the limit, one of its size is served",
                        lab -> lab.limited(LIMIT, inner -> {
                            int served = 0;
                            for (int size : SIZES) {
                                List<ByteBuf> live = burst(inner, size);
                                for (int i = 0; i < 5; i++) {
                                    ByteBuf last = live.remove(live.size() - 1);
                                    last.release();
                                    live.add(inner.memory()
                                            .buffer(inner.allocator(), size, size)
                                            .setInt(size - 4, live.size()));
                                    served++;
                                }
                                release(live);
                            }
                            return served;
                        }))
                .gives(5 * SIZES.length)
                .onAceOnly(WHY)
                .withoutLeakDetector();
        table.row(
                        "the other kind of memory after a burst of this",
                        lab -> lab.limited(LIMIT, inner -> {
                            Memory other = inner.memory() == Memory.DIRECT ? Memory.HEAP : Memory.DIRECT;
                            int served = 0;
                            for (int size : SIZES) {
                                release(burst(inner, size));
                                ByteBuf buf = other.buffer(inner.allocator(), size, size);
                                served += buf.release() ? 1 : 0;
                            }
                            return served;
                        }))
                .gives(SIZES.length)
                .onAceOnly(WHY)
                .withoutLeakDetector();
    }
}
