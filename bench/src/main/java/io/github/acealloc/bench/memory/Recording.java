/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.bench.plan.Workload;
import io.github.acealloc.netty.AceByteBufAllocator;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.zip.GZIPOutputStream;

/**
 * Writes down how a memory workload uses one size class, that with the most allocations on one event loop: a trace of
 * {@link EventLog.Events#trace allocations and releases} over time, for tests of what an allocator does about them.
 */
public final class Recording {
    /** Events of a trace, at most. */
    static final int EVENTS = 60_000;

    /** Phases that are short enough for a trace to see several of them. */
    private static final PhaseChange SHORT_PHASES = new PhaseChange(Duration.ofMillis(10), 24);

    private Recording() {}

    /** Runs a workload with ACE, and writes the trace into a directory; returns the file. */
    public static Path of(Workload workload, Path directory) throws Exception {
        MemoryWorkload memory = workload == Workload.PHASE_CHANGE ? SHORT_PHASES : Scale.QUICK.create(workload);
        try (AceByteBufAllocator throwaway = new AceByteBufAllocator()) {
            memory.warmUp(new RecordingAllocator(throwaway, new EventLog(EVENTS)));
        }
        EventLog log = new EventLog(EVENTS);
        try (AceByteBufAllocator allocator = new AceByteBufAllocator()) {
            memory.measure(new RecordingAllocator(allocator, log));
        }
        return write(log.busiest(), workload, directory);
    }

    private static Path write(EventLog.Events events, Workload workload, Path directory) throws IOException {
        Path file = directory.resolve(workload + "-" + events.blockBytes() + ".trace.gz");
        Files.createDirectories(directory);
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(events.trace());
        }
        return file;
    }
}
