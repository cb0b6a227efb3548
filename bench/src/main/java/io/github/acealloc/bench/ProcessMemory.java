/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** This process's resident memory as the Linux kernel counts it; NaN where the kernel does not tell. */
public final class ProcessMemory {
    private static final Path SMAPS_ROLLUP = Path.of("/proc/self/smaps_rollup");
    private static final String EXACT = "Rss:";
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String QUICK = "VmRSS:";

    private ProcessMemory() {}

    /** Returns the resident set in MiB, counted page by page: milliseconds, during which page faults have to wait. */
    public static double residentMiB() {
        return read(SMAPS_ROLLUP, EXACT);
    }

    /**
     * Returns the resident set in MiB from the kernel's running counters: microseconds, in nobody's way, and exact to a
     * few dozen pages for each processor. For sampling.
     */
    public static double quickResidentMiB() {
        return read(STATUS, QUICK);
    }

    private static double read(Path file, String prefix) {
        if (!Files.isReadable(file)) {
            return Double.NaN;
        }
        try {
            return mebibytes(Files.readAllLines(file), prefix);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static double residentMiB(List<String> smapsRollup) {
        return mebibytes(smapsRollup, EXACT);
    }

    static double quickResidentMiB(List<String> status) {
        return mebibytes(status, QUICK);
    }

    private static double mebibytes(List<String> lines, String prefix) {
        for (String line : lines) {
            if (line.startsWith(prefix)) {
                String kib = line.substring(prefix.length()).replace("kB", "").strip();
                return Long.parseLong(kib) / 1024.0;
            }
        }
        return Double.NaN;
    }
}
