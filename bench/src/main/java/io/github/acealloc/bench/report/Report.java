/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.github.acealloc.bench.run.Output;
import io.github.acealloc.bench.run.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The files of the report: the same figures for programs, for spreadsheets and for people. */
public final class Report implements Output {
    public static final String HTML = "report.html";
    static final String JSON = "results.json";
    static final String CSV = "results.csv";

    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Machine machine;
    private final boolean quick;

    /** A report on this machine; {@code quick} says that it is a first look. */
    public Report(boolean quick) {
        this(Machine.current(), quick);
    }

    Report(Machine machine, boolean quick) {
        this.machine = machine;
        this.quick = quick;
    }

    @Override
    public Path write(Results results, Path directory) throws IOException {
        List<ResultRecord> records = Records.of(results, machine);
        Files.createDirectories(directory);
        MAPPER.writeValue(directory.resolve(JSON).toFile(), records);
        Files.writeString(directory.resolve(CSV), CsvTable.of(records));
        return Files.writeString(
                directory.resolve(HTML),
                HtmlPage.of(
                        "report.html", ReportModel.of(results, machine, quick), "format.js", "tables.js", "charts.js"));
    }

    @Override
    public String text(Results results) {
        String tables = TerminalTable.of(results);
        return quick
                ? tables
                        + "\nThis was the quick comparison. The whole one: java -jar bench/target/ace-bench.jar compare\n"
                : tables;
    }
}
