/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.bench.Main;
import io.github.acealloc.bench.plan.Workload;
import io.github.acealloc.bench.run.Experiment;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class CommandLineTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(String... args) {
        return Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(args);
    }

    @Test
    void listNamesEveryWorkloadAndAllocator() {
        assertThat(execute("list")).isZero();
        assertThat(out.toString()).contains("ace", "pooled", "adaptive", "unpooled");
        for (Workload workload : Workload.values()) {
            assertThat(out.toString()).contains(workload.toString(), workload.summary());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --workloads tiny   | expected: one of [pattern, tiny-hot, single-pair, mixed, producer-consumer, slices, access, http, footprint, growth, larson, mleak, phase-change, bursty, proxy, long-lived, many-loops, trickle, cycle, big, huge]
            --allocators foo   | expected one of [ACE, POOLED, ADAPTIVE, UNPOOLED]
            --leak maybe       | expected one of [DISABLED
            --mix mail         | --mix: mail (expected: one of [websocket, gateway])
            --kind wood        | --kind: wood (expected: one of [direct, heap])
            --live 100         | --live: 100 (expected: a power of two, <= 65536)
            --live 131072      | --live: 131072 (expected: a power of two, <= 65536)
            --rounds 0         | --rounds: 0 (expected: >= 1)
            --threads 0        | --threads: 0 (expected: >= 1)
            --speed warp       | Unknown option
            """)
    void wrongArgumentsAreExplained(String arguments, String message) {
        String[] words = ("compare " + arguments).split(" ", -1);

        assertThat(execute(words)).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains(message);
    }

    @Test
    void unknownCommandsAreExplained() {
        assertThat(execute("compete")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("compete");
    }

    @Test
    void namesAreListsWithoutRegardToCase() {
        CommandLine parser = Main.commandLine();
        parser.parseArgs("compare", "--workloads", "HTTP,tiny-hot", "--allocators", "ace,Pooled");
        CompareCommand command = parser.getSubcommands().get("compare").getCommand();

        assertThat(command.workloads).containsExactly(Workload.HTTP, Workload.TINY_HOT);
        assertThat(command.allocators).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --quick                                          | 7
            --quick --workloads http                         | 1
            --quick --workloads footprint,growth             | 2
            --workloads larson,mleak                         | 2
            --workloads larson --kind heap --threads 2       | 1
            --quick --workloads pattern --live 64,128,256    | 3
            --quick --workloads tiny-hot --kind heap         | 1
            --workloads pattern --live 128 --mix gateway     | 5
            --workloads pattern --no-touch --leak disabled   | 16
            """)
    void selectedCellsAreRun(String arguments, int cells) {
        CommandLine parser = Main.commandLine();
        parser.parseArgs(("compare " + arguments).split(" ", -1));
        CompareCommand command = parser.getSubcommands().get("compare").getCommand();

        assertThat(command.cells()).hasSize(cells);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sweep --workloads pattern,producer-consumer                   | 4 | 14 | 5
            sweep --quick --workloads pattern,producer-consumer           | 3 | 7  | 2
            sweep --quick --rounds 1 --workloads growth --jvm-arg=-Xlog   | 1 | 7  | 1
            sweep --settings learn,off,64/8 --scale quick --workloads growth | 1 | 3 | 5
            ablate --workloads footprint,growth,larson                    | 3 | 11 | 5
            ablate --quick --workloads pattern                            | 2 | 11 | 2
            """)
    void settingsAreMeasuredInSelectedCells(String arguments, int cells, int settings, int rounds) {
        Experiment experiment = experiment(arguments.split(" ", -1));

        assertThat(experiment.cells()).hasSize(cells);
        assertThat(experiment.contestants()).hasSize(settings);
        assertThat(experiment.rounds()).isEqualTo(rounds);
        assertThat(experiment.jvmArgs()).isEqualTo(arguments.contains("-Xlog") ? List.of("-Xlog") : List.of());
    }

    private static Experiment experiment(String... words) {
        CommandLine parser = Main.commandLine();
        parser.parseArgs(words);
        Object command = parser.getSubcommands().get(words[0]).getCommand();
        return command instanceof SweepCommand sweep ? sweep.experiment() : ((AblateCommand) command).experiment();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sweep --workloads tiny   | expected: one of [pattern,
            sweep --workloads mleak  | --workloads: mleak (expected: one that measures time)
            sweep --rounds 0         | --rounds: 0 (expected: >= 1)
            ablate --rounds 0        | --rounds: 0 (expected: >= 1)
            sweep --settings 64/7    | --settings: 64/7 (expected: of [learn, off, 0/1,
            ablate --allocators ace  | Unknown option
            """)
    void wrongArgumentsOfSettingsAreExplained(String arguments, String message) {
        assertThat(execute(arguments.split(" ", -1))).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains(message);
    }

    @Test
    void jmhGetsItsOptionsUntouched() {
        CommandLine parser = Main.commandLine();
        parser.parseArgs("jmh", "AllocationPattern", "-p", "live=128", "-h", "--rounds");
        JmhCommand command = parser.getSubcommands().get("jmh").getCommand();

        assertThat(command.arguments).isEqualTo(List.of("AllocationPattern", "-p", "live=128", "-h", "--rounds"));
    }

    @Test
    void whatRunsInChildProcessesIsNotForUsers() {
        assertThat(execute("--help")).isZero();
        assertThat(out.toString())
                .contains("compare", "sweep", "ablate", "picture", "list", "jmh")
                .doesNotContain(ServerCommand.NAME, MemoryCommand.NAME, RecordCommand.NAME);
    }
}
