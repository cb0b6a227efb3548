/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a main class in a JVM of its own, of this JVM's version: for what can only be tried with a whole process. */
public final class ChildJvm {
    private static final int SECONDS = 60;

    private final List<String> arguments = new ArrayList<>();
    private final List<String> before = new ArrayList<>();
    private final List<String> options = new ArrayList<>(
            List.of("-ea", "-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:ReservedCodeCacheSize=32m"));

    /** Adds options of the JVM. */
    public ChildJvm with(String... more) {
        options.addAll(List.of(more));
        return this;
    }

    /** Limits the address space of the process, in KiB. */
    public ChildJvm withAddressSpace(long kib) {
        before.addAll(List.of("sh", "-c", "ulimit -v " + kib + "; exec \"$@\"", "sh"));
        return this;
    }

    /** What the main class is given. */
    public ChildJvm withArguments(String... more) {
        arguments.addAll(List.of(more));
        return this;
    }

    /** Runs it to its end, which must be a good one; gives what it printed, errors included. */
    public String run(Class<?> main) {
        return run(main.getName(), SECONDS);
    }

    /** Runs a class by its name, for so many seconds at most. */
    public String run(String main, int seconds) {
        List<String> command = new ArrayList<>(before);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        command.addAll(arguments);
        try {
            Path output = Files.createTempFile("child", ".txt");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
                if (!ended) {
                    process.destroyForcibly();
                }
                String text = Files.readString(output, StandardCharsets.UTF_8);
                assertThat(ended).as("%s hangs: %s", main, text).isTrue();
                assertThat(process.exitValue()).as("%s says: %s", main, text).isZero();
                return text;
            } finally {
                Files.delete(output);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
