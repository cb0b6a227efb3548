/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import io.github.acealloc.bench.Contestant;
import io.github.acealloc.bench.plan.Ablation;
import io.github.acealloc.bench.run.Output;
import io.github.acealloc.bench.run.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files of an ablation, which leaves out one part of ACE after the other: what each part is worth. */
public final class AblationReport implements Output {
    static final String HTML = "ablate.html";
    static final String SUMMARY = "ablate.csv";
    static final String RUNS = "ablate-runs.csv";

    private final Machine machine;
    private final boolean quick;

    /**
     * A report on this machine.
     *
     * @param quick whether it is a first look
     */
    public AblationReport(boolean quick) {
        this(Machine.current(), quick);
    }

    AblationReport(Machine machine, boolean quick) {
        this.machine = machine;
        this.quick = quick;
    }

    @Override
    public Path write(Results results, Path directory) throws IOException {
        List<Tradeoff> cells = Tradeoff.all(results);
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(RUNS), SettingsCsv.runs(cells));
        Files.writeString(directory.resolve(SUMMARY), SettingsCsv.summary(cells, Ablation.ACE, who -> true, machine));
        SettingsModel model = SettingsModel.of(results, machine, quick, Ablation.ACE, who -> true, cell -> List.of());
        return Files.writeString(
                directory.resolve(HTML), HtmlPage.of("ablate.html", model, "format.js", "settings.js", "ablate.js"));
    }

    @Override
    public String text(Results results) {
        StringBuilder text = new StringBuilder();
        for (Tradeoff cell : Tradeoff.all(results)) {
            List<List<String>> rows = new ArrayList<>();
            rows.add(List.of(
                    "",
                    cell.time().label() + " [" + cell.time().unit() + "]",
                    "x ace",
                    "",
                    cell.memory().label() + " [" + cell.memory().unit() + "]",
                    "x ace",
                    ""));
            cell.contestants(who -> true).forEach(who -> rows.add(line(cell, who)));
            text.append('\n').append(cell.cell().title()).append('\n').append(TextTable.of(rows, true));
        }
        return text.toString();
    }

    private static List<String> line(Tradeoff cell, Contestant who) {
        Tradeoff.Point point = cell.point(who).orElseThrow();
        List<String> line = new ArrayList<>(List.of(who.label()));
        line.add(TerminalTable.value(point.time()));
        line.addAll(ratio(cell, cell.time(), who));
        line.add(TerminalTable.value(point.memory()));
        line.addAll(ratio(cell, cell.memory(), who));
        return line;
    }

    private static List<String> ratio(Tradeoff cell, Cost cost, Contestant who) {
        if (who.equals(Ablation.ACE) || cell.point(Ablation.ACE).isEmpty()) {
            return List.of("", "");
        }
        String ratio =
                cell.ratio(cost, who, Ablation.ACE).map(TerminalTable::value).orElse("-");
        int difference = cell.difference(cost, who, Ablation.ACE);
        return List.of(ratio, difference > 0 ? "more" : difference < 0 ? "less" : "");
    }
}
