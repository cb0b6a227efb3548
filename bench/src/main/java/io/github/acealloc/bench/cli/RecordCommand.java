/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.cli;

import io.github.acealloc.bench.memory.Recording;
import io.github.acealloc.bench.plan.Workload;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes the traces that the allocator's own tests play. */
@Command(
        name = RecordCommand.NAME,
        hidden = true,
        description = "Records how a memory workload uses its busiest size class.")
public final class RecordCommand implements Callable<Integer> {
    public static final String NAME = "record";

    @Option(names = "--workload", required = true, converter = WorkloadConverter.class, description = "The workload.")
    Workload workload;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where the trace goes.")
    Path out;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        spec.commandLine().getOut().println(Recording.of(workload, out));
        return 0;
    }
}
