/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The records as comma-separated values with a header line. */
final class CsvTable {
    private static final String HEADER =
            "workload,parameters,allocator,metric,unit,better,value,low,high,rounds,failures,java,cpu";

    private CsvTable() {}

    static String of(List<ResultRecord> records) {
        return Stream.concat(Stream.of(HEADER), records.stream().map(CsvTable::line))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static String line(ResultRecord r) {
        return line(
                r.workload(),
                parameters(r.parameters()),
                r.allocator(),
                r.metric(),
                r.unit(),
                r.better(),
                r.value(),
                r.low(),
                r.high(),
                r.rounds(),
                r.failures().size(),
                r.java(),
                r.cpu());
    }

    /** One line of values, quoted where they have to be; null is nothing. */
    static String line(Object... values) {
        return Stream.of(values).map(CsvTable::quoted).collect(Collectors.joining(","));
    }

    static String parameters(Map<String, String> parameters) {
        return parameters.entrySet().stream().map(Map.Entry::toString).collect(Collectors.joining(" "));
    }

    private static String quoted(Object value) {
        String text = value == null ? "" : value.toString();
        return text.matches("[^,\"\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
