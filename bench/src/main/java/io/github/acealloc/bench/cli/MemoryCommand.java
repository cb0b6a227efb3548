/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.acealloc.bench.AllocatorKind;
import io.github.acealloc.bench.memory.MemoryRun;
import io.github.acealloc.bench.memory.Scale;
import io.github.acealloc.bench.plan.Workload;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The child process of the memory workloads: runs one with one allocator and prints what it measured as one line. */
@Command(name = MemoryCommand.NAME, hidden = true, description = "Runs a memory workload.")
public final class MemoryCommand implements Callable<Integer> {
    public static final String NAME = "memory-run";

    @Option(names = "--workload", required = true, converter = WorkloadConverter.class, description = "The workload.")
    Workload workload;

    @Option(names = "--scale", description = "Its size: ${COMPLETION-CANDIDATES}.")
    Scale scale = Scale.FULL;

    @Option(names = "--size", description = "Event loops, or MiB, of a workload that has several sizes.")
    int size;

    @Option(names = "--allocator", required = true, description = "The allocator under test.")
    AllocatorKind allocator;

    @Override
    public Integer call() throws Exception {
        System.out.println(new ObjectMapper().writeValueAsString(MemoryRun.of(workload, scale, size, allocator)));
        return 0;
    }
}
