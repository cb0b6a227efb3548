/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.AceConfig;
import io.github.acealloc.netty.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Flight recordings of whole programs: each buffer is told of once, with Netty 4.2 and 4.1, with the agent and without. */
class RecordedProgramTest {
    private static final String AGENT =
            "-javaagent:" + Path.of("target", "ace-alloc-agent.jar").toAbsolutePath();

    @TempDir
    Path folder;

    private List<Path> withAdapter(List<Path> netty) throws IOException {
        StockNetty.copyAdapter(folder);
        List<Path> classPath = new ArrayList<>(netty);
        for (Class<?> needed :
                new Class<?>[] {AceConfig.class, MessagePassingQueue.class, MpscVarHandleArrayQueue.class}) {
            classPath.add(StockNetty.placeOf(needed));
        }
        return classPath;
    }

    private static void expectEachOnce(String said, String allocator) {
        assertThat(said)
                .contains("AllocateBuffer " + allocator + " 100 true: 1")
                .contains("ReallocateBuffer " + allocator + " 100 true: 1")
                .contains("AllocateBuffer " + allocator + " 5000 true: 1")
                .contains("FreeBuffer " + allocator + " 5000 true: 1")
                .contains("kinds: 4");
    }

    private static String run(List<Path> classPath, String allocator, String... options) {
        return new ChildJvm().with(options).withClassPath(classPath).run(RecordedProgram.class, allocator);
    }

    /** The yardstick. */
    @Test
    void nettys() throws IOException {
        expectEachOnce(run(StockNetty.classPath(folder, RecordedProgram.class), "pooled"), "PooledByteBufAllocator");
    }

    @Test
    void ours() throws IOException {
        expectEachOnce(
                run(withAdapter(StockNetty.classPath(folder, RecordedProgram.class)), "ace"), "AceByteBufAllocator");
    }

    @Test
    void oursWithNetty41() throws IOException {
        expectEachOnce(
                run(withAdapter(StockNetty.classPath41(folder, RecordedProgram.class)), "ace"), "AceByteBufAllocator");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pooled", "adaptive"})
    void nettysThroughTheAgent(String allocator) throws IOException {
        String type = allocator.equals("pooled") ? "PooledByteBufAllocator" : "AdaptiveByteBufAllocator";
        expectEachOnce(run(StockNetty.classPath(folder, RecordedProgram.class), allocator, AGENT), type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pooled", "adaptive"})
    void nettys41ThroughTheAgent(String allocator) throws IOException {
        String type = allocator.equals("pooled") ? "PooledByteBufAllocator" : "AdaptiveByteBufAllocator";
        expectEachOnce(run(StockNetty.classPath41(folder, RecordedProgram.class), allocator, AGENT), type);
    }

    @Test
    void nettysPropertySwitchesThemOff() throws IOException {
        List<Path> classPath = withAdapter(StockNetty.classPath(folder, RecordedProgram.class));
        assertThat(run(classPath, "ace", "-Dio.netty.jfr.enabled=false")).contains("kinds: 0");
    }

    /** A recording from the start on, with a file of settings that was written for Netty, and the JDK's own tool. */
    @Test
    void settingsAndToolsThatAreThereWork() throws IOException, InterruptedException {
        Path settings = folder.resolve("netty.jfc");
        Files.writeString(settings, """
                <?xml version="1.0" encoding="UTF-8"?>
                <configuration version="2.0">
                  <event name="io.netty.AllocateBuffer"><setting name="enabled">true</setting></event>
                </configuration>
                """);
        Path file = folder.resolve("program.jfr");
        new ChildJvm()
                .with("-XX:StartFlightRecording:filename=" + file + ",settings=" + settings)
                .run(Both.class);
        Process print = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jfr").toString(),
                        "print",
                        "--events",
                        "io.netty.AllocateBuffer",
                        file.toString())
                .redirectErrorStream(true)
                .start();
        String printed = new String(print.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(print.waitFor()).as(printed).isZero();
        assertThat(printed)
                .contains("allocatorType = io.github.acealloc.netty.AceByteBufAllocator", "size = 123 bytes")
                .contains("allocatorType = io.netty.buffer.PooledByteBufAllocator", "size = 456 bytes");
    }

    /** The child: both allocators in one JVM. */
    static final class Both {
        private Both() {}

        public static void main(String[] args) throws Exception {
            RecordedProgram.allocator("ace").directBuffer(123).release();
            RecordedProgram.allocator("pooled").directBuffer(456).release();
        }
    }
}
