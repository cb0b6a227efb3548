/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.slab.RecordTarget;
import io.github.acealloc.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Jazzer on the two targets, each in a JVM of its own, for it instruments every class: the kept inputs are run again, and with
 * {@code -Pstress} new ones are looked for.
 */
class JazzerTest {
    private static final String JAZZER = "com.code_intelligence.jazzer.Jazzer";
    private static final Path CORPUS = Path.of("src", "test", "corpus");
    private static final int START_SECONDS = 300;
    private static final int STRESS_SECONDS = Integer.getInteger("fuzz.seconds", 300);

    /** A target that fails as soon as an input begins with a certain byte. */
    public static final class Broken {
        private Broken() {}

        /** Jazzer's entrance. */
        public static void fuzzerTestOneInput(byte[] input) {
            if (input.length > 0 && input[0] == 'x') {
                throw new IllegalStateException("broken on purpose");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {RawTarget.class, RecordTarget.class})
    void nothingIsFound(Class<?> target) throws IOException {
        boolean stress = Boolean.getBoolean("stress");
        Path kept = CORPUS.resolve(target.getSimpleName());
        Path found = Files.createDirectories(
                Path.of("target", "fuzz-" + System.getProperty("test.jdk"), target.getSimpleName()));
        String text = jazzer(target, stress ? "-max_total_time=" + STRESS_SECONDS : "-runs=0", found, kept)
                .run(JAZZER, START_SECONDS + STRESS_SECONDS);
        assertThat(text).contains("Instrumented " + target.getName()).contains(count(kept) + " files found in " + kept);
    }

    /** The same inputs without Jazzer, so that a failure can be looked at. */
    @Test
    void theKeptInputsAreRunAgain() throws IOException {
        for (byte[] input : inputs(RawTarget.class)) {
            RawTarget.fuzzerTestOneInput(input);
        }
        for (byte[] input : inputs(RecordTarget.class)) {
            RecordTarget.fuzzerTestOneInput(input);
        }
    }

    /** An allocator that frees nothing and says nothing where it should refuse. */
    @Test
    void theKeptInputsFindAnAllocatorThatDoesNotRefuse() throws IOException {
        List<byte[]> inputs = inputs(RawTarget.class);
        assertThatThrownBy(() -> inputs.forEach(input -> RawTarget.run(input, (raw, address) -> {
                    try {
                        raw.free(address);
                    } catch (IllegalStateException | IllegalArgumentException e) {
                        // silence is what is wrong with it
                    }
                })))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("was not refused");
    }

    @Test
    void jazzerSaysWhatItFinds() throws IOException {
        Path kept = Files.createTempDirectory("corpus");
        Files.writeString(kept.resolve("input"), "x");
        assertThatThrownBy(() -> jazzer(Broken.class, "-runs=0", kept, kept).run(JAZZER, START_SECONDS))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("broken on purpose");
    }

    private static ChildJvm jazzer(Class<?> target, String limit, Path found, Path kept) {
        return new ChildJvm()
                .with("-Xmx512m", "-XX:+EnableDynamicAgentLoading")
                .withArguments(
                        "--target_class=" + target.getName(),
                        "--instrumentation_includes=io.github.acealloc.**",
                        "--reproducer_path=target",
                        "-artifact_prefix=target/",
                        "-max_len=600",
                        limit,
                        found.toString(),
                        kept.toString());
    }

    private static long count(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.count();
        }
    }

    private static List<byte[]> inputs(Class<?> target) throws IOException {
        try (Stream<Path> files = Files.list(CORPUS.resolve(target.getSimpleName()))) {
            List<byte[]> inputs = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                inputs.add(Files.readAllBytes(file));
            }
            assertThat(inputs).isNotEmpty();
            return inputs;
        }
    }
}
