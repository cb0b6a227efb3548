/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** This process's resident memory as the Linux kernel counts it. */
public final class ProcessMemory {
    private static final Path SMAPS_ROLLUP = Path.of("/proc/self/smaps_rollup");
    private static final String RSS_PREFIX = "Rss:";

    private ProcessMemory() {}

    /** Returns the resident set in MiB, or NaN where the kernel does not tell. */
    public static double residentMiB() {
        if (!Files.isReadable(SMAPS_ROLLUP)) {
            return Double.NaN;
        }
        try {
            return residentMiB(Files.readAllLines(SMAPS_ROLLUP));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static double residentMiB(List<String> smapsRollup) {
        for (String line : smapsRollup) {
            if (line.startsWith(RSS_PREFIX)) {
                String kib =
                        line.substring(RSS_PREFIX.length()).replace("kB", "").strip();
                return Long.parseLong(kib) / 1024.0;
            }
        }
        return Double.NaN;
    }
}
