/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static io.github.acealloc.netty.Recorded.ALL;
import static io.github.acealloc.netty.Recorded.ALLOCATE;
import static io.github.acealloc.netty.Recorded.FREE;
import static io.github.acealloc.netty.Recorded.REALLOCATE;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.SettingDescriptor;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** ACE's buffers are in flight recordings under Netty's names, as often and with the same fields as Netty's own beside them. */
class BufferEventsTest {
    private static final int SIZE = 300;
    private static final int MAX = 10_000;
    private static final int MORE = 5_000;
    private static final PooledByteBufAllocator POOLED = new PooledByteBufAllocator(true);

    private final AceByteBufAllocator allocator = new AceByteBufAllocator();

    private static RecordedEvent only(List<RecordedEvent> events) {
        assertThat(events).hasSize(1);
        return events.get(0);
    }

    private static void expectAlike(RecordedEvent ace, RecordedEvent nettys, String... fields) {
        for (String field : fields) {
            assertThat(ace.<Object>getValue(field)).as(field).isEqualTo(nettys.<Object>getValue(field));
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void anAllocationIsOneEvent(Kind kind) {
        List<Long> addresses = new ArrayList<>();
        List<Integer> fast = new ArrayList<>();
        try (Loop loop = new Loop()) {
            Recorded recorded = Recorded.during(
                    () -> loop.run(() -> {
                        ByteBuf buf = kind.allocate(allocator, SIZE, MAX);
                        addresses.add(buf.hasMemoryAddress() ? buf.memoryAddress() : 0);
                        fast.add(buf.maxFastWritableBytes());
                        ByteBuf nettys = kind.allocate(POOLED, SIZE, MAX);
                        buf.release();
                        nettys.release();
                    }),
                    ALLOCATE);
            RecordedEvent event = only(recorded.ofAce(ALLOCATE));
            expectAlike(
                    event,
                    only(recorded.of(PooledByteBufAllocator.class, ALLOCATE)),
                    "size",
                    "maxCapacity",
                    "direct",
                    "chunkPooled");
            assertThat(event.getInt("size")).isEqualTo(SIZE);
            assertThat(event.getBoolean("direct")).isEqualTo(kind == Kind.DIRECT);
            assertThat(event.getBoolean("chunkThreadLocal"))
                    .as("in its loop's memory")
                    .isTrue();
            assertThat(event.getLong("address")).isEqualTo(addresses.get(0));
            assertThat(event.getInt("maxFastCapacity")).isEqualTo(fast.get(0));
            assertThat(event.getThread().getJavaName()).startsWith("defaultEventExecutor");
            assertThat(event.getStackTrace()).isNotNull();
            assertThat(recorded.ofAce(FREE)).as("not asked for").isEmpty();
        }
    }

    @Test
    void threadsWithoutALoopAndHugeBuffersHaveNoMemoryOfTheirOwn() {
        Recorded recorded = Recorded.during(
                () -> {
                    allocator.directBuffer(SIZE).release();
                    allocator.heapBuffer(3 << 20).release();
                },
                ALLOCATE);
        List<RecordedEvent> events = recorded.ofAce(ALLOCATE);
        assertThat(events).hasSize(2).noneMatch(event -> event.getBoolean("chunkThreadLocal"));
        assertThat(events.get(0).getBoolean("chunkPooled")).isTrue();
        assertThat(events.get(1).getBoolean("chunkPooled"))
                .as("has a chunk to itself")
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aLastReleaseIsOneEventWhoeverDoesIt(Kind kind) {
        try (Loop loop = new Loop()) {
            List<ByteBuf> early = loop.call(() -> List.of(kind.allocate(allocator, 11), kind.allocate(allocator, 12)));
            Recorded recorded = Recorded.during(
                    () -> {
                        early.get(0).release(); // elsewhere, and allocated before the recording began
                        loop.run(() -> {
                            early.get(1).release();
                            kind.allocate(POOLED, 12).release();
                            kind.allocate(allocator, 13).retain(2).release(3);
                            ByteBuf several = kind.allocate(allocator, 14).retain();
                            several.release();
                            several.release();
                        });
                    },
                    FREE);
            assertThat(recorded.ofAce(FREE))
                    .extracting(event -> event.getInt("size"))
                    .containsExactlyInAnyOrder(11, 12, 13, 14);
            RecordedEvent nettys = only(recorded.of(PooledByteBufAllocator.class, FREE));
            RecordedEvent event = recorded.ofAce(FREE).stream()
                    .filter(one -> one.getInt("size") == 12)
                    .findFirst()
                    .orElseThrow();
            expectAlike(event, nettys, "size", "maxCapacity", "direct");
        }
    }

    @Test
    void aFollowedBufferIsOneBuffer() {
        Level before = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(Level.PARANOID);
        try {
            Recorded recorded = Recorded.during(
                    () -> {
                        ByteBuf buf = allocator.directBuffer(SIZE, MAX);
                        assertThat(buf).isNotInstanceOf(AceByteBuf.class);
                        buf.capacity(MORE);
                        buf.release();
                    },
                    ALL);
            assertThat(recorded.ofAce(ALLOCATE))
                    .extracting(event -> event.getInt("size"))
                    .containsExactly(SIZE, MORE);
            only(recorded.ofAce(REALLOCATE));
            assertThat(only(recorded.ofAce(FREE)).getInt("size")).isEqualTo(MORE);
        } finally {
            ResourceLeakDetector.setLevel(before);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aMoveIsOneEventAndGrowthInPlaceIsNone(Kind kind) {
        Recorded recorded = Recorded.during(
                () -> {
                    for (ByteBuf buf : List.of(kind.allocate(allocator, SIZE, MAX), kind.allocate(POOLED, SIZE, MAX))) {
                        buf.capacity(SIZE + 1).capacity(MORE).release();
                    }
                },
                ALL);
        Recorded shrunk = Recorded.during(
                () -> kind.allocate(allocator, SIZE, MAX).capacity(1).release(), REALLOCATE);
        assertThat(shrunk.ofAce(REALLOCATE)).isEmpty();
        RecordedEvent event = only(recorded.ofAce(REALLOCATE));
        RecordedEvent nettys = only(recorded.of(PooledByteBufAllocator.class, REALLOCATE));
        expectAlike(event, nettys, "size", "newCapacity", "maxCapacity", "direct");
        assertThat(event.getInt("newCapacity")).isEqualTo(MORE);
        List<RecordedEvent> allocated = recorded.ofAce(ALLOCATE);
        assertThat(allocated).hasSameSizeAs(recorded.of(PooledByteBufAllocator.class, ALLOCATE));
        assertThat(allocated.get(1).getInt("size")).isEqualTo(MORE);
        assertThat(allocated.get(1).getStartTime()).isAfterOrEqualTo(event.getStartTime());
        assertThat(event.getLong("address")).isEqualTo(allocated.get(0).getLong("address"));
        assertThat(only(recorded.ofAce(FREE)).getLong("address"))
                .isEqualTo(allocated.get(1).getLong("address"));
    }

    /** Buffers come, move and go at random, on a loop and off it. */
    @Test
    void countsAreBalanced() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<ByteBuf> live = new ArrayList<>();
        int[] allocated = new int[1];
        try (Loop loop = new Loop()) {
            Recorded recorded = Recorded.during(
                    () -> {
                        for (int i = 0; i < 5_000; i++) {
                            Loop.Action step = () -> {
                                if (live.size() < 50 || random.nextBoolean()) {
                                    Kind kind = random.nextBoolean() ? Kind.DIRECT : Kind.HEAP;
                                    live.add(kind.allocate(allocator, 1 + random.nextInt(3_000)));
                                    allocated[0]++;
                                } else {
                                    ByteBuf buf = live.remove(random.nextInt(live.size()));
                                    if (random.nextBoolean()) {
                                        buf.capacity(random.nextInt(20_000));
                                    }
                                    buf.release();
                                }
                            };
                            if (random.nextBoolean()) {
                                loop.run(step);
                            } else {
                                step.run();
                            }
                        }
                    },
                    ALL);
            int moved = recorded.ofAce(REALLOCATE).size();
            assertThat(moved).as("seed %s", seed).isPositive();
            assertThat(recorded.ofAce(ALLOCATE)).as("seed %s", seed).hasSize(allocated[0] + moved);
            assertThat(recorded.ofAce(FREE)).as("seed %s", seed).hasSize(allocated[0] - live.size());
            live.forEach(ByteBuf::release);
            Laws.assertClosesClean(allocator, loop);
        }
    }

    @Test
    void nothingIsToldUnlessItIsAskedFor() {
        Recorded recorded = Recorded.during(
                () -> allocator.directBuffer(SIZE).capacity(MORE).release(), "jdk.CPULoad");
        assertThat(recorded.all()).isEmpty();
        Recorded again = Recorded.during(() -> allocator.directBuffer(SIZE).release(), ALL);
        assertThat(again.ofAce(ALLOCATE)).hasSize(1);
        Recorded off = Recorded.during(
                () -> allocator.directBuffer(SIZE).capacity(MORE).release(), "jdk.CPULoad");
        assertThat(off.all()).as("after it was on").isEmpty();
    }

    /** Each of ours is what Netty's of the same name is: fields, words, and what is set by default. */
    @Test
    void theyAreDescribedAsNettysAre() throws ClassNotFoundException {
        Recorded.during(() -> allocator.directBuffer(SIZE).release(), ALL); // so that ours are known
        for (String name : ALL) {
            Class.forName(name.replace("io.netty.", "io.netty.buffer.") + "Event"); // may not have been needed yet
            List<String> texts = FlightRecorder.getFlightRecorder().getEventTypes().stream()
                    .filter(type -> type.getName().equals(name))
                    .map(BufferEventsTest::text)
                    .toList();
            assertThat(texts).as(name).hasSizeGreaterThanOrEqualTo(2);
            assertThat(texts).as(name).containsOnly(texts.get(0));
        }
    }

    private static String text(EventType type) {
        List<String> lines = new ArrayList<>(
                List.of(type.getLabel() + type.getDescription() + type.getCategoryNames() + type.isEnabled()));
        for (ValueDescriptor field : type.getFields()) {
            lines.add(field.getTypeName() + " " + field.getName() + " " + field.getLabel() + " "
                    + field.getDescription() + " " + field.getContentType());
        }
        for (SettingDescriptor setting : type.getSettingDescriptors()) {
            lines.add(setting.getName() + " " + setting.getDefaultValue());
        }
        lines.sort(null);
        return String.join("\n", lines);
    }
}
