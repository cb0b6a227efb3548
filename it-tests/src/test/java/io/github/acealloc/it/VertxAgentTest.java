/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import java.io.File;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Vert.x without a line of ACE, in a JVM with the agent: what it receives comes from ACE and is released. */
class VertxAgentTest {
    private static final int PATTERN = 10_007;
    private static final int PIECES = 2000;
    private static final String RECEIVED = "received: " + (long) PIECES * PATTERN + ", used: true";
    private static final Path AGENT = Path.of("..", "netty-adapter", "target", "ace-alloc-agent.jar");

    @TempDir
    Path folder;

    /** The program: a server that receives 20 MB. */
    static final class Program {
        private Program() {}

        public static void main(String[] args) throws Exception {
            ByteBuf buf = ByteBufAllocator.DEFAULT.directBuffer(16);
            System.out.println("buffers: " + buf.getClass().getSimpleName());
            buf.release();
            AtomicLong received = new AtomicLong();
            Vertx vertx = Vertx.vertx();
            NetServer server = get(vertx.createNetServer()
                    .connectHandler(socket -> socket.handler(part -> received.set(check(part, received.get()))))
                    .listen(0, "127.0.0.1"));
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.actualPort())) {
                byte[] piece = new byte[PATTERN];
                for (int i = 0; i < piece.length; i++) {
                    piece[i] = (byte) i;
                }
                for (int sent = 0; sent < PIECES; sent++) {
                    client.getOutputStream().write(piece);
                }
                await(() -> received.get() == (long) PIECES * PATTERN);
            }
            System.out.println("received: " + received + ", used: " + (used() > 0));
            get(vertx.close());
            if (args[0].startsWith("-javaagent")) {
                await(() -> used() == 0); // ACE's idle memory goes back by itself, live memory does not
            }
            System.out.println("left: " + used());
        }

        /** Returns how many bytes there are now. */
        private static long check(Buffer part, long before) {
            for (int i = 0; i < part.length(); i++) {
                if (part.getByte(i) != (byte) ((before + i) % PATTERN)) {
                    return Long.MIN_VALUE;
                }
            }
            return before + part.length();
        }

        private static void await(BooleanSupplier condition) throws InterruptedException {
            for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
                    !condition.getAsBoolean() && System.nanoTime() < end; ) {
                Thread.sleep(50);
            }
        }

        private static long used() {
            return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                    .metric()
                    .usedDirectMemory();
        }

        private static <T> T get(Future<T> future) throws Exception {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void releasesWhatItReceives() throws Exception {
        String said = run("-javaagent:" + AGENT.toAbsolutePath().normalize());
        assertThat(said)
                .contains("buffers: AskedDirectByteBuf", RECEIVED, "left: 0")
                .doesNotContain("WARN", "LEAK");
    }

    /** The same program sees what it is asked about. */
    @Test
    void withoutTheAgentBuffersAreNettys() throws Exception {
        assertThat(run("-Dnone")).contains(RECEIVED).doesNotContain("Asked");
    }

    private String run(String option) throws Exception {
        Path output = folder.resolve("output.txt");
        String stock = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("acealloc")
                        && !entry.contains("/allocator/")
                        && !entry.contains("/netty-adapter/"))
                .collect(Collectors.joining(File.pathSeparator));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(
                        List.of(java, "-Xmx256m", option, "-cp", stock, Program.class.getName(), option))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(55, TimeUnit.SECONDS);
        process.destroyForcibly();
        String said = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(ended).as("ends: %s", said).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }
}
