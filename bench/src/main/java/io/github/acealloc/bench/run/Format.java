/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.run;

import java.time.Duration;

/** How times are written for people. */
final class Format {
    private Format() {}

    /** Returns for example {@code 45 s}, {@code 2 min 5 s} or {@code 1 h 20 min}. */
    static String duration(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 60) {
            return seconds + " s";
        } else if (seconds < 3600) {
            return seconds / 60 + " min " + seconds % 60 + " s";
        }
        return seconds / 3600 + " h " + seconds / 60 % 60 + " min";
    }
}
