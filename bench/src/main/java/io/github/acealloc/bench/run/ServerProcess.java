/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.acealloc.bench.AllocatorKind;
import io.github.acealloc.bench.Main;
import io.github.acealloc.bench.cli.ServerCommand;
import io.github.acealloc.bench.http.ServerReading;
import io.github.acealloc.bench.plan.Leak;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A running HTTP server in its own JVM. */
final class ServerProcess implements AutoCloseable {
    private static final int SECONDS_TO_END = 5;

    private final ObjectMapper mapper = new ObjectMapper();
    private final Path log;
    private final Process process;
    private final BufferedReader answers;
    private final Writer questions;
    private final ServerReading first;

    /** Starts the server; returns when it listens. */
    ServerProcess(AllocatorKind allocator, Leak leak, List<String> jvmArgs, Path log) throws IOException {
        List<String> command = new ArrayList<>(List.of(ChildJvm.java()));
        command.addAll(ChildJvm.options(leak, jvmArgs));
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                ServerCommand.NAME,
                "--allocator",
                allocator.name()));
        this.log = log;
        process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        answers = process.inputReader();
        questions = process.outputWriter();
        first = answer();
    }

    int port() {
        return first.port();
    }

    /** Asks the server for its counters. */
    ServerReading read() throws IOException {
        questions.write("read\n");
        questions.flush();
        return answer();
    }

    private ServerReading answer() throws IOException {
        StringBuilder other = new StringBuilder(); // the JVM's own messages
        String line = answers.readLine();
        while (line != null && !line.startsWith("{")) {
            other.append('\n').append(line);
            line = answers.readLine();
        }
        if (line == null) {
            throw new IOException("the server process ended" + other + "\n" + LogExcerpt.of(log));
        }
        return mapper.readValue(line, ServerReading.class);
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
