/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.util.ResourceLeakDetector.Level;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A buffer that is lost is reported, at every level, with what the level promises to tell. */
class LeakReportTest {
    private static final int SMALL = 64;
    private static final int HUGE = 3 << 20;

    private Loop loop;
    private AceByteBufAllocator allocator;

    @BeforeEach
    void start() {
        loop = new Loop();
        allocator = new AceByteBufAllocator();
    }

    @AfterEach
    void end() {
        Laws.assertConsistent(allocator);
        loop.close();
        try (LogCapture log = new LogCapture(AceByteBufAllocator.class)) {
            allocator.close();
            assertThat(log.lines()).hasSize(1).first().asString().contains("still live");
        }
    }

    static Stream<Arguments> leaks() {
        return Stream.of(Level.SIMPLE, Level.ADVANCED, Level.PARANOID)
                .flatMap(level -> Stream.of(Kind.values())
                        .flatMap(kind -> Stream.of(SMALL, HUGE).map(size -> Arguments.of(level, kind, size))));
    }

    @ParameterizedTest
    @MethodSource("leaks")
    void leakIsReported(Level level, Kind kind, int size) {
        try (LeakLab lab = new LeakLab(level)) {
            loop.run(() -> leak(() -> kind.allocate(allocator, size)));
            assertReport(lab, level);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Level.class,
            names = {"SIMPLE", "ADVANCED", "PARANOID"})
    void leakOnAnyOtherThreadIsReported(Level level) {
        try (LeakLab lab = new LeakLab(level)) {
            leak(() -> allocator.directBuffer(SMALL));
            assertReport(lab, level);
        }
    }

    private static void assertReport(LeakLab lab, Level level) {
        assertThat(lab.awaitReports(1)).hasSize(1);
        String report = lab.reports().get(0);
        assertThat(report).contains("Created at:", "LeakLab.allocateAt", "LeakReportTest");
        if (level == Level.SIMPLE) {
            assertThat(report).doesNotContain("usedHere", "a hint of ours");
        } else {
            assertThat(report).contains("#1:", "usedHere", "Hint: a hint of ours");
        }
    }

    private static void leak(Supplier<ByteBuf> source) {
        ByteBuf buf = LeakLab.allocateFollowed(source);
        usedHere(buf);
    }

    private static void usedHere(ByteBuf buf) {
        buf.writeLong(1).touch("a hint of ours");
    }

    @Test
    void leakIsFoundWhereTheUserHasSetNothing() {
        try (LeakLab lab = new LeakLab(Level.SIMPLE)) {
            loop.run(() -> {
                for (int round = 0; round < 20; round++) {
                    LeakLab.allocate(() -> leakMany(300));
                    Thread.sleep(2); // the default follows so many a second, and no more in a moment
                }
            });
            assertThat(lab.awaitReports(1)).isNotEmpty();
        }
    }

    private ByteBuf leakMany(int n) {
        ByteBuf last = null;
        for (int i = 0; i < n; i++) {
            last = allocator.directBuffer(SMALL);
        }
        return last;
    }

    @Test
    void lostSliceIsReported() {
        try (LeakLab lab = new LeakLab(Level.PARANOID)) {
            loop.run(() -> leakSlice(LeakLab.allocate(() -> allocator.directBuffer(SMALL))));
            assertThat(lab.awaitReports(1)).hasSize(1);
        }
    }

    private static void leakSlice(ByteBuf buf) {
        buf.writeLong(1);
        ByteBuf slice = buf.readRetainedSlice(4);
        buf.release();
        assertThat(slice.refCnt()).isEqualTo(1);
    }

    @Test
    void lostBufferIsReportedAfterItHasOutgrownItsSlot() {
        try (LeakLab lab = new LeakLab(Level.PARANOID)) {
            loop.run(() -> LeakLab.allocate(() -> allocator.directBuffer(SMALL)).writeZero(100 * SMALL));
            assertThat(lab.awaitReports(1)).hasSize(1);
        }
    }
}
