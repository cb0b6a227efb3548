/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.control.Decision;
import io.github.acealloc.control.Mode;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.slab.SizeClasses;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The control loop in a whole allocator: it changes limits and nothing else, and says what it does. */
class ModesTest {
    private static final String MODE = "acealloc.mode";

    @TempDir
    Path directory;

    private static void work(AceByteBufAllocator allocator, long seed) {
        Random random = new Random(seed);
        List<ByteBuf> live = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            if (live.size() < 500 && random.nextInt(100) < 50 + 40 * Math.sin(i / 500.0)) {
                int size = 1 + random.nextInt(1 << (4 + random.nextInt(12)));
                live.add(random.nextBoolean() ? allocator.directBuffer(size) : allocator.heapBuffer(size));
            } else if (!live.isEmpty()) {
                live.remove(random.nextInt(live.size())).release();
            }
        }
        live.forEach(ByteBuf::release);
    }

    /** Releases and allocates many of one size again and again, for some turns of the loop. */
    private static void overflow(AceByteBufAllocator allocator, Loop loop) {
        long end = System.nanoTime() + 20_000_000_000L;
        while (allocator.stats().decisions().isEmpty() && System.nanoTime() < end) {
            loop.run(() -> {
                List<ByteBuf> live = new ArrayList<>();
                for (int n = 0; n < 2000; n++) {
                    live.add(allocator.directBuffer(1024));
                }
                live.forEach(ByteBuf::release);
            });
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void leavesNothingBehindInAnyMode(Mode mode) throws InterruptedException {
        AceByteBufAllocator allocator = new AceByteBufAllocator(Laws.config(MODE, mode.toString()));
        Loop other = new Loop();
        try (Loop one = new Loop()) {
            long end = System.nanoTime() + 600_000_000L;
            for (long seed = 1; System.nanoTime() < end; seed++) {
                long current = seed;
                one.run(() -> work(allocator, current));
                other.run(() -> work(allocator, -current));
                work(allocator, current);
                Thread.sleep(20);
            }
            assertThat(allocator.stats().liveBytes()).isZero();
            other.close(); // its heap is on the shelf when the walker comes
            Laws.assertClosesClean(allocator, one);
        }
    }

    @Test
    void decisionsAreInTheFiguresInWordsAndInFlightRecordings() throws IOException {
        AceByteBufAllocator allocator = new AceByteBufAllocator(Laws.config(MODE, "learn"));
        Path file = directory.resolve("decisions.jfr");
        try (Recording recording = new Recording();
                Loop loop = new Loop()) {
            recording.enable("io.github.acealloc.Decision");
            recording.start();
            overflow(allocator, loop);
            recording.stop();
            recording.dump(file);
            List<Decision> decisions = allocator.stats().decisions();
            assertThat(decisions).isNotEmpty();
            Decision first = decisions.get(0);
            assertThat(first.applied()).isTrue();
            assertThat(first.measured()).as("its effect is known").isNotNaN();
            assertThat(allocator.explain()).contains(first.toString());
            assertThat(allocator.stats().print()).contains(first.toString());
            assertThat(allocator.stats().json()).contains("\"decisions\":[{\"time\":");
            List<RecordedEvent> events = RecordingFile.readAllEvents(file);
            assertThat(events)
                    .anyMatch(event -> event.getInt("newCap") == first.newCap()
                            && event.getString("reason").equals(first.reason()));
            Laws.assertClosesClean(allocator, loop);
        }
    }

    @Test
    void whatOneServerLearnedAnotherStartsWith() throws IOException {
        Path file = directory.resolve("policy.properties");
        Map<String, String> settings = Map.of(MODE, "learn", "acealloc.policy", file.toString());
        AceByteBufAllocator teacher = new AceByteBufAllocator(Laws.config(settings));
        try (Loop loop = new Loop()) {
            overflow(teacher, loop);
            PolicyFile.Policies learned = teacher.learned();
            assertThat(learned.direct().limits()).containsKey(1024);
            Laws.assertClosesClean(teacher, loop);
        }
        assertThat(Files.readString(file)).endsWith("format = ace-alloc-policy-1\n");
        PolicyFile.Policies kept = PolicyFile.read(file);
        try (Loop loop = new Loop()) {
            AceByteBufAllocator pupil =
                    new AceByteBufAllocator(Laws.config(Map.of(MODE, "frozen", "acealloc.policy", file.toString())));
            loop.run(() -> {
                List<ByteBuf> live = new ArrayList<>();
                for (int n = 0; n < 3000; n++) {
                    live.add(pupil.directBuffer(1024));
                }
                live.forEach(ByteBuf::release);
            });
            long cached = pupil.metric().directStats().cachedBytes() / 1024;
            int cap = kept.direct().limits().get(1024).cap();
            assertThat(cached).isBetween(Math.min(cap, 3000) - 256L, (long) cap);
            Laws.assertClosesClean(pupil, loop);
        }
    }

    /** The child: learns something, and ends without closing anything. */
    static final class Child {
        @SuppressWarnings("SystemExitOutsideMain") // this is a main
        public static void main(String[] args) {
            overflow(AceByteBufAllocator.DEFAULT, new Loop());
            System.exit(0);
        }
    }

    @Test
    void whatWasLearnedIsWrittenWhenTheJvmEnds() throws IOException {
        Path file = directory.resolve("policy.properties");
        String said = new ChildJvm()
                .with("-Dacealloc.mode=learn", "-Dacealloc.policy=" + file)
                .run(Child.class);
        assertThat(PolicyFile.read(file).direct().limits()).as(said).containsKey(1024);
    }

    @Test
    void whatIsOnlyObservedChangesNothing() {
        AceByteBufAllocator allocator = new AceByteBufAllocator(Laws.config(MODE, "observe"));
        try (Loop loop = new Loop()) {
            overflow(allocator, loop);
            List<Decision> decisions = allocator.stats().decisions();
            assertThat(decisions).isNotEmpty().noneMatch(Decision::applied);
            assertThat(allocator.stats().cachedBytes())
                    .as("caps are the default")
                    .isLessThanOrEqualTo(2048L * Knobs.defaults().cap(SizeClasses.of(1024)));
            Laws.assertClosesClean(allocator, loop);
        }
    }

    @Test
    void aPinnedSizeKeepsItsCap() {
        AceByteBufAllocator allocator = new AceByteBufAllocator(Laws.config(MODE, "learn"));
        allocator.pin(1000, 7);
        try (Loop loop = new Loop()) {
            overflow(allocator, loop);
            assertThat(allocator.stats().decisions()).anyMatch(d -> d.reason().equals("pinned") && d.newCap() == 7);
            Laws.assertClosesClean(allocator, loop);
        }
    }
}
