/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.cli;

import io.github.acealloc.bench.AllocatorKind;
import io.github.acealloc.bench.plan.Workload;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the names that the other commands know. */
@Command(name = "list", description = "Lists the workloads and allocators.", mixinStandardHelpOptions = true)
public final class ListCommand implements Runnable {
    @Spec
    CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        out.println("Workloads:");
        for (Workload workload : Workload.values()) {
            out.printf("  %-18s %s%n", workload, workload.summary());
        }
        out.println("Allocators:");
        for (AllocatorKind allocator : AllocatorKind.values()) {
            out.printf("  %-18s %s%n", allocator.name().toLowerCase(Locale.ROOT), allocator.summary());
        }
        out.flush();
    }
}
