/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.bench.plan.Workload;
import io.github.acealloc.netty.AceByteBufAllocator;
import io.github.acealloc.slab.SizeClasses;
import io.netty.buffer.ByteBuf;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingTest {
    @TempDir
    Path directory;

    private static List<Long> numbers(byte[] trace) {
        List<Long> numbers = new ArrayList<>();
        long number = 0;
        int shift = 0;
        for (byte b : trace) {
            number |= (b & 0x7fL) << shift;
            shift += 7;
            if (b >= 0) {
                numbers.add(number);
                number = 0;
                shift = 0;
            }
        }
        return numbers;
    }

    @Test
    void aThreadsBlocksAreFollowedToTheirReleaseElsewhere() throws Exception {
        EventLog log = new EventLog(1000);
        try (AceByteBufAllocator ace = new AceByteBufAllocator()) {
            RecordingAllocator allocator = new RecordingAllocator(ace, log);
            ByteBuf first = MemoryWorkload.touched(allocator, 500);
            ByteBuf second = MemoryWorkload.touched(allocator, 512);
            MemoryWorkload.touched(allocator, 100).release();
            ByteBuf huge = MemoryWorkload.touched(allocator, 2 * SizeClasses.MAX_BLOCK);
            first.release();
            Thread.sleep(2);
            Thread other = new Thread(() -> {
                second.release();
                MemoryWorkload.touched(allocator, 512).release();
            });
            other.start();
            other.join();
            huge.release();

            assertThat(ace.metric().directStats().liveBytes()).isZero();
        }
        EventLog.Events events = log.busiest();
        List<Long> numbers = numbers(events.trace());

        assertThat(events.blockBytes()).isEqualTo(512);
        assertThat(numbers).extracting(number -> number & 1).containsExactly(1L, 1L, 0L, 0L);
        assertThat(numbers.get(0) >> 1).isZero();
        assertThat(numbers.get(3) >> 1).isBetween(2_000_000L, 60_000_000_000L);
    }

    @Test
    void aLogHasAnEnd() throws Exception {
        EventLog log = new EventLog(3);
        for (int i = 0; i < 10; i++) {
            log.allocated(64).released();
        }

        assertThat(log.busiest().length()).isEqualTo(3);
    }

    @Test
    void aTraceNeverReleasesWhatIsNotThere() throws Exception {
        Path file = Recording.of(Workload.PHASE_CHANGE, directory);
        byte[] trace;
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            trace = in.readAllBytes();
        }
        List<Long> numbers = numbers(trace);
        long live = 0;
        for (long number : numbers) {
            live += (number & 1) == 1 ? 1 : -1;
            assertThat(live).isNotNegative();
        }

        assertThat(file.getFileName().toString()).matches("phase-change-\\d+\\.trace\\.gz");
        assertThat(numbers).hasSizeBetween(1000, Recording.EVENTS);
        assertThat(numbers.stream().mapToLong(number -> number >> 1).max().orElseThrow())
                .as(
                        "the class rests while two other phases run, 10 ms each; less where the machine is busy and their ends blur")
                .isGreaterThan(5_000_000L);
    }
}
