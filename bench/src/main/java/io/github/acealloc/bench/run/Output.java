/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.run;

import java.io.IOException;
import java.nio.file.Path;

/** What is made of the results. */
public interface Output {
    /** Writes all files, replacing those of an earlier call; returns the one to open in a browser. */
    Path write(Results results, Path directory) throws IOException;

    /** Returns the results as text for the terminal. */
    String text(Results results);
}
