/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.acealloc.AceConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The error where memory is exhausted: Netty's class for direct memory, at once, and it names the setting behind the limit. */
class OutOfMemoryTest {
    private static final int LIMIT = 16 << 20;
    private static final Pattern REFUSED = Pattern.compile("(\\S+) millis (\\d+) collections (\\d+) text (.*)");

    private static OutOfMemoryError exhaust(ByteBufAllocator allocator, Kind kind, int size, List<ByteBuf> live) {
        try {
            while (true) {
                live.add(kind.allocate(allocator, size));
            }
        } catch (OutOfMemoryError e) {
            return e;
        }
    }

    @ParameterizedTest
    @CsvSource({"64", "100000", "1048576", "3000000"})
    void directMemoryEndsInNettysErrorAndHeapMemoryDoesNot(int size) {
        AceByteBufAllocator allocator = Laws.allocatorWithLimit(LIMIT);
        try (Loop loop = new Loop()) {
            for (Kind kind : Kind.values()) {
                Class<?> expected = kind == Kind.DIRECT ? OutOfDirectMemoryError.class : OutOfMemoryError.class;
                for (boolean onLoop : new boolean[] {true, false}) {
                    List<ByteBuf> live = new ArrayList<>();
                    Throwable error = onLoop
                            ? loop.call(() -> exhaust(allocator, kind, size, live))
                            : exhaust(allocator, kind, size, live);
                    assertThat(error)
                            .isExactlyInstanceOf(expected)
                            .hasMessageContaining("limit: " + LIMIT + " by acealloc.maxBytes")
                            .hasMessageContaining("raise it with -Dacealloc.maxBytes");
                    assertThat(error.getStackTrace()[0].getClassName()).startsWith("io.github.acealloc.netty.");
                    assertThat(catchThrowable(() -> live.get(0).capacity(LIMIT)))
                            .as("growth")
                            .isExactlyInstanceOf(expected);
                    live.forEach(ByteBuf::release);
                    Laws.trim(allocator, loop);
                }
            }
            Laws.assertClosesClean(allocator, loop);
        }
    }

    /** Prints what becomes of direct memory in blocks of so many bytes, after so much that is somebody else's. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            ByteBufAllocator allocator = Contestant.valueOf(args[0]).make();
            ByteBuffer others = ByteBuffer.allocateDirect(Integer.parseInt(args[2]));
            List<ByteBuf> live = new ArrayList<>();
            long atFirst = collections();
            exhaust(allocator, Kind.DIRECT, Integer.parseInt(args[1]), live);
            System.out.println("at first " + (collections() - atFirst) + " collections");
            for (int i = 0; i < 2; i++) {
                long collections = collections();
                long start = System.nanoTime();
                OutOfMemoryError error = exhaust(allocator, Kind.DIRECT, Integer.parseInt(args[1]), live);
                System.out.println(error.getClass().getSimpleName() + " millis "
                        + (System.nanoTime() - start) / 1_000_000 + " collections " + (collections() - collections)
                        + " text " + error.getMessage());
            }
            System.out.println(live.size() + " are live beside " + others.capacity() + " bytes");
        }

        private static long collections() {
            return ManagementFactory.getGarbageCollectorMXBeans().stream()
                    .mapToLong(bean -> bean.getCollectionCount())
                    .sum();
        }
    }

    private static List<Matcher> refusals(String said) {
        List<Matcher> refusals =
                said.lines().map(REFUSED::matcher).filter(Matcher::matches).toList();
        assertThat(refusals).as(said).hasSize(2);
        return refusals;
    }

    /** Blocks of 4 MiB fill the JVM's limit to the last byte, so that the JVM, which counts a little more, would refuse. */
    @ParameterizedTest
    @EnumSource(Contestant.class)
    void atTheJvmsOwnLimit(Contestant contestant) {
        String said = new ChildJvm()
                .with("-XX:MaxDirectMemorySize=16m", "-Dio.netty.allocator.maxOrder=9")
                .run(Child.class, contestant.name(), String.valueOf(4 << 20), "0");
        if (contestant == Contestant.ACE) {
            assertThat(said).as("what is ours is in the way").contains("at first 0 collections");
        }
        for (Matcher refusal : refusals(said)) {
            if (contestant == Contestant.ACE) {
                assertThat(refusal.group(1)).isEqualTo("OutOfDirectMemoryError");
                assertThat(Long.parseLong(refusal.group(2))).as(said).isLessThan(400);
                assertThat(refusal.group(3)).as("collections: %s", said).isEqualTo("0");
                assertThat(refusal.group(4)).contains("-XX:MaxDirectMemorySize").contains("raise it with");
            } else {
                assertThat(refusal.group(1)).endsWith("OutOfMemoryError".substring(5));
            }
        }
    }

