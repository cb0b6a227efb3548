/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.cli;

import io.github.acealloc.bench.plan.Ablation;
import io.github.acealloc.bench.report.AblationReport;
import io.github.acealloc.bench.run.Experiment;
import io.github.acealloc.bench.run.Job;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Measures ACE without one of its parts after the other. */
@Command(
        name = AblateCommand.NAME,
        description = {
            "Leaves out one part of ACE after the other: learning, caches, tiering, eager freeing, warm slabs, idle trims,"
                    + " refills in batches; and adds prefilling, which is off.",
            "Each run is in its own JVM. The report shows what time and memory each part is worth in each workload."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class AblateCommand implements Callable<Integer> {
    static final String NAME = "ablate";

    @Mixin
    SettingsOptions options;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        AblationReport report = new AblationReport(options.quick);
        return new Job(experiment(), report, options.out).run(spec.commandLine().getOut());
    }

    /** What was asked for. */
    Experiment experiment() {
        return options.experiment(NAME, Ablation.settings());
    }
}
