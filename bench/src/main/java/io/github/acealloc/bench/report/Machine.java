/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the figures were measured on.
 *
 * @param java version and vendor of the Java
 * @param cpu processor and number of cores
 */
public record Machine(String java, String cpu) {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    /** Returns this Java and this machine. */
    public static Machine current() {
        String java = System.getProperty("java.runtime.version") + " (" + System.getProperty("java.vendor") + ")";
        return new Machine(java, cpuModel() + ", " + Runtime.getRuntime().availableProcessors() + " cores");
    }

    private static String cpuModel() {
        try {
            for (String line : Files.readAllLines(CPU_INFO)) {
                if (line.startsWith("model name")) {
                    return line.substring(line.indexOf(':') + 1).strip();
                }
            }
        } catch (IOException e) {
            // Not Linux: the architecture has to do.
        }
        return System.getProperty("os.arch");
    }
}
