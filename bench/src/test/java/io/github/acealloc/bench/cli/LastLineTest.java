/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastLineTest {
    @TempDir
    Path directory;

    @Test
    void comesAfterAllElseAndIsOfThisRun() throws Exception {
        Path line = Files.writeString(directory.resolve("line"), "Report: of an earlier run\n");

        assertThat(printed(line, "")).isEqualTo("Maven's end\n");
        assertThat(printed(line, "Report: file:///there\n")).isEqualTo("Maven's end\nReport: file:///there\n");
    }

    /** What a JVM prints that does what Maven does: calls the class, writes the line if there is any, and says its last word. */
    private String printed(Path line, String report) throws Exception {
        Path out = directory.resolve("out");
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        line.toString(),
                        report)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return Files.readString(out);
    }

    /** Stands for Maven. */
    static final class Child {
        public static void main(String[] args) throws Exception {
            Thread plugin = new Thread(new ThreadGroup("plugin"), () -> callLastLine(args[0]));
            plugin.start();
            plugin.join();
            if (!args[1].isEmpty()) {
                Files.writeString(Path.of(args[0]), args[1]);
            }
            System.out.println("Maven's end");
        }

        private static void callLastLine(String line) {
            try {
                LastLine.main(new String[] {line});
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
