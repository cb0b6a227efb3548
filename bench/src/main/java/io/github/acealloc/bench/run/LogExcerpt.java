/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The part of a child process's log that tells why it failed. */
final class LogExcerpt {
    private static final int LINES = 12;

    private LogExcerpt() {}

    /** Returns some lines from the first error on, or the last lines, or nothing if the file cannot be read. */
    static String of(Path log) {
        try {
            return Files.exists(log) ? of(Files.readAllLines(log)) : "";
        } catch (IOException e) {
            return "";
        }
    }

    static String of(List<String> lines) {
        int start = Math.max(0, lines.size() - LINES);
        for (int i = 0; i < start; i++) {
            if (lines.get(i).contains("Exception") || lines.get(i).contains("Error")) {
                start = i; // ends the loop
            }
        }
        return String.join("\n", lines.subList(start, Math.min(lines.size(), start + LINES)));
    }
}
