/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private static final Machine MACHINE = new Machine("25 (Somebody)", "A processor, 2 cores");

    @TempDir
    Path directory;

    @BeforeEach
    void write() throws Exception {
        new Report(MACHINE, true).write(Samples.results(), directory);
    }

    private String read(String file) throws Exception {
        return Files.readString(directory.resolve(file));
    }

    @Test
    void jsonHasOneCompleteRecordForEachFigure() throws Exception {
        JsonNode records = new ObjectMapper().readTree(read(Report.JSON));

        assertThat(records).hasSize(9 + 3 + 4 + 1);
        for (JsonNode field : records) {
            assertThat(field.fieldNames())
                    .toIterable()
                    .contains("workload", "parameters", "allocator", "metric", "unit", "value", "low", "high", "rounds")
                    .contains("java", "cpu");
        }
        JsonNode first = records.get(0);
        assertThat(first.get("workload").asText()).isEqualTo("single-pair");
        assertThat(first.get("parameters").get("leak").asText()).isEqualTo("disabled");
        assertThat(first.get("allocator").asText()).isEqualTo("ACE");
        assertThat(first.get("metric").asText()).isEqualTo("time");
        assertThat(first.get("value").asDouble()).isEqualTo(8);
        assertThat(first.get("low").asDouble()).isLessThan(8);
        assertThat(first.get("high").asDouble()).isGreaterThan(8);
        assertThat(first.get("rounds").asInt()).isEqualTo(3);
        assertThat(first.get("cpu").asText()).isEqualTo(MACHINE.cpu());
    }

    @Test
    void jsonShowsFailedCells() throws Exception {
        JsonNode records = new ObjectMapper().readTree(read(Report.JSON));

        assertThat(records).anySatisfy(r -> {
            assertThat(r.get("allocator").asText()).isEqualTo("Pooled");
            assertThat(r.get("metric").asText()).isEqualTo("throughput");
            assertThat(r.get("value").isNull()).isTrue();
            assertThat(r.get("failures")).hasSize(3);
        });
    }

    @Test
    void csvHasTheSameRecordsAndQuotesCommas() throws Exception {
        List<String> lines = read(Report.CSV).lines().toList();
        int columns = lines.get(0).split(",", -1).length;

        assertThat(lines).hasSize(1 + 17);
        assertThat(lines.subList(1, lines.size())).allSatisfy(line -> {
            assertThat(line).endsWith("\"A processor, 2 cores\"");
            assertThat(line.split(",", -1)).hasSize(columns + 1);
        });
    }

    @Test
    void pageNeedsNoOtherFile() throws Exception {
        String page = read(Report.HTML);
        String own = page.replace(chartLibrary(page), "");

        assertThat(own).doesNotContain("http://", "https://", "@import", "url(", "fetch(", "src=", "sourceMappingURL");
        assertThat(page).doesNotContain("sourceMappingURL", "<link", "/*CHART*/", "/*DATA*/", "/*STYLE*/");
        assertThat(chartLibrary(page)).contains("Chart.js v");
    }

    private static String chartLibrary(String page) {
        int start = page.indexOf("<script>") + "<script>".length();
        return page.substring(start, page.indexOf("</script>", start));
    }

    @Test
    void dataInThePageIsJsonWhateverItSays() throws Exception {
        Matcher script = Pattern.compile("<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL)
                .matcher(read(Report.HTML));
        assertThat(script.find()).isTrue();
        JsonNode model = new ObjectMapper().readTree(script.group(1));

        assertThat(model.get("failures")).hasSize(3);
        assertThat(model.get("failures").get(0).asText()).contains("</script><b>", "<!-- at all");
        assertThat(model.get("cells")
                        .get(0)
                        .get("verdicts")
                        .get("time")
                        .get("outcome")
                        .asText())
                .isEqualTo("won");
        assertThat(model.get("cells")
                        .get(0)
                        .get("verdicts")
                        .get("rss")
                        .get("outcome")
                        .asText())
                .isEqualTo("lost");
        assertThat(model.get("cells").get(1).get("failed").get(0).asText()).isEqualTo("Pooled");
        assertThat(model.get("rounds").asInt()).isEqualTo(3);
    }

    @Test
    void terminalTableShowsMediansRatiosLossesAndFailures() {
        String table = TerminalTable.of(Samples.results());

        assertThat(table)
                .containsPattern("single-pair direct \\[leak disabled] +8\\.00 \\(7\\.76-8\\.24\\) .* 0\\.62 +won")
                .containsPattern("single-pair .* 1\\.15 +LOST")
                .containsPattern("http .* FAILED .* 1\\.25 +won")
                .contains("Where ACE served its allocations from");
        assertThat(TerminalTable.number(1234.5)).isEqualTo("1,235");
    }

    @Test
    void memoryWorkloadsHaveCurvesAndHeaps() throws Exception {
        new Report(MACHINE, false).write(Samples.memory(), directory);
        String page = read(Report.HTML);
        String data = page.substring(page.indexOf("id=\"data\">") + "id=\"data\">".length());
        JsonNode cell = new ObjectMapper()
                .readTree(data.substring(0, data.indexOf("</script>")))
                .get("cells")
                .get(0);

        assertThat(cell.get("family").asText()).isEqualTo("memory");
        assertThat(cell.get("curves")
                        .get("Adaptive")
                        .get("points")
                        .get(1)
                        .get("y")
                        .asDouble())
                .isEqualTo(4);
        assertThat(TerminalTable.of(Samples.memory()))
                .containsPattern("ACE's heaps.*\\[count]\n +heaps +adoptions\n +mleak .* 11\\.0 +9,990");
    }

    @Test
    void whatShrinksIsComparedWithoutARatio() throws Exception {
        new Report(MACHINE, false).write(Samples.memory(), directory);

        assertThat(read(Report.HTML)).contains("{\"best\":\"Pooled\",\"ratio\":null,\"outcome\":\"won\"}");
        assertThat(TerminalTable.of(Samples.memory()))
                .containsPattern("mleak .* -3\\.00 \\(-3\\.00--3\\.00\\) .* - +won");
    }
}
