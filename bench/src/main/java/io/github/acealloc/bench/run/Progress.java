/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.run;

import java.io.PrintWriter;
import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** How far the comparison is: a bar on a terminal, now and then a line anywhere else. */
abstract class Progress implements AutoCloseable {
    /** Says what begins now. */
    abstract void begin(String what);

    /** Counts one run as done. */
    abstract void step();

    /** Prints a message that should stay. */
    abstract void note(String message);

    @Override
    public abstract void close();

    /** Returns a bar if this program runs on a terminal, lines otherwise. */
    static Progress create(String name, int runs, PrintWriter out) {
        return isTerminal() && System.getenv("CI") == null ? new Bar(name, runs) : new Lines(runs, out);
    }

    @SuppressWarnings("SystemConsoleNull") // the property brings back the meaning of null on Java 22 and newer
    private static boolean isTerminal() {
        System.setProperty("jdk.console", "java.base");
        return System.console() != null;
    }

    /** A bar with the time left. */
    private static final class Bar extends Progress {
        private final ProgressBar bar;

        Bar(String name, int runs) {
            bar = new ProgressBarBuilder()
                    .setTaskName(name)
                    .setInitialMax(runs)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(500)
                    .build();
        }

        @Override
        void begin(String what) {
            bar.setExtraMessage(" " + what);
        }

        @Override
        void step() {
            bar.step();
        }

        @Override
        void note(String message) {
            System.err.println();
            System.err.println(message);
        }

        @Override
        public void close() {
            bar.close();
        }
    }

    /** One line at every twentieth of the way, and at least every minute. */
    static final class Lines extends Progress {
        private static final int PERCENT_BETWEEN_LINES = 5;
        private static final long NANOS_BETWEEN_LINES = Duration.ofMinutes(1).toNanos();

        private final int runs;
        private final PrintWriter out;
        private final long start = System.nanoTime();
        private int done;
        private int percentPrinted = -PERCENT_BETWEEN_LINES;
        private long printed = start;

        Lines(int runs, PrintWriter out) {
            this.runs = runs;
            this.out = out;
        }

        @Override
        void begin(String what) {
            long now = System.nanoTime();
            int percent = 100 * done / runs;
            if (percent >= percentPrinted + PERCENT_BETWEEN_LINES || now - printed >= NANOS_BETWEEN_LINES) {
                out.printf("%3d %%  %s%s%n", percent, left(now), what);
                percentPrinted = percent;
                printed = now;
            }
        }

        private String left(long now) {
            if (done == 0) {
                return "";
            }
            return Format.duration(Duration.ofNanos((now - start) / done * (runs - done))) + " left: ";
        }

        @Override
        void step() {
            done++;
        }

        @Override
        void note(String message) {
            out.println(message);
        }

        @Override
        public void close() {
            out.printf("100 %%  done in %s%n", Format.duration(Duration.ofNanos(System.nanoTime() - start)));
        }
    }
}
