/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench;

import io.github.acealloc.bench.cli.AblateCommand;
import io.github.acealloc.bench.cli.CompareCommand;
import io.github.acealloc.bench.cli.JmhCommand;
import io.github.acealloc.bench.cli.ListCommand;
import io.github.acealloc.bench.cli.MemoryCommand;
import io.github.acealloc.bench.cli.PictureCommand;
import io.github.acealloc.bench.cli.RecordCommand;
import io.github.acealloc.bench.cli.ServerCommand;
import io.github.acealloc.bench.cli.SweepCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command-line tool. */
@Command(
        name = "ace-bench",
        description = "Compares ACE-Alloc with Netty's own allocators, and with other settings of itself.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            CompareCommand.class,
            SweepCommand.class,
            AblateCommand.class,
            PictureCommand.class,
            ListCommand.class,
            JmhCommand.class,
            ServerCommand.class,
            MemoryCommand.class,
            RecordCommand.class
        })
public final class Main {
    private Main() {}

    /** Runs one command and exits with its code: 0 done, 1 something failed, 2 wrong arguments. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** Returns the parser of the tool's arguments. */
    public static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true);
        commandLine.getSubcommands().get(JmhCommand.NAME).setUnmatchedOptionsArePositionalParams(true);
        return commandLine;
    }
}
