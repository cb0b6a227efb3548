/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.cli;

import io.github.acealloc.bench.plan.Sweep;
import io.github.acealloc.bench.report.SweepReport;
import io.github.acealloc.bench.run.Experiment;
import io.github.acealloc.bench.run.Job;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Measures ACE with fixed caps and batches, with its built-in limits, and as it learns. */
@Command(
        name = SweepCommand.NAME,
        description = {
            "Holds ACE against fixed settings: caps of 0 to 1024 blocks with batches of 1 to 32, the same for every class.",
            "Each run is in its own JVM. The report shows time and memory of each setting, the best fixed ones, and how near"
                    + " to them ACE gets by itself. Goals: 0.95 of the fastest one's speed, 1.1 of its memory."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class SweepCommand implements Callable<Integer> {
    static final String NAME = "sweep";

    @Mixin
    SettingsOptions options;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        SweepReport report = new SweepReport(options.quick);
        return new Job(experiment(), report, options.out).run(spec.commandLine().getOut());
    }

    /** What was asked for. */
    Experiment experiment() {
        return options.experiment(NAME, Sweep.settings(options.quick));
    }
}
