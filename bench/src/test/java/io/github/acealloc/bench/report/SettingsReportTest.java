/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.acealloc.bench.plan.Ablation;
import io.github.acealloc.bench.plan.AceSetting;
import io.github.acealloc.bench.plan.Sweep;
import io.github.acealloc.bench.run.Results;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsReportTest {
    private static final Machine MACHINE = new Machine("25 (Somebody)", "A processor, 2 cores");

    @TempDir
    Path directory;

    private static Results sweep() {
        return new SettingsSamples(Sweep.settings(true))
                .with("learn", 20, 100)
                .with("off", 30, 200)
                .with("64/1", 19.1, 99.5)
                .with("1024/32", 25, 150)
                .failed("0/1", 2, "out of \"luck\"\nand </script>")
                .results();
    }

    private static Results ablation() {
        return new SettingsSamples(Ablation.settings())
                .with("ace", 20, 100)
                .with("none cached", 60, 90)
                .swaying("tiering off", 20.1, 130)
                .results();
    }

    private JsonNode model(String file) throws Exception {
        String page = Files.readString(directory.resolve(file));
        String data = page.substring(page.indexOf("id=\"data\">") + "id=\"data\">".length());
        return new ObjectMapper().readTree(data.substring(0, data.indexOf("</script>")));
    }

    @Test
    void everyRunHasALineThoseThatFailedToo() throws Exception {
        new SweepReport(MACHINE, false).write(sweep(), directory);
        String csv = Files.readString(directory.resolve(SweepReport.RUNS));

        assertThat(csv)
                .startsWith("workload,parameters,setting,options,round,time,")
                .contains("growth,leak=disabled,64/1,")
                .contains("bench.knobs=cap:64,batch:1")
                .contains(",2,time,,ns,held memory,,MiB,\"out of \"\"luck\"\"\nand </script>\"\n");
        assertThat(csv.split("\ngrowth,", -1)).hasSize(1 + 4 * 3 + 1);
    }

    @Test
    void everySettingHasALineInTheSummary() throws Exception {
        new SweepReport(MACHINE, false).write(sweep(), directory);
        List<String> lines =
                Files.readString(directory.resolve(SweepReport.SUMMARY)).lines().toList();
        int columns = lines.get(0).split(",", -1).length;

        assertThat(lines).hasSize(1 + 7);
        assertThat(lines.get(1)).startsWith("growth,leak=disabled,learn,").contains(",1.0,1.0,1.0,false,3,0,");
        assertThat(lines).anyMatch(line -> line.contains(",64/1,") && line.contains(",true,3,0,"));
        assertThat(lines).anyMatch(line -> line.contains(",0/1,") && line.contains(",false,0,1,"));
        for (String line : lines.subList(1, lines.size())) {
            String unquoted = line.replaceAll("\"[^\"]*\"", "quoted");
            assertThat(unquoted.split(",", -1)).as(line).hasSize(columns);
        }
    }

    @Test
    void theSweepsPageHasFrontVerdictsAndFailures() throws Exception {
        Path page = new SweepReport(MACHINE, false).write(sweep(), directory);
        JsonNode model = model(SweepReport.HTML);
        JsonNode cell = model.get("cells").get(0);

        assertThat(page).isEqualTo(directory.resolve("sweep.html"));
        assertThat(model.get("settings")).hasSize(7);
        assertThat(model.get("failures").get(0).asText()).contains("growth", "0/1", "round 2", "</script>");
        assertThat(cell.get("points")).hasSize(4);
        assertThat(cell.get("points").get(2).get("front").asBoolean()).isTrue();
        assertThat(cell.get("verdicts").get(0).get("best").asText()).isEqualTo("64/1");
        assertThat(cell.get("verdicts").get(1).get("dominatedBy")).hasSize(2);
    }

    @Test
    void theAblationsPageHasRatiosToAce() throws Exception {
        new AblationReport(MACHINE, false).write(ablation(), directory);
        JsonNode points = model(AblationReport.HTML).get("cells").get(0).get("points");

        assertThat(model(AblationReport.HTML).get("reference").asText()).isEqualTo("ace");
        assertThat(points).hasSize(3);
        assertThat(points.get(1).get("timeRatio").get("median").asDouble()).isBetween(2.99, 3.01);
        assertThat(points.get(1).get("timeDifference").asInt()).isEqualTo(1);
        assertThat(points.get(1).get("memoryDifference").asInt()).isEqualTo(-1);
        assertThat(points.get(2).get("timeDifference").asInt()).isZero();
        assertThat(directory.resolve(AblationReport.RUNS)).isNotEmptyFile();
        assertThat(directory.resolve(AblationReport.SUMMARY)).isNotEmptyFile();
    }

    @Test
    void whereTheReferenceWasNotMeasuredTheRestIsReported() throws Exception {
        List<AceSetting> others = List.of(
                SettingsSamples.setting(Ablation.settings(), "none cached"),
                SettingsSamples.setting(Ablation.settings(), "tiering off"));
        Results results = new SettingsSamples(others)
                .with("none cached", 60, 90)
                .with("tiering off", 20, 130)
                .results();
        AblationReport report = new AblationReport(MACHINE, false);
        report.write(results, directory);
        JsonNode points = model(AblationReport.HTML).get("cells").get(0).get("points");

        assertThat(points).hasSize(2);
        assertThat(points.get(0).get("time").get("median").asDouble()).isEqualTo(60);
        assertThat(points.get(0).get("timeRatio").isNull()).isTrue();
        assertThat(Files.readString(directory.resolve(AblationReport.SUMMARY)))
                .contains(",none cached,", ",tiering off,");
        assertThat(report.text(results))
                .containsPattern("none cached +60\\.0 .* 90\\.0")
                .doesNotContain("more", "less");
    }

    @Test
    void aSweepOfFixedSettingsAloneIsReported() throws Exception {
        Results results = new SettingsSamples(List.of(SettingsSamples.fixed("64/1"), SettingsSamples.fixed("1024/32")))
                .with("64/1", 19, 99)
                .with("1024/32", 25, 150)
                .results();
        new SweepReport(MACHINE, false).write(results, directory);
        JsonNode cell = model(SweepReport.HTML).get("cells").get(0);

        assertThat(cell.get("points")).hasSize(2);
        assertThat(cell.get("verdicts")).isEmpty();
        assertThat(new SweepReport(MACHINE, false).text(results)).contains("there is no verdict", SweepReport.HTML);
    }

    @Test
    void pagesNeedNoOtherFile() throws Exception {
        for (Path page : List.of(
                new SweepReport(MACHINE, true).write(sweep(), directory),
                new AblationReport(MACHINE, true).write(ablation(), directory))) {
            String text = Files.readString(page);
            assertThat(text)
                    .doesNotContain("<link", "src=\"", "sourceMappingURL", "/*SCRIPTS*/", "/*DATA*/", "/*STYLE*/");
            assertThat(text).contains("Chart.js v");
        }
    }

    @Test
    void theTerminalShowsVerdicts() {
        assertThat(new SweepReport(MACHINE, false).text(sweep()))
                .containsPattern(
                        "growth \\[leak disabled] +learn +64/1 +0\\.96 \\(0\\.96-0\\.96\\) +met +1\\.01 .* met\n")
                .containsPattern("growth .* off +64/1 +0\\.64 .* MISSED +2\\.01 .* MISSED +64/1, 1024/32");
        assertThat(new AblationReport(MACHINE, false).text(ablation()))
                .containsPattern("growth .*\n +time \\[ns] +x ace +held memory \\[MiB] +x ace\n +ace +20\\.0")
                .containsPattern("none cached +60\\.0 .* 3\\.00 \\(3\\.00-3\\.00\\) +more +90\\.0 .* 0\\.90 .* less")
                .containsPattern("tiering off +20\\.1 .* 1\\.01 \\(0\\.99-1\\.03\\) +130 .* 1\\.30 .* more");
    }
}
