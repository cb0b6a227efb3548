/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.tool;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/** Reads the command line, and runs what it says. */
public final class CommandLine {
    private static final String USAGE = """
            usage: java -jar ace-alloc-agent.jar doctor PID
                   java -jar ace-alloc-agent.jar stat PID [--json] [--once | --count N]

              doctor   which copies of Netty and which allocators that JVM has, which of them ACE serves,
                       and for each that it does not serve why, and the line to change
              stat     ACE's memory, once a second: totals, size classes, the last decisions
                --json     one JSON object a line
                --count N  ends after N readings; --once is --count 1

            It needs a JDK, runs as the user of that JVM, and loads an agent into it that reads and changes nothing.
            From Java 21 on that JVM prints a warning then, unless it has -XX:+EnableDynamicAgentLoading.
            Exit code: 0, 2 for a wrong command line, 1 for all else.
            """;

    private CommandLine() {}

    /**
     * Runs a command and ends the JVM with its exit code.
     *
     * @param jar the agent's
     * @param args the command, and what it is given
     */
    public static void main(Path jar, String[] args) {
        System.exit(exitCode(jar, Arrays.asList(args)));
    }

    private static int exitCode(Path jar, List<String> args) {
        try {
            run(jar, args);
            return 0;
        } catch (Failure e) {
            System.out.flush();
            System.err.println(e.getMessage());
            return e.exitCode();
        }
    }

    private static void run(Path jar, List<String> args) throws Failure {
        String command = args.isEmpty() ? "" : args.get(0);
        switch (command) {
            case "help", "--help", "-h" -> System.out.print(USAGE);
            case "doctor" -> doctor(jar, pid(args, "doctor PID"), args.subList(2, args.size()));
            case "stat" -> stat(jar, pid(args, "stat PID [--json] [--once | --count N]"), args.subList(2, args.size()));
            case "" -> throw usage("command: none (expected: doctor PID or stat PID; --help says more)");
            default -> throw usage("command: " + command + " (expected: doctor or stat; --help says more)");
        }
    }

    private static void doctor(Path jar, long pid, List<String> rest) throws Failure {
        if (!rest.isEmpty()) {
            throw usage("option: " + rest.get(0) + " (expected: none after doctor PID)");
        }
        TargetJvm target = TargetJvm.of(pid);
        try (Visit visit = Visit.to(target, jar, "doctor")) {
            System.out.println("ACE-Alloc doctor  " + target.title(visit.properties()));
            System.out.println();
            visit.ask().forEach(System.out::println);
        }
    }

    private static void stat(Path jar, long pid, List<String> rest) throws Failure {
        boolean json = false;
        long count = Long.MAX_VALUE;
        for (Iterator<String> options = rest.iterator(); options.hasNext(); ) {
            String option = options.next();
            switch (option) {
                case "--json" -> json = true;
                case "--once" -> count = 1;
                case "--count" -> count = positive("--count", options.hasNext() ? options.next() : "nothing");
                default -> throw usage("option: " + option + " (expected: --json, --once or --count N)");
            }
        }
        TargetJvm target = TargetJvm.of(pid);
        try (Visit visit = Visit.to(target, jar, "stat")) {
            new StatCommand(target, visit, json, Duration.ofSeconds(1)).run(count);
        }
    }

    private static long pid(List<String> args, String usage) throws Failure {
        if (args.size() < 2) {
            throw usage("PID: none (expected: " + usage + "; jps -l lists the JVMs)");
        }
        return positive("PID", args.get(1));
    }

    private static long positive(String name, String value) throws Failure {
        try {
            long number = Long.parseLong(value);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw usage(name + ": " + value + " (expected: a number greater than 0"
                + (name.equals("PID") ? "; jps -l lists the JVMs)" : ")"));
    }

    private static Failure usage(String line) {
        return new Failure(Failure.USAGE, line);
    }
}
