/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JFR tells again and again what an allocator holds, in each mode, from before the recording or in it, until it is closed. */
class TotalsEventTest {
    private static final String NAME = "io.github.acealloc.Totals";
    private static final long PATIENCE_NANOS = 20_000_000_000L;
    private static final int ENOUGH = 6;

    @TempDir
    Path directory;

    private static Recording start() {
        Recording recording = new Recording();
        recording.enable(NAME).withPeriod(Duration.ofMillis(50));
        recording.start();
        return recording;
    }

    /** JFR may take a second until it has noticed an event. */
    private List<RecordedEvent> awaitEvents(Recording recording, AceByteBufAllocator allocator) throws Exception {
        long start = System.nanoTime();
        List<RecordedEvent> events = events(recording, allocator);
        while (events.size() < ENOUGH && System.nanoTime() - start < PATIENCE_NANOS) {
            Thread.sleep(200);
            events = events(recording, allocator);
        }
        return events;
    }

    private List<RecordedEvent> events(Recording recording, AceByteBufAllocator allocator) throws Exception {
        Path file = directory.resolve("recording.jfr");
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals(NAME))
                .filter(event -> event.getString("allocator").equals(allocator.name()))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"off", "observe", "learn", "frozen"})
    void inEachMode(String mode) throws Exception {
        try (Recording recording = start();
                AceByteBufAllocator allocator = new AceByteBufAllocator(Laws.config("acealloc.mode", mode))) {
            ByteBuf live = allocator.directBuffer(1024);
            long mostCommitted = allocator.metric().usedDirectMemory();
            List<RecordedEvent> events = awaitEvents(recording, allocator);
            assertThat(events).hasSizeGreaterThanOrEqualTo(ENOUGH);
            RecordedEvent direct = events.stream()
                    .filter(event -> event.getString("kind").equals("direct"))
                    .max(Comparator.comparing(RecordedEvent::getStartTime))
                    .orElseThrow();
            assertThat(direct.getLong("live")).isEqualTo(1024);
            assertThat(direct.getLong("committed"))
                    .as("pages go back meanwhile")
                    .isBetween(allocator.metric().usedDirectMemory(), mostCommitted);
            assertThat(direct.getLong("limit"))
                    .isEqualTo(allocator.metric().directStats().limitBytes());
            assertThat(direct.getLong("allocations")).isEqualTo(1);
            assertThat(direct.getInt("heaps")).isPositive();
            assertThat(direct.getString("mode")).isEqualTo(mode);
            assertThat(events).anyMatch(event -> event.getString("kind").equals("heap"));
            live.release();
        }
    }

    /** The child: nobody has used JFR when the allocator is made. */
    static final class Late {
        public static void main(String[] args) throws Exception {
            TotalsEventTest test = new TotalsEventTest();
            test.directory = Path.of(args[0]);
            ByteBuf live = AceByteBufAllocator.DEFAULT.directBuffer(1024);
            Thread.sleep(300);
            try (Recording recording = start()) {
                List<RecordedEvent> events = test.awaitEvents(recording, AceByteBufAllocator.DEFAULT);
                System.out.println("some " + (events.size() >= ENOUGH));
            }
            live.release();
        }
    }

    @Test
    void alsoOfAllocatorsThatWereThereBefore() {
        assertThat(new ChildJvm().run(Late.class, directory.toString())).contains("some true");
    }

    @Test
    void notOfClosedOnes() throws Exception {
        try (Recording recording = start()) {
            AceByteBufAllocator allocator = new AceByteBufAllocator();
            assertThat(awaitEvents(recording, allocator)).hasSizeGreaterThanOrEqualTo(ENOUGH);
            allocator.close();
            Thread.sleep(200); // one may be under way
            int before = events(recording, allocator).size();
            Thread.sleep(500);
            assertThat(events(recording, allocator)).hasSize(before);
        }
    }
}
