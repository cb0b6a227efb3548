/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.run;

import io.github.acealloc.bench.plan.Family;
import io.github.acealloc.bench.report.Machine;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** One measuring command from the first line it prints to its exit code. */
public final class Job {
    private final Experiment experiment;
    private final Output output;
    private final Path directory;
    private final Comparison comparison;

    /**
     * Prepares the measurement.
     *
     * @param directory where the report goes
     */
    public Job(Experiment experiment, Output output, Path directory) throws IOException {
        this.experiment = experiment;
        this.output = output;
        this.directory = directory;
        Timing timing = experiment.timing();
        Path logs = emptied(directory.resolve("logs"));
        comparison = new Comparison(
                experiment.cells(),
                experiment.contestants(),
                experiment.rounds(),
                timing,
                experiment.limit(),
                Map.of(
                        Family.MICRO, new MicroRunner(timing, experiment.jvmArgs(), logs),
                        Family.HTTP, new HttpRunner(timing, experiment.jvmArgs(), experiment.contestants(), logs),
                        Family.MEMORY, new MemoryRunner(timing.memory(), experiment.jvmArgs(), logs)));
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
                "%d cells x %d contestants x %d rounds = %d runs, each in its own JVM: about %s%n",
                experiment.cells().size(),
                experiment.contestants().size(),
                experiment.rounds(),
                comparison.runs(),
                Format.duration(comparison.estimate()));
        out.flush();
        Results results;
        try (Progress progress = Progress.create(experiment.name(), comparison.runs(), out)) {
            results = comparison.run(progress, this::write);
        }
        out.print(output.text(results));
        out.printf("%nReport: %s%n", write(results));
        if (results.failures() > 0) {
            out.printf(
                    "%d of %d runs FAILED; see %s%n", results.failures(), comparison.runs(), directory.resolve("logs"));
        }
        out.flush();
        return results.failures() == 0 ? 0 : 1;
    }

    private Path write(Results results) {
        try {
            return output.write(results, directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
