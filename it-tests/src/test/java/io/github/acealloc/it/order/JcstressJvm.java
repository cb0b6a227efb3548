/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jcstress.Main;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;

/** Runs jcstress in a JVM of its own, of this JVM's version, and reads what it has written. */
final class JcstressJvm {
    /**
     * One short run of each test, actors compiled as the JVM likes. A thousand states at a time instead of ten thousand, as
     * most of a short run would be spent on making them.
     */
    private static final List<String> QUICK = List.of(
            "-m",
            "quick",
            "-f",
            "1",
            "-iters",
            "1",
            "-time",
            "300",
            "-strideCount",
            "4",
            "-sc",
            "false",
            "-jvmArgs",
            "-ea");

    /** The same with all states, and three times as long. */
    private static final List<String> LONGER =
            List.of("-m", "quick", "-f", "1", "-iters", "1", "-time", "1000", "-sc", "false", "-jvmArgs", "-ea");

    /** Each actor interpreted, and compiled by each compiler, in all combinations. */
    private static final List<String> FULL =
            List.of("-m", "quick", "-f", "1", "-iters", "3", "-time", "500", "-sc", "true", "-jvmArgs", "-ea");

    /** It keeps ten thousand states at a time, and does not know how large a heap with its registry is. */
    private static final String HEAP_MIB = "2048";

    /**
     * Two processors, even where there is one: the twins are made so that they fail there, too. No affinity, so that who
     * limits the processors of this JVM limits those of the tests. Yielding, as a test may have but one processor.
     */
    private static final List<String> ALWAYS =
            List.of("-c", "2", "-af", "NONE", "-spinStyle", "THREAD_YIELD", "-hs", HEAP_MIB, "-pth", "false");

    private static final int QUICK_SECONDS = 800;
    private static final int FULL_SECONDS = 3600;

    private JcstressJvm() {}

    /**
     * Runs tests for a short while each.
     *
     * @param tests their names
     */
    static List<TestResult> quick(List<String> tests) {
        return run(QUICK, tests, "", QUICK_SECONDS);
    }

    /**
     * The same, but longer: for what was not seen in a short while, as when other work took one of two processors.
     *
     * @param tests their names
     */
    static List<TestResult> longer(List<String> tests) {
        return run(LONGER, tests, "-longer", QUICK_SECONDS);
    }

    /**
     * Runs tests for a long while, in all combinations of compilers.
     *
     * @param tests their names
     */
    static List<TestResult> full(List<String> tests) {
        return run(FULL, tests, "", FULL_SECONDS);
    }

    private static List<TestResult> run(List<String> options, List<String> tests, String suffix, int seconds) {
        if (tests.isEmpty()) {
            return List.of();
        }
        Path directory = Path.of("target", "jcstress-" + System.getProperty("test.jdk", "x") + suffix)
                .toAbsolutePath();
        try {
            Files.createDirectories(directory);
            deleteResults(directory);
            Path output = directory.resolve("output.txt");
            Process process = new ProcessBuilder(command(options, tests, directory))
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
            assertThat(ended).as("jcstress ends; see " + output).isTrue();
            return read(directory, output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException | ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> command(List<String> options, List<String> tests, Path directory) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        int processors = Math.max(2, Runtime.getRuntime().availableProcessors());
        command.add("-XX:ActiveProcessorCount=" + processors);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(ALWAYS);
        command.addAll(options);
        String names = tests.stream().map(Pattern::quote).collect(Collectors.joining("|", "^(", ")$"));
        command.addAll(List.of("-t", names, "-r", directory.toString()));
        return command;
    }

    private static List<TestResult> read(Path directory, Path output) throws IOException, ClassNotFoundException {
        List<Path> files = results(directory);
        assertThat(files)
                .as(() -> "one file of results; jcstress said: " + text(output))
                .hasSize(1);
        InProcessCollector collector = new InProcessCollector();
        DiskReadCollector reader = new DiskReadCollector(files.get(0).toString(), collector);
        reader.dump();
        reader.close();
        Collection<TestResult> results = collector.getTestResults();
        return List.copyOf(results);
    }

    private static void deleteResults(Path directory) throws IOException {
        for (Path file : results(directory)) {
            Files.delete(file);
        }
    }

    private static List<Path> results(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        List<Path> found = new ArrayList<>();
        for (Path place : List.of(directory, directory.resolve(".."))) {
            try (Stream<Path> files = Files.list(place)) {
                files.filter(f -> f.getFileName().toString().matches("jcstress-results-.*\\.bin\\.gz"))
                        .forEach(found::add);
            }
        }
        return found;
    }

    private static String text(Path output) {
        try {
            return Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
