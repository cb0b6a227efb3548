/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.cli;

import io.github.acealloc.bench.AllocatorKind;
import io.github.acealloc.bench.plan.Cell;
import io.github.acealloc.bench.plan.Leak;
import io.github.acealloc.bench.plan.Plan;
import io.github.acealloc.bench.plan.Selection;
import io.github.acealloc.bench.plan.Workload;
import io.github.acealloc.bench.report.Report;
import io.github.acealloc.bench.run.Experiment;
import io.github.acealloc.bench.run.Job;
import io.github.acealloc.bench.run.Timing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures every allocator in interleaved rounds and writes the report. */
@Command(
        name = "compare",
        description = "Measures every allocator in interleaved rounds, each run in its own JVM, and writes a report.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class CompareCommand implements Callable<Integer> {
    private static final int FULL_ROUNDS = 5;
    private static final int QUICK_ROUNDS = 2;
    private static final int MOST_LOOPS = 10_000;

    /** A TiB. */
    private static final int MOST_MIB = 1 << 20;

    private static final Duration QUICK_LIMIT = Duration.ofSeconds(155);

    @Option(
            names = "--workloads",
            split = ",",
            paramLabel = "NAME",
            converter = WorkloadConverter.class,
            completionCandidates = WorkloadConverter.Names.class,
            description = "Workloads to run: ${COMPLETION-CANDIDATES} (default: all; when quick: pattern, tiny-hot, "
                    + "single-pair, producer-consumer, http).")
    List<Workload> workloads;

    @Option(
            names = "--allocators",
            split = ",",
            paramLabel = "NAME",
            description = "Allocators to compare: ${COMPLETION-CANDIDATES} (default: all).")
    List<AllocatorKind> allocators = List.of(AllocatorKind.values());

    @Option(names = "--rounds", description = "Rounds (default: " + FULL_ROUNDS + "; quick: " + QUICK_ROUNDS + ").")
    Integer rounds;

    @Option(
            names = "--quick",
            description = "A first look in under three minutes: few cells unless selected below, short runs.")
    boolean quick;

    @Option(names = "--out", paramLabel = "DIR", description = "Where the report goes (default: target/report).")
    Path out = DefaultDirectory.report();

    @Option(
            names = "--live",
            split = ",",
            paramLabel = "N",
            description = "Live buffers of the allocation pattern, powers of two up to 65536 (default: all).")
    List<Integer> live;

    @Option(
            names = "--loops",
            split = ",",
            paramLabel = "N",
            description = "Event loops of many-loops (default: 64; when quick: 16).")
    List<Integer> loops = List.of();

    @Option(
            names = "--mib",
            split = ",",
            paramLabel = "N",
            description = "MiB that are live in big (default: 2048; when quick: 128).")
    List<Integer> mib = List.of();

    @Option(
            names = "--mix",
            split = ",",
            paramLabel = "NAME",
            description = "Size mixes of the allocation pattern: websocket, gateway (default: both).")
    List<String> mixes;

    @Option(
            names = "--kind",
            split = ",",
            paramLabel = "NAME",
            description = "Kinds of buffer: direct, heap (default: both).")
    List<String> kinds;

    @Option(
            names = "--leak",
            split = ",",
            paramLabel = "NAME",
            description = "Leak detection: ${COMPLETION-CANDIDATES} (default: both).")
    List<Leak> leaks;

    @Option(names = "--threads", description = "Event loops that run a workload side by side (default: 1).")
    int threads = 1;

    @Option(names = "--no-touch", description = "Leave out the allocation pattern that touches each buffer.")
    boolean noTouch;

    @Option(names = "--jvm-arg", paramLabel = "ARG", description = "One more option for every measured JVM.")
    List<String> jvmArgs = List.of();

    @Option(names = "--report-line", hidden = true, paramLabel = "FILE", description = "Gets the report's address.")
    Path reportLine;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        validate();
        List<Cell> cells = cells();
        int actualRounds = rounds != null ? rounds : quick ? QUICK_ROUNDS : FULL_ROUNDS;
        Experiment experiment = new Experiment(
                "compare",
                cells,
                allocators,
                actualRounds,
                quick ? Timing.QUICK : Timing.FULL,
                quick && rounds == null ? QUICK_LIMIT : Experiment.NO_LIMIT,
                jvmArgs);
        int exit = new Job(experiment, new Report(quick), out)
                .run(spec.commandLine().getOut());
        if (reportLine != null) {
            Files.writeString(
                    reportLine,
                    "Report: %s%n".formatted(out.resolve(Report.HTML).toUri()));
        }
        return exit;
    }

    /** What was asked for. */
    List<Cell> cells() {
        return Plan.sized(plainCells(), loops, mib);
    }

    /** Without any option on them, quick runs its own few cells. */
    private List<Cell> plainCells() {
        boolean selected = live != null || mixes != null || kinds != null || leaks != null || threads > 1;
        if (quick && !selected) {
            return Plan.quick(orElse(workloads, Plan.QUICK));
        }
        return Plan.full(new Selection(
                orElse(workloads, quick ? Plan.QUICK : List.of(Workload.values())),
                orElse(mixes, quick ? List.of("websocket") : Selection.ALL_MIXES),
                orElse(live, quick ? List.of(128, 8192) : Selection.ALL_LIVE),
                orElse(kinds, quick ? List.of("direct") : Selection.ALL_KINDS),
                orElse(leaks, quick ? List.of(Leak.DISABLED) : List.of(Leak.values())),
                threads,
                !quick && !noTouch));
    }

    private static <T> T orElse(T given, T otherwise) {
        return given != null ? given : otherwise;
    }

    private void validate() {
        require(rounds == null || rounds >= 1, "--rounds: " + rounds + " (expected: >= 1)");
        require(threads >= 1, "--threads: " + threads + " (expected: >= 1)");
        for (int n : orElse(live, List.<Integer>of())) {
            boolean valid = n >= 1 && n <= 1 << Character.SIZE && Integer.bitCount(n) == 1;
            require(valid, "--live: " + n + " (expected: a power of two, <= 65536)");
        }
        for (int n : loops) {
            require(n >= 1 && n <= MOST_LOOPS, "--loops: " + n + " (expected: 1 to " + MOST_LOOPS + ")");
        }
        for (int n : mib) {
            require(n >= 1 && n <= MOST_MIB, "--mib: " + n + " (expected: 1 to " + MOST_MIB + ")");
        }
        known("--mix", orElse(mixes, List.of()), Selection.ALL_MIXES);
        known("--kind", orElse(kinds, List.of()), Selection.ALL_KINDS);
    }

    private void known(String option, List<String> values, List<String> valid) {
        for (String value : values) {
            require(valid.contains(value), option + ": " + value + " (expected: one of " + valid + ")");
        }
    }

    private void require(boolean valid, String message) {
        if (!valid) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}
