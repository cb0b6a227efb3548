/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.cli;

import io.github.acealloc.bench.memory.Scale;
import io.github.acealloc.bench.plan.AceSetting;
import io.github.acealloc.bench.plan.Sweep;
import io.github.acealloc.bench.plan.Workload;
import io.github.acealloc.bench.run.Experiment;
import io.github.acealloc.bench.run.Timing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the commands that compare settings of ACE have in common. */
final class SettingsOptions {
    private static final int FULL_ROUNDS = 5;
    private static final int QUICK_ROUNDS = 2;

    /** The loop looks a few times a second; what it does then takes some more. */
    private static final Duration TIME_TO_LEARN = Duration.ofSeconds(3);

    private static final Duration QUICK_TIME_TO_LEARN = Duration.ofSeconds(1);

    @Option(
            names = "--workloads",
            split = ",",
            paramLabel = "NAME",
            converter = WorkloadConverter.class,
            completionCandidates = WorkloadConverter.Names.class,
            description = "Workloads to run: ${COMPLETION-CANDIDATES} (default: those whose time and memory depend on"
                    + " the settings; when quick: a few of them).")
    List<Workload> workloads;

    @Option(names = "--rounds", description = "Rounds (default: " + FULL_ROUNDS + "; quick: " + QUICK_ROUNDS + ").")
    Integer rounds;

    @Option(
            names = "--quick",
            description = "A first look: fewer workloads, short runs that leave little time to learn.")
    boolean quick;

    @Option(
            names = "--settings",
            split = ",",
            paramLabel = "LABEL",
            description = "Only these settings, by the labels that the report gives them (default: all).")
    List<String> only;

    @Option(
            names = "--scale",
            paramLabel = "SCALE",
            description = "Size of the workloads that measure memory: quick or full (default: full; quick: quick).")
    Scale scale;

    @Option(names = "--out", paramLabel = "DIR", description = "Where the report goes (default: target/report).")
    Path out = DefaultDirectory.report();

    @Option(names = "--jvm-arg", paramLabel = "ARG", description = "One more option for every measured JVM.")
    List<String> jvmArgs = List.of();

    @Spec(Spec.Target.MIXEE)
    CommandSpec spec;

    /** Returns the workloads that were asked for, or the usual ones. */
    List<Workload> workloads() {
        return workloads != null ? workloads : Sweep.workloads(quick);
    }

    /** Returns the experiment that was asked for. */
    Experiment experiment(String name, List<AceSetting> settings) {
        require(rounds == null || rounds >= 1, "--rounds: " + rounds + " (expected: >= 1)");
        require(!workloads().contains(Workload.MLEAK), "--workloads: mleak (expected: one that measures time)");
        return new Experiment(
                name,
                Sweep.cells(workloads(), quick),
                chosen(settings),
                rounds != null ? rounds : quick ? QUICK_ROUNDS : FULL_ROUNDS,
                timing(),
                Experiment.NO_LIMIT,
                jvmArgs);
    }

    private Timing timing() {
        Timing timing = quick ? Timing.QUICK.warmedUpFor(QUICK_TIME_TO_LEARN) : Timing.FULL.warmedUpFor(TIME_TO_LEARN);
        return scale == null ? timing : timing.at(scale);
    }

    private List<AceSetting> chosen(List<AceSetting> all) {
        if (only == null) {
            return all;
        }
        List<String> labels = all.stream().map(AceSetting::label).toList();
        only.forEach(
                label -> require(labels.contains(label), "--settings: " + label + " (expected: of " + labels + ")"));
        return all.stream().filter(setting -> only.contains(setting.label())).toList();
    }

    private void require(boolean valid, String message) {
        if (!valid) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}
