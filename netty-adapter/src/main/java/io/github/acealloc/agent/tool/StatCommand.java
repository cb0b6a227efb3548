/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.tool;

import java.io.Console;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Prints ACE's figures of a JVM at equal intervals. */
final class StatCommand {
    private static final String CLEAR = "\u001b[H\u001b[2J";

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    private final TargetJvm target;
    private final Visit visit;
    private final boolean asJson;
    private final Duration interval;

    StatCommand(TargetJvm target, Visit visit, boolean asJson, Duration interval) {
        this.target = target;
        this.visit = visit;
        this.asJson = asJson;
        this.interval = interval;
    }

    /** Prints so many readings, or until the JVM ends; each stands for the interval before it. */
    void run(long count) throws Failure {
        boolean clears = !asJson && count > 1 && isTerminal();
        Figures before = read();
        for (long i = 0; i < count; i++) {
            pause();
            Figures now = read();
            String text = asJson
                    ? StatJson.text(target, before, now)
                    : (clears ? CLEAR : i > 0 ? "\n" : "") + table(before, now);
            System.out.print(text);
            if (System.out.checkError()) { // as when a pager was left
                return;
            }
            before = now;
        }
    }

    private String table(Figures before, Figures now) {
        return LocalTime.now(ZoneId.systemDefault()).format(TIME)
                + "  " + target.title(visit.properties()) + "  process resident "
                + Units.size(target.residentBytes()) + "\n\n" + new StatTable(before, now).text();
    }

    private Figures read() throws Failure {
        Figures figures = Figures.of(visit.ask());
        if (figures.allocators().isEmpty()) {
            throw Failure.of("JVM " + target.pid() + " has no allocator of ACE's, or none that has been used: java -jar"
                    + " ace-alloc-agent.jar doctor " + target.pid() + " says what it has");
        }
        return figures;
    }

    private void pause() throws Failure {
        try {
            TimeUnit.NANOSECONDS.sleep(interval.toNanos());
        } catch (InterruptedException e) {
            throw Failure.of("interrupted");
        }
    }

    /** From Java 22 on there is a console everywhere, and it says whether it is a terminal. */
    @SuppressWarnings("SystemConsoleNull") // up to Java 21 it may be
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null || "dumb".equals(System.getenv().getOrDefault("TERM", "dumb"))) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }
}
