/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.Main;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Hands everything over to JMH's own command line. */
@Command(
        name = JmhCommand.NAME,
        description = "Runs JMH itself: 'jmh -h' shows its options, 'jmh -l' its benchmarks.",
        footer = "Example: jmh AllocationPattern.step -p live=1024 -p allocator=ACE,ADAPTIVE -f 1")
public final class JmhCommand implements Callable<Integer> {
    public static final String NAME = "jmh";

    @Parameters(arity = "0..*", hidden = true, description = "JMH's arguments.")
    List<String> arguments = List.of();

    @Override
    public Integer call() throws Exception {
        Main.main(arguments.toArray(String[]::new));
        return 0;
    }
}
