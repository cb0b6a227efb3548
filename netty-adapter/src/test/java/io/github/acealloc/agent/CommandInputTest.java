/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the commands cannot work with: one line on standard error that says what to do, and an exit code. */
class CommandInputTest {
    private static final String JAVA = LiveJvm.java().toString();

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                  | command: none (expected: doctor PID or stat PID",
                "doc 1               | command: doc (expected: doctor or stat",
                "doctor              | PID: none (expected: doctor PID",
                "stat                | PID: none (expected: stat PID [--json]",
                "doctor one          | PID: one (expected: a number greater than 0",
                "stat -1             | PID: -1 (expected: a number greater than 0",
                "doctor 1 --json     | option: --json (expected: none after doctor PID",
                "stat 1 --jsn        | option: --jsn (expected: --json, --once or --count N",
                "stat 1 --count      | --count: nothing (expected: a number greater than 0",
                "stat 1 --count 0    | --count: 0 (expected: a number greater than 0",
            })
    void refusesAWrongCommandLine(String line, String said) throws IOException, InterruptedException {
        String[] arguments = line.isEmpty() ? new String[0] : line.split(" ", -1);
        Command.run(arguments).expectFailure(2, said);
    }

    @Test
    void helps() throws IOException, InterruptedException {
        assertThat(Command.good("--help")).contains("usage: ", "doctor PID", "stat PID");
    }

    @Test
    void refusesAProcessThatIsNotThere() throws IOException, InterruptedException {
        Process gone = new ProcessBuilder(JAVA, "-version").start();
        gone.waitFor();
        Command.run("stat", Long.toString(gone.pid())).expectFailure(1, "(expected: a running process): there is none");
    }

    /** Attaching would send it a signal that ends it. */
    @EnabledOnOs(OS.LINUX)
    @Test
    void refusesAProcessThatIsNoJvmAndLeavesItAlone() throws IOException, InterruptedException {
        Process sleep = new ProcessBuilder("sleep", "60").start();
        try {
            Command.run("doctor", Long.toString(sleep.pid()))
                    .expectFailure(1, "(expected: a JVM): it is not one but ", "sleep");
            assertThat(sleep.isAlive()).isTrue();
        } finally {
            sleep.destroyForcibly();
        }
    }

    @Test
    void refusesAJvmThatForbidsAttaching() throws IOException, InterruptedException {
        try (LiveJvm jvm = LiveJvm.start(LiveJvm.netty(folder), "pooled", "-XX:+DisableAttachMechanism")) {
            Command.run("doctor", jvm.pid()).expectFailure(1, "forbids attaching", "-XX:+DisableAttachMechanism");
        }
    }

    @Test
    void refusesAJvmThatForbidsAgents() throws IOException, InterruptedException {
        try (LiveJvm jvm = LiveJvm.start(LiveJvm.netty(folder), "pooled", "-XX:-EnableDynamicAgentLoading")) {
            Command.run("doctor", jvm.pid())
                    .expectFailure(1, "forbids loading agents", "-XX:+EnableDynamicAgentLoading");
        }
    }

    @EnabledOnOs({OS.LINUX, OS.MAC})
    @Test
    void doesNotWaitForAJvmThatHangs() throws IOException, InterruptedException {
        try (LiveJvm jvm = LiveJvm.start(LiveJvm.netty(folder), "pooled")) {
            jvm.stop();
            Command.run("doctor", jvm.pid()).expectFailure(1, "has not answered within 10 s", "kill -CONT");
        }
    }

    @Test
    void needsAJdk() throws IOException, InterruptedException {
        Command.run(List.of(JAVA, "--limit-modules", "java.base"), Command.JAR, "doctor", "1")
                .expectFailure(1, "has no module jdk.attach", "full JDK");
    }

    @Test
    void needsNoFolderForTemporaryFiles() throws IOException, InterruptedException {
        try (LiveJvm jvm = LiveJvm.start(LiveJvm.netty(folder), "pooled")) {
            Command command = Command.run(
                    List.of(JAVA, "-Djava.io.tmpdir=" + folder.resolve("none")), Command.JAR, "doctor", jvm.pid());
            assertThat(command.exitCode()).as(command.err()).isZero();
            assertThat(command.out()).contains("NOT SERVED");
        }
    }

    /** Only root can be somebody else. */
    @EnabledOnOs(OS.LINUX)
    @Test
    void refusesAnotherUsersJvm() throws IOException, InterruptedException {
        assumeTrue("root".equals(System.getProperty("user.name")) && Files.isExecutable(Path.of("/usr/bin/setpriv")));
        Path open = Files.createTempDirectory("open");
        Path jar = Files.copy(Command.JAR, open.resolve("agent.jar"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-r--r--"));
        try {
            List<String> asNobody = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", JAVA);
            Command.run(
                            asNobody,
                            jar,
                            "doctor",
                            Long.toString(ProcessHandle.current().pid()))
                    .expectFailure(1, " belongs to root, and this command runs as ", "run it as root");
        } finally {
            Files.delete(jar);
            Files.delete(open);
        }
    }
}
