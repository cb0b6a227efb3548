/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.run;

import io.github.acealloc.bench.AllocatorKind;
import io.github.acealloc.bench.plan.Cell;
import io.github.acealloc.bench.plan.Family;
import io.github.acealloc.bench.report.Machine;
import io.github.acealloc.bench.report.Report;
import io.github.acealloc.bench.report.TerminalTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** One call of {@code compare} from the first line it prints to its exit code. */
public final class CompareJob {
    private static final Duration QUICK_LIMIT = Duration.ofSeconds(155);
    private static final Duration NO_LIMIT = Duration.ofDays(365);

    private final List<Cell> cells;
    private final List<AllocatorKind> allocators;
    private final int rounds;
    private final boolean quick;
    private final Path directory;
    private final Comparison comparison;

    /**
     * Prepares the measurement.
     *
     * @param timeLimited whether the quick comparison may leave out rounds to keep its time
     * @param directory where the report goes
     */
    public CompareJob(
            List<Cell> cells,
            List<AllocatorKind> allocators,
            int rounds,
            boolean quick,
            boolean timeLimited,
            List<String> jvmArgs,
            Path directory)
            throws IOException {
        this.cells = cells;
        this.allocators = allocators;
        this.rounds = rounds;
        this.quick = quick;
        this.directory = directory;
        Timing timing = quick ? Timing.QUICK : Timing.FULL;
        Path logs = emptied(directory.resolve("logs"));
        comparison = new Comparison(
                cells,
                allocators,
                rounds,
                timing,
                quick && timeLimited ? QUICK_LIMIT : NO_LIMIT,
                Map.of(
                        Family.MICRO, new MicroRunner(timing, jvmArgs, logs),
                        Family.HTTP, new HttpRunner(timing, jvmArgs, allocators, logs),
                        Family.MEMORY, new MemoryRunner(timing.memory(), jvmArgs, logs)));
    }

    private static Path emptied(Path logs) throws IOException {
        Files.createDirectories(logs);
        try (DirectoryStream<Path> old = Files.newDirectoryStream(logs, "*.log")) {
            for (Path log : old) {
                Files.delete(log);
            }
        }
        return logs;
    }

    /** Measures, prints, writes; returns 0 if every run succeeded, 1 otherwise. */
    public int run(PrintWriter out) throws InterruptedException {
        Machine machine = Machine.current();
        out.printf("Java %s, %s%n", machine.java(), machine.cpu());
        out.printf(
                "%d cells x %d allocators x %d rounds = %d runs, each in its own JVM: about %s%n",
                cells.size(), allocators.size(), rounds, comparison.runs(), Format.duration(comparison.estimate()));
        out.flush();
        Results results;
        try (Progress progress = Progress.create(comparison.runs(), out)) {
            results = comparison.run(progress, partial -> write(partial, machine));
        }
        out.print(TerminalTable.of(results));
        out.printf("%nReport: %s%n", directory.resolve(Report.HTML));
        if (quick) {
            out.println("This was the quick comparison. The whole one: java -jar bench/target/ace-bench.jar compare");
        }
        if (results.failures() > 0) {
            out.printf(
                    "%d of %d runs FAILED; see %s%n", results.failures(), comparison.runs(), directory.resolve("logs"));
        }
        out.flush();
        return results.failures() == 0 ? 0 : 1;
    }

    private void write(Results results, Machine machine) {
        try {
            Report.write(results, machine, quick, directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
