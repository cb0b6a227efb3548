/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.tool;

import io.github.acealloc.agent.tool.Figures.Allocator;
import io.github.acealloc.agent.tool.Figures.Memory;
import io.github.acealloc.agent.tool.Figures.SizeClass;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What happened between two readings as a table: totals first, then the busiest classes, then the last decisions. */
final class StatTable {
    private static final int CLASSES = 12;
    private static final int DECISIONS = 5;
    private static final int WIDTH = 100;
    private static final String TOTALS = "%-12s %10s %10s %10s %10s %10s %8s %11s %9s%n";
    private static final String OF_CLASSES = "%-12s %-12s %11s %10s %9s %9s %9s %9s %9s%n";
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    private final Figures before;
    private final Figures now;
    private final double seconds;

    /** A line of the second table. */
    private record Row(String memory, SizeClass figures, Rate rate) {
        long liveBytes() {
            return figures.live() * figures.blockBytes();
        }
    }

    /** A line of the third one. */
    private record Change(String memory, Instant time, List<String> words) {}

    StatTable(Figures before, Figures now) {
        this.before = before;
        this.now = now;
        seconds = (now.nanos() - before.nanos()) / 1e9;
    }

    String text() {
        StringBuilder text = new StringBuilder(2048);
        List<Row> rows = new ArrayList<>();
        List<Change> changes = new ArrayList<>();
        text.append(String.format(
                TOTALS, "memory", "live", "cached", "free", "committed", "limit", "used", "allocs/s", "hits"));
        int number = 0;
        for (Allocator allocator : now.allocators()) {
            number++;
            for (Memory memory : allocator.memories()) {
                String name = now.allocators().size() == 1 ? memory.kind() : number + " " + memory.kind();
                Memory earlier = before.same(allocator, memory);
                text.append(total(name, memory, Rate.of(earlier, memory, seconds)));
                for (SizeClass one : memory.classes().values()) {
                    SizeClass past = earlier == null ? null : earlier.classes().get(one.blockBytes());
                    rows.add(new Row(name, one, Rate.of(past, one, seconds)));
                }
                memory.decisions().forEach(words -> changes.add(new Change(name, Instant.parse(words.get(2)), words)));
            }
        }
        addNames(text);
        addClasses(text, rows);
        addChanges(text, changes);
        return text.toString();
    }

    private static String total(String name, Memory memory, Rate rate) {
        return String.format(
                TOTALS,
                name,
                Units.size(memory.live()),
                Units.size(memory.cached()),
                Units.size(memory.free()),
                Units.size(memory.committed()),
                Units.size(memory.limit()),
                Units.percent(memory.limit() > 0 ? (double) memory.committed() / memory.limit() : Double.NaN),
                Units.count(rate.perSecond()),
                Units.percent(rate.hitShare()));
    }

    private void addNames(StringBuilder text) {
        for (int i = 0; i < now.allocators().size() && now.allocators().size() > 1; i++) {
            Allocator allocator = now.allocators().get(i);
            text.append(String.format(
                    "%d is allocator %s for %s of class loader %s%n",
                    i + 1, allocator.name(), allocator.netty(), allocator.loader()));
        }
    }

    private static void addClasses(StringBuilder text, List<Row> rows) {
        rows.sort(Comparator.comparingDouble((Row row) -> row.rate().perSecond())
                .thenComparingLong(Row::liveBytes)
                .reversed());
        text.append(String.format(
                "%n" + OF_CLASSES,
                "class",
                "memory",
                "allocs/s",
                "live",
                "blocks",
                "cached",
                "cap",
                "hits",
                "lifetime"));
        for (Row row : rows.subList(0, Math.min(rows.size(), CLASSES))) {
            SizeClass figures = row.figures();
            text.append(String.format(
                    OF_CLASSES,
                    Units.size(figures.blockBytes()),
                    row.memory(),
                    Units.count(row.rate().perSecond()),
                    Units.size(row.liveBytes()),
                    Units.count(figures.live()),
                    Units.count(figures.cached()),
                    Units.count(figures.cap()),
                    Units.percent(row.rate().hitShare()),
                    Units.time(figures.lifetimeNanos())));
        }
        if (rows.size() > CLASSES) {
            List<Row> rest = rows.subList(CLASSES, rows.size());
            text.append(String.format(
                    "%d more with %s live and %s allocs/s%n",
                    rest.size(),
                    Units.size(rest.stream().mapToLong(Row::liveBytes).sum()),
                    Units.count(rest.stream()
                            .mapToDouble(row -> row.rate().perSecond())
                            .sum())));
        }
    }

    private static void addChanges(StringBuilder text, List<Change> changes) {
        if (changes.isEmpty()) {
            return;
        }
        changes.sort(Comparator.comparing(Change::time).reversed());
        text.append(String.format("%nthe last decisions%n"));
        for (Change change : changes.subList(0, Math.min(changes.size(), DECISIONS))) {
            String line = line(change);
            text.append(line.length() > WIDTH ? line.substring(0, WIDTH - 1) + "…" : line)
                    .append(System.lineSeparator());
        }
    }

    private static String line(Change change) {
        List<String> words = change.words();
        return String.format(
                "%s %-8s %9s of heap %s: %s%s%s%s; %s",
                TIME.format(change.time().atZone(ZoneId.systemDefault())),
                change.memory(),
                Units.size(Long.parseLong(words.get(1))),
                words.get(3),
                moved("cap", words.get(4), words.get(5), ""),
                moved("batch", words.get(6), words.get(7), words.get(4).equals(words.get(5)) ? "" : ", "),
                words.get(8).equals("true") ? ", rolled back" : "",
                words.get(9).equals("false") ? ", not applied" : "",
                words.get(10));
    }

    /** A limit that has changed; nothing for one that has not. */
    private static String moved(String limit, String from, String to, String before) {
        return from.equals(to) ? "" : before + limit + " " + from + " -> " + to;
    }
}
