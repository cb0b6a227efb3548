/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.github.acealloc.bench.run.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The files of the report: the same figures for programs, for spreadsheets and for people. */
public final class Report {
    public static final String HTML = "report.html";
    static final String JSON = "results.json";
    static final String CSV = "results.csv";

    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private Report() {}

    /** Writes all files, replacing those of an earlier call. */
    public static void write(Results results, Machine machine, boolean quick, Path directory) throws IOException {
        List<ResultRecord> records = Records.of(results, machine);
        Files.createDirectories(directory);
        MAPPER.writeValue(directory.resolve(JSON).toFile(), records);
        Files.writeString(directory.resolve(CSV), CsvTable.of(records));
        Files.writeString(directory.resolve(HTML), HtmlPage.of(ReportModel.of(results, machine, quick)));
    }
}
