/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.visit;

import java.util.Locale;

/** How much memory an allocator of Netty's says it has. */
final class Holdings {
    static final String NOTHING = "shared one holds nothing";

    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB"};

    private Holdings() {}

    static String of(Mirror mirror, Object allocator) {
        try {
            Object metric = mirror.call(allocator.getClass(), allocator, "metric");
            long direct = mirror.number(metric, "usedDirectMemory");
            long heap = mirror.number(metric, "usedHeapMemory");
            if (direct <= 0 && heap <= 0) {
                return direct == 0 && heap == 0 ? NOTHING : ""; // without arenas Netty does not count
            }
            return "shared one holds " + size(Math.max(direct, 0)) + " direct, " + size(Math.max(heap, 0)) + " heap";
        } catch (ReflectiveOperationException | RuntimeException e) {
            return "";
        }
    }

    static String size(long bytes) {
        double value = bytes;
        int unit = 0;
        for (; value >= 1024 && unit < UNITS.length - 1; unit++) {
            value /= 1024;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
    }
}
