/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.tool;

import java.util.Locale;

/** Numbers for humans, always of a few characters; what is not known is a dash. */
final class Units {
    private static final String[] BYTES = {"B", "KiB", "MiB", "GiB", "TiB"};
    private static final String[] TIMES = {"ns", "us", "ms", "s"};
    private static final String UNKNOWN = "-";

    private Units() {}

    static String size(long bytes) {
        if (bytes < 0) {
            return UNKNOWN;
        }
        double value = bytes;
        int unit = 0;
        for (; value >= 1024 && unit < BYTES.length - 1; unit++) {
            value /= 1024;
        }
        return String.format(Locale.ROOT, value == Math.rint(value) ? "%.0f %s" : "%.1f %s", value, BYTES[unit]);
    }

    static String time(long nanos) {
        if (nanos <= 0) {
            return UNKNOWN;
        }
        double value = nanos;
        int unit = 0;
        for (; value >= 1000 && unit < TIMES.length - 1; unit++) {
            value /= 1000;
        }
        return String.format(Locale.ROOT, value < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", value, TIMES[unit]);
    }

    static String count(double number) {
        return number < 0 ? UNKNOWN : String.format(Locale.ROOT, "%,.0f", number);
    }

    /** Rounded down, so that 100 means all of them. */
    static String percent(double share) {
        return Double.isNaN(share) || share < 0
                ? UNKNOWN
                : String.format(Locale.ROOT, share == 1 ? "%.0f %%" : "%.2f %%", Math.floor(share * 10_000) / 100);
    }
}
