/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.cli;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the report goes if nobody says. */
final class DefaultDirectory {
    private static final String REPORT = "report";

    private DefaultDirectory() {}

    /** Returns {@code report} beside the jar this program runs from, or in {@code target} when it runs from classes. */
    static Path report() {
        try {
            Path code = Path.of(DefaultDirectory.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return Files.isRegularFile(code) ? code.resolveSibling(REPORT) : Path.of("target", REPORT);
        } catch (URISyntaxException e) {
            return Path.of("target", REPORT);
        }
    }
}