    /** Where ours are direct buffers, too, and those of others are in the way, which may be garbage, the JVM is asked, but not each time. */
    @Test
    void othersHaveTheDirectMemory() {
        assumeTrue(Runtime.version().feature() < 24, "memory from arenas does not count against the JVM's limit");
        String said = new ChildJvm()
                .with("-XX:MaxDirectMemorySize=16m", "-Dacealloc.maxBytes=1g", "--limit-modules=java.se,jdk.management")
                .run(Child.class, "ACE", String.valueOf(4 << 20), String.valueOf(10 << 20));
        for (Matcher refusal : refusals(said)) {
            assertThat(Long.parseLong(refusal.group(2))).as(said).isLessThan(400);
            assertThat(refusal.group(4))
                    .contains("the system refused more memory")
                    .contains("limit: 16777216 bytes by -XX:MaxDirectMemorySize");
        }
        assertThat(said).contains("1 are live beside");
    }

    /** The child: direct buffers that nobody holds any more are in the way until the JVM collects them. */
    static final class GarbageChild {
        private GarbageChild() {}

        public static void main(String[] args) {
            for (int i = 0; i < 3; i++) {
                ByteBuffer.allocateDirect(5 << 20);
            }
            ByteBuf buf = new AceByteBufAllocator().directBuffer(12 << 20).setByte((12 << 20) - 1, 1);
            System.out.println("served " + buf.capacity());
        }
    }

    @Test
    void garbageOfOthersIsStillCollectedForUs() {
        assertThat(new ChildJvm().with("-XX:MaxDirectMemorySize=16m").run(GarbageChild.class))
                .contains("served " + (12 << 20));
    }

    /** The child: the error's text, whatever the limit is. */
    static final class TextChild {
        private TextChild() {}

        public static void main(String[] args) {
            Limits limits = Limits.of(AceConfig.fromSystemProperties());
            System.out.println(
                    "direct " + limits.direct().exhausted(1, Long.MAX_VALUE).getMessage());
            System.out.println(
                    "heap " + limits.heap().exhausted(1, Long.MAX_VALUE).getMessage());
        }
    }

    private static void assertNames(String kind, String said, String setting) {
        String text =
                said.lines().filter(line -> line.startsWith(kind)).findFirst().orElseThrow();
        assertThat(text).contains(" by " + setting).contains("raise it with ");
    }

    @Test
    void theTextNamesTheSettingBehindTheLimit() {
        String byJvm = new ChildJvm().with("-XX:MaxDirectMemorySize=100m").run(TextChild.class);
        assertNames("direct", byJvm, "-XX:MaxDirectMemorySize");
        assertNames("heap", byJvm, "-Xmx");
        assertNames(
                "direct", new ChildJvm().with("-Xmx100m").run(TextChild.class), "-Xmx, as -XX:MaxDirectMemorySize is");
        String byNetty =
                new ChildJvm().with("-Dio.netty.maxDirectMemory=12345678").run(TextChild.class);
        assertNames("direct", byNetty, "io.netty.maxDirectMemory");
        assertThat(byNetty).contains("limit: 12345678 by");
        String byContainer =
                new ChildJvm().with("-XX:MaxDirectMemorySize=100000g").run(TextChild.class);
        assertNames("direct", byContainer, "what the container or machine has beside -Xmx");
        String byUs = new ChildJvm().with("-Dacealloc.maxBytes=5m").run(TextChild.class);
        assertNames("direct", byUs, "acealloc.maxBytes");
        assertNames("heap", byUs, "acealloc.maxBytes");
    }

    @Test
    void theFiguresShowEachLimitByItself() {
        try (AceByteBufAllocator apart = new AceByteBufAllocator(Laws.config("acealloc.maxBytes", "auto"));
                AceByteBufAllocator shared = Laws.allocatorWithLimit(LIMIT)) {
            ByteBuf buf = apart.heapBuffer(3 << 20);
            String direct = "direct: committed 0 B of at most ";
            String heap = "heap: committed 3 MiB of at most ";
            assertThat(apart.stats().print()).contains(direct).contains(heap).doesNotContain("heap: committed 0 B");
            assertThat(apart.stats().toString())
                    .contains("limit: direct " + apart.metric().directStats().limitBytes() + ", heap "
                            + apart.metric().heapStats().limitBytes());
            assertThat(shared.stats().print()).contains("direct and heap: committed 0 B of at most 16 MiB");
            buf.release();
        }
    }
}
