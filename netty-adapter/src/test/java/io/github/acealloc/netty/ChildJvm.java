/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a main class in a JVM of its own, of this JVM's version: for what is decided once in a JVM's life. */
public final class ChildJvm {
    private static final int SECONDS = 60;

    private final List<String> options = new ArrayList<>();
    private final Map<String, String> variables = new HashMap<>();
    private String classPath = System.getProperty("java.class.path");

    /** Adds options, such as {@code -Dname=value}. */
    public ChildJvm with(String... more) {
        options.addAll(List.of(more));
        return this;
    }

    /** Sets a variable of its environment. */
    public ChildJvm withVariable(String name, String value) {
        variables.put(name, value);
        return this;
    }

    /** Replaces the class path, which is this JVM's otherwise. */
    public ChildJvm withClassPath(List<Path> entries) {
        classPath = String.join(
                File.pathSeparator, entries.stream().map(Path::toString).toList());
        return this;
    }

    /** Runs it to its end, which must be a good one; gives what it printed, errors included. */
    public String run(Class<?> main, String... args) {
        return run(main.getName(), args);
    }

    /** The same for a class that need not be there by that name. */
    public String run(String main, String... args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-ea", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, main));
        command.addAll(List.of(args));
        try {
            Path output = Files.createTempFile("child", ".txt");
            try {
                ProcessBuilder builder =
                        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
                builder.environment().putAll(variables);
                Process process = builder.start();
                boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
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
