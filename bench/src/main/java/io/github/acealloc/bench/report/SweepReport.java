/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import io.github.acealloc.bench.Contestant;
import io.github.acealloc.bench.plan.Sweep;
import io.github.acealloc.bench.run.Output;
import io.github.acealloc.bench.run.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The files of a sweep, which hold ACE against fixed settings: how fast it is, and what memory it takes for that. */
public final class SweepReport implements Output {
    static final String HTML = "sweep.html";
    static final String SUMMARY = "sweep.csv";
    static final String RUNS = "sweep-runs.csv";

    private final Machine machine;
    private final boolean quick;

    /**
     * A report on this machine.
     *
     * @param quick whether it is a first look
     */
    public SweepReport(boolean quick) {
        this(Machine.current(), quick);
    }

    SweepReport(Machine machine, boolean quick) {
        this.machine = machine;
        this.quick = quick;
    }

    @Override
    public Path write(Results results, Path directory) throws IOException {
        List<Tradeoff> cells = Tradeoff.all(results);
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(RUNS), SettingsCsv.runs(cells));
        Files.writeString(directory.resolve(SUMMARY), SettingsCsv.summary(cells, Sweep.LEARN, Sweep::isFixed, machine));
        SettingsModel model = SettingsModel.of(results, machine, quick, Sweep.LEARN, Sweep::isFixed, SweepVerdict::of);
        return Files.writeString(
                directory.resolve(HTML), HtmlPage.of("sweep.html", model, "format.js", "settings.js", "sweep.js"));
    }

    @Override
    public String text(Results results) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("", "ACE", "best fixed", "speed", "goal", "memory", "goal", "dominated by"));
        for (Tradeoff cell : Tradeoff.all(results)) {
            SweepVerdict.of(cell).forEach(verdict -> rows.add(line(cell, verdict)));
        }
        if (rows.size() == 1) {
            return "\nNo setting of ACE was measured beside a fixed one: there is no verdict. Time and memory of each are in "
                    + HTML + ".\n";
        }
        return String.format(
                        Locale.ROOT,
                        "%nACE beside the fastest fixed setting (cap/batch): its speed (goal: >= %.2f x), its memory"
                                + " (goal: <= %.2f x)%n",
                        SweepVerdict.SPEED_GOAL,
                        SweepVerdict.MEMORY_GOAL)
                + TextTable.of(rows, true);
    }

    private static List<String> line(Tradeoff cell, SweepVerdict verdict) {
        return List.of(
                cell.cell().title(),
                verdict.who().label(),
                verdict.best().label(),
                verdict.speed().map(TerminalTable::value).orElse("-"),
                verdict.speedGoal().map(SweepVerdict.Goal::label).orElse(""),
                verdict.memory().map(TerminalTable::value).orElse("-"),
                verdict.memoryGoal().map(SweepVerdict.Goal::label).orElse(""),
                verdict.dominatedBy().stream().map(Contestant::label).collect(Collectors.joining(", ")));
    }
}
