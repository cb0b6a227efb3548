/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.plan;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One row of the comparison: a workload with all its parameters, measured for every allocator.
 *
 * @param workload what is run
 * @param parameters name to value, in the order they are shown; always includes {@link #LEAK}
 */
public record Cell(Workload workload, Map<String, String> parameters) {
    public static final String MIX = "mix";
    public static final String LIVE = "live";
    public static final String KIND = "kind";
    public static final String TOUCH = "touch";
    public static final String OPERATION = "operation";
    public static final String THREADS = "threads";
    public static final String LOOPS = "loops";
    public static final String MIB = "mib";
    public static final String LEAK = "leak";

    /** Keeps an unmodifiable copy of the parameters in their order. */
    public Cell {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    /** Returns a cell with one more parameter. */
    Cell with(String name, Object value) {
        Map<String, String> extended = new LinkedHashMap<>(parameters);
        extended.put(name, value.toString());
        return new Cell(workload, extended);
    }

    /** Returns the size of a memory workload that has several: event loops, or MiB; 0 for its usual one. */
    public int size() {
        String size = parameters.getOrDefault(LOOPS, parameters.get(MIB));
        return size == null ? 0 : Integer.parseInt(size);
    }

    /** Returns the leak-detection setting of the measured JVM. */
    public Leak leak() {
        return Leak.valueOf(parameters.get(LEAK).toUpperCase(Locale.ROOT));
    }

    /** Returns the workload and its parameters in a few words. */
    public String title() {
        StringBuilder title = new StringBuilder(workload.toString());
        parameters.forEach((name, value) -> title.append(words(name, value)));
        return title.toString();
    }

    private static String words(String name, String value) {
        return switch (name) {
            case LIVE -> " " + value + " live";
            case THREADS -> " " + value + " threads";
            case LOOPS -> " " + value + " loops";
            case MIB -> " " + value + " MiB";
            case TOUCH -> Boolean.parseBoolean(value) ? " touched" : "";
            case LEAK -> " [leak " + value + "]";
            default -> " " + value;
        };
    }
}
