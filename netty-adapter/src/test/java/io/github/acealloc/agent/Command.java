/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a command of the agent's jar has said.
 *
 * @param exitCode its exit code
 * @param out on standard output
 * @param err on standard error
 */
record Command(int exitCode, String out, String err) {
    static final Path JAR = Path.of("target", "ace-alloc-agent.jar").toAbsolutePath();
    static final String AGENT = "-javaagent:" + JAR;

    private static final int SECONDS = 30;

    /** Runs one to its end. */
    static Command run(String... arguments) throws IOException, InterruptedException {
        return run(List.of(LiveJvm.java().toString()), JAR, arguments);
    }

    /** The same, where it must be a good end. */
    static String good(String... arguments) throws IOException, InterruptedException {
        Command command = run(arguments);
        assertThat(command.err()).isEmpty();
        assertThat(command.exitCode()).isZero();
        return command.out();
    }

    /** With another beginning, and the jar elsewhere. */
    static Command run(List<String> java, Path jar, String... arguments) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(java);
        line.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", jar.toString()));
        line.addAll(List.of(arguments));
        Path out = Files.createTempFile("command", ".out");
        Path err = Files.createTempFile("command", ".err");
        try {
            Process process = new ProcessBuilder(line)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly();
            assertThat(ended).as("%s ends", line).isTrue();
            return new Command(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    /** Must have failed with one line. */
    void expectFailure(int code, String... said) {
        assertThat(err).contains(said).hasLineCount(1);
        assertThat(exitCode).isEqualTo(code);
        assertThat(out).isEmpty();
    }
}
