/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.AceConfig;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;

/** A child JVM that runs on, to be looked at. */
final class LiveJvm implements AutoCloseable {
    /** What its program says when it has begun. */
    static final String READY = "ready";

    private final Process process;

    private LiveJvm(Process process) {
        this.process = process;
    }

    static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /** Starts {@link LiveProgram} with one argument. */
    static LiveJvm start(List<Path> classPath, String argument, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(java().toString(), "-Xmx256m", "-XX:+UseSerialGC"));
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto"));
        command.addAll(List.of(options));
        command.addAll(List.of(
                "-cp",
                classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)),
                LiveProgram.class.getName(),
                argument));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        LiveJvm jvm = new LiveJvm(process);
        try {
            BufferedReader said = process.inputReader();
            String line = said.readLine();
            while (line != null && !line.equals(READY)) {
                line = said.readLine();
            }
            assertThat(line).as("%s", command).isEqualTo(READY);
            return jvm;
        } catch (IOException | RuntimeException | AssertionError e) {
            jvm.close();
            throw e;
        }
    }

    /** A class path with Netty and the program. */
    static List<Path> netty(Path folder) throws IOException {
        return StockNetty.classPath(folder, LiveProgram.class);
    }

    /** The same with ACE, and what that needs. */
    static List<Path> nettyAndAce(Path folder) throws IOException {
        List<Path> classPath = new ArrayList<>(netty(folder));
        StockNetty.copyAdapter(folder);
        for (Class<?> needed :
                new Class<?>[] {AceConfig.class, MessagePassingQueue.class, MpscVarHandleArrayQueue.class}) {
            classPath.add(StockNetty.placeOf(needed));
        }
        return classPath;
    }

    String pid() {
        return Long.toString(process.pid());
    }

    /** Has it stand still. */
    void stop() throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-STOP", pid()).start().waitFor()).isZero();
    }

    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
