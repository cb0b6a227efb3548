/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.run;

import io.github.acealloc.bench.Contestant;
import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.cli.MemoryCommand;
import io.github.acealloc.bench.memory.Scale;
import io.github.acealloc.bench.plan.Cell;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a memory workload: one process that measures itself and ends.
 *
 * <p>Its Java heap is touched in advance, so that resident memory changes by what is outside of it.
 */
final class MemoryRunner implements CellRunner {
    private static final String TOUCHED_HEAP = "-XX:+AlwaysPreTouch";

    /** What all measured JVMs may take of direct memory. */
    private static final int USUAL_LIMIT_MIB = 4096;

    private final Scale scale;
    private final List<String> jvmArgs;
    private final Path logs;

    MemoryRunner(Scale scale, List<String> jvmArgs, Path logs) {
        List<String> options = new ArrayList<>(List.of(TOUCHED_HEAP));
        options.addAll(jvmArgs);
        this.scale = scale;
        this.jvmArgs = List.copyOf(options);
        this.logs = logs;
    }

    @Override
    public Measurement run(Cell cell, Contestant contestant, int round) throws IOException {
        Path log = logs.resolve(ChildJvm.logName(cell, contestant, round));
        List<String> arguments = List.of(
                MemoryCommand.NAME,
                "--workload",
                cell.workload().toString(),
                "--scale",
                scale.name(),
                "--allocator",
                contestant.kind().name(),
                "--size",
                Integer.toString(cell.size()));
        List<String> extra = new ArrayList<>(ChildJvm.extra(contestant, jvmArgs));
        if (cell.size() > USUAL_LIMIT_MIB / 2) {
            extra.add(0, "-XX:MaxDirectMemorySize=" + 2L * cell.size() + "m"); // room for what an allocator adds
        }
        List<String> options = ChildJvm.options(cell.leak(), extra);
        try (ChildProcess<Measurement> process = new ChildProcess<>(Measurement.class, options, arguments, log)) {
            return process.answer();
        }
    }
}
