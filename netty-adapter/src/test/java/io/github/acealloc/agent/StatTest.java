/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code stat} with JVMs that have ACE, and with one that has not. */
class StatTest {
    private static final int WIDTH = 100;

    @TempDir
    Path folder;

    private static void expectTable(String said) {
        assertThat(said)
                .containsPattern(
                        "^\\d\\d:\\d\\d:\\d\\d  JVM \\d+  Java \\S+  LiveProgram  process resident [\\d.]+ MiB\n")
                .containsPattern("\nmemory +live +cached +free +committed +limit +used +allocs/s +hits\n")
                .containsPattern("\ndirect +1\\.?\\d* MiB .* [1-9][\\d,]* +(100|9\\d\\.\\d\\d) %\n")
                .containsPattern("\nheap +\\S+ B ")
                .containsPattern("\n1 KiB +direct +[1-9][\\d,]* .* %");
        assertThat(said.lines()).allMatch(line -> line.length() <= WIDTH);
    }

    @Test
    void showsWhatTheAgentServes() throws IOException, InterruptedException {
        try (LiveJvm jvm = LiveJvm.start(LiveJvm.netty(folder), "pooled", Command.AGENT)) {
            String said = Command.good("stat", jvm.pid(), "--count", "2");
            expectTable(said);
            assertThat(said.split("\nmemory ", -1)).hasSize(3);
        }
    }

    @Test
    void showsTheApplicationsOwnAce() throws IOException, InterruptedException {
        try (LiveJvm jvm = LiveJvm.start(LiveJvm.nettyAndAce(folder), "ace")) {
            expectTable(Command.good("stat", jvm.pid(), "--once"));
        }
    }

    @Test
    void printsOneObjectALine() throws IOException, InterruptedException {
        try (LiveJvm jvm = LiveJvm.start(LiveJvm.nettyAndAce(folder), "ace")) {
            String said = Command.good("stat", jvm.pid(), "--json", "--count", "2");
            assertThat(said.lines()).hasSize(2).allSatisfy(line -> {
                assertThat(line)
                        .startsWith("{\"time\":\"")
                        .endsWith("}]}")
                        .contains("\"pid\":" + jvm.pid() + ",", "\"name\":\"default\"", "\"netty\":\"io.netty\"")
                        .contains("\"kind\":\"direct\"", "\"kind\":\"heap\"", "\"residentBytes\":");
                assertThat(number(line, "\"stats\":\\{\"liveBytes\":(\\d+)")).isGreaterThanOrEqualTo(1 << 20);
                assertThat(number(line, "\"blockBytes\":1024,\"allocationsPerSecond\":(\\d+)"))
                        .isPositive();
                assertThat(number(line, "\"blockBytes\":1024,\"live\"[^}]*\"cap\":(\\d+)"))
                        .isPositive();
                assertThat(line.chars().filter(c -> c == '{').count())
                        .isEqualTo(line.chars().filter(c -> c == '}').count());
            });
        }
    }

    private static long number(String line, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(line);
        assertThat(matcher.find()).as("%s in %s", pattern, line).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    @Test
    void namesTheDoctorWhereThereIsNoAce() throws IOException, InterruptedException {
        try (LiveJvm jvm = LiveJvm.start(LiveJvm.netty(folder), "pooled")) {
            Command.run("stat", jvm.pid()).expectFailure(1, "has no allocator of ACE's", "doctor " + jvm.pid());
        }
        try (LiveJvm jvm = LiveJvm.start(LiveJvm.nettyAndAce(folder), "pooled")) {
            Command.run("stat", jvm.pid(), "--once").expectFailure(1, "has no allocator of ACE's");
        }
    }

    @Test
    void endsWithTheJvm() throws IOException, InterruptedException {
        try (LiveJvm jvm = LiveJvm.start(LiveJvm.nettyAndAce(folder), "ace")) {
            Process stat = new ProcessBuilder(
                            LiveJvm.java().toString(), "-jar", Command.JAR.toString(), "stat", jvm.pid())
                    .redirectErrorStream(true)
                    .start();
            BufferedReader said = stat.inputReader();
            assertThat(said.readLine()).contains("process resident");
            jvm.kill();
            assertThat(said.lines()).contains("JVM " + jvm.pid() + " has ended");
            assertThat(stat.waitFor()).isEqualTo(1);
        }
    }

    /** Nothing of a visit stays: its thread ends, and another visit works. */
    @Test
    void leavesWhenTheCommandEnds() throws IOException, InterruptedException {
        try (LiveJvm jvm = LiveJvm.start(LiveJvm.nettyAndAce(folder), "ace")) {
            Process stat = new ProcessBuilder(
                            LiveJvm.java().toString(), "-jar", Command.JAR.toString(), "stat", jvm.pid())
                    .start();
            stat.inputReader().readLine();
            assertThat(threads(jvm)).contains("acealloc-visitor");
            stat.destroyForcibly().waitFor();
            String threads = threads(jvm);
            for (int i = 0; i < 50 && threads.contains("acealloc-visitor"); i++) {
                Thread.sleep(100);
                threads = threads(jvm);
            }
            assertThat(threads).contains("acealloc-governor").doesNotContain("acealloc-visitor");
        }
    }

    private static String threads(LiveJvm jvm) throws IOException {
        Path jstack = LiveJvm.java().resolveSibling("jstack");
        Process process = new ProcessBuilder(jstack.toString(), jvm.pid()).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
