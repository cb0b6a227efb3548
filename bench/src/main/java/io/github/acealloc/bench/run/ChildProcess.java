/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.acealloc.bench.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A command of this program that runs in its own JVM and says what it measured in lines of JSON.
 *
 * @param <T> what a line says
 */
final class ChildProcess<T> implements AutoCloseable {
    private static final int SECONDS_TO_END = 5;

    private final ObjectMapper mapper = new ObjectMapper();
    private final Class<T> type;
    private final String command;
    private final Path log;
    private final Process process;
    private final BufferedReader answers;
    private final Writer questions;

    /**
     * Starts the process.
     *
     * @param type what a line says
     * @param options of the JVM
     * @param arguments the command's name first
     * @param log gets the process's standard error
     */
    ChildProcess(Class<T> type, List<String> options, List<String> arguments, Path log) throws IOException {
        List<String> line = new ArrayList<>(List.of(ChildJvm.java()));
        line.addAll(options);
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        line.addAll(arguments);
        this.type = type;
        this.command = arguments.get(0);
        this.log = log;
        process = new ProcessBuilder(line).redirectError(log.toFile()).start();
        answers = process.inputReader();
        questions = process.outputWriter();
    }

    /** Asks for the next line and returns it. */
    T ask() throws IOException {
        questions.write("read\n");
        questions.flush();
        return answer();
    }

    /** Returns the next line; waits for it. */
    T answer() throws IOException {
        StringBuilder other = new StringBuilder(); // the JVM's own messages
        String line = answers.readLine();
        while (line != null && !line.startsWith("{")) {
            other.append('\n').append(line);
            line = answers.readLine();
        }
        if (line == null) {
            throw new IOException("the " + command + " process ended" + other + "\n" + LogExcerpt.of(log));
        }
        return mapper.readValue(line, type);
    }

    @Override
    public void close() throws IOException {
        questions.close();
        try {
            if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
