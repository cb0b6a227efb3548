/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.util.ResourceLeakDetector.Level;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is released is never reported as a leak, however it was used, and its memory comes home. */
class NoFalseLeakReportTest {
    private static final int ROUNDS = 300;

    private final LeakLab lab = new LeakLab(Level.PARANOID);
    private final Loop loop = new Loop();
    private final AceByteBufAllocator allocator = new AceByteBufAllocator();

    @BeforeEach
    void nothingIsReportedYet() {
        assertThat(lab.reports()).isEmpty();
    }

    @AfterEach
    void assertNoReports() {
        assertThat(lab.reports()).isEmpty();
        lab.close();
        Laws.assertClosesClean(allocator, loop);
        loop.close();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void usedAndReleased(Kind kind) {
        loop.run(() -> {
            for (int i = 0; i < ROUNDS; i++) {
                ByteBuf buf = LeakLab.allocate(() -> kind.allocate(allocator, 100));
                assertThat(LeakLab.isFollowed(buf)).isTrue();
                buf.writeLong(i).retain().release();
                assertThat(buf.release()).isTrue();
            }
        });
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void releasedByAnotherThread(Kind kind) {
        for (int i = 0; i < ROUNDS; i++) {
            loop.call(() -> kind.allocate(allocator, 100)).writeLong(i).release();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void grownAndShrunk(Kind kind) {
        loop.run(() -> growAndShrink(kind, 42));
        growAndShrink(kind, 43);
    }

    private void growAndShrink(Kind kind, long seed) {
        Random random = new Random(seed);
        List<ByteBuf> live = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            ByteBuf buf = kind.allocate(allocator, random.nextInt(1000));
            buf.capacity(8).setLong(0, i);
            live.add(buf);
            buf.capacity(8 + random.nextInt(100_000));
            if (random.nextInt(50) == 0) {
                buf.capacity((2 << 20) + random.nextInt(1 << 20));
            }
            if (random.nextBoolean()) {
                buf.capacity(8);
            }
            assertThat(buf.getLong(0)).as("seed %d", seed).isEqualTo(i);
        }
        live.forEach(ByteBuf::release);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    @SuppressWarnings("deprecation") // byte orders are deprecated, and yet there
    void derived(Kind kind) {
        loop.run(() -> {
            for (int i = 0; i < ROUNDS; i++) {
                ByteBuf buf = kind.allocate(allocator, 100).writeLong(i).writeLong(i);
                buf.slice().retain().release();
                ByteBuf first = buf.readRetainedSlice(8);
                ByteBuf second = buf.retainedDuplicate();
                ByteBuf third = buf.order(ByteOrder.LITTLE_ENDIAN).retainedSlice();
                ByteBuf fourth = buf.asReadOnly().retainedDuplicate();
                assertThat(buf.release()).isFalse();
                assertThat(first.release() || second.release() || third.release())
                        .isFalse();
                assertThat(fourth.readLong()).isEqualTo(i);
                assertThat(fourth.release()).isTrue();
            }
        });
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void composite(Kind kind) {
        loop.run(() -> {
            for (int i = 0; i < ROUNDS; i++) {
                CompositeByteBuf composite = allocator.compositeBuffer();
                composite.addComponent(true, kind.allocate(allocator, 100).writeLong(i));
                composite.addComponent(true, kind.allocate(allocator, 100).writeLong(i));
                composite.consolidate();
                assertThat(composite.getLong(8)).isEqualTo(i);
                composite.release();
            }
        });
    }
}
