/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes the place of the report the last line of {@code mvn -Pcompare}. Maven runs this class in its own JVM before it measures; what Maven
 * says at its end comes before the hook that is left behind here.
 */
public final class LastLine {
    private LastLine() {}

    /**
     * Prints the line when this JVM ends, if a comparison has written one by then.
     *
     * @param args the file that {@code compare --report-line} is given
     */
    public static void main(String[] args) throws IOException {
        Path line = Path.of(args[0]);
        Files.deleteIfExists(line);
        Runtime.getRuntime().addShutdownHook(new Thread(top(), () -> print(line, System.out), "last line"));
    }

    static void print(Path line, PrintStream out) {
        try {
            if (Files.exists(line)) {
                out.print(Files.readString(line));
                out.flush();
            }
        } catch (IOException e) {
            out.println("report: unknown (expected: a line in " + line + ", but " + e + ")");
        }
    }

    /** The plugin that runs this class destroys the group of its thread. */
    private static ThreadGroup top() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent();
        }
        return group;
    }
}
