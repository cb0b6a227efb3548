/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Vert.x without a line of ACE, in a JVM with the agent: what it receives comes from ACE and is released. */
class VertxAgentTest {
    private static final int REQUESTS = 400;
    private static final int BYTES = 10_000;
    private static final Path AGENT = Path.of("..", "netty-adapter", "target", "ace-alloc-agent.jar");

    @TempDir
    Path folder;

    /** The program: a server and a client. */
    static final class Program {
        private Program() {}

        public static void main(String[] args) throws Exception {
            ByteBuf buf = ByteBufAllocator.DEFAULT.directBuffer(16);
            System.out.println("buffers: " + buf.getClass().getSimpleName());
            buf.release();
            Vertx vertx = Vertx.vertx();
            HttpServer server = get(vertx.createHttpServer()
                    .requestHandler(request -> request.body().onSuccess(request.response()::end))
                    .listen(0, "127.0.0.1"));
            HttpClient client = vertx.createHttpClient();
            byte[] body = new byte[BYTES];
            for (int i = 0; i < REQUESTS; i++) {
                Arrays.fill(body, (byte) i);
                Buffer answer = get(client.request(HttpMethod.POST, server.actualPort(), "127.0.0.1", "/")
                        .compose(request -> request.send(Buffer.buffer(body)))
                        .compose(HttpClientResponse::body));
                if (!Arrays.equals(answer.getBytes(), body)) {
                    throw new IllegalStateException("answer " + i + " is wrong");
                }
            }
            System.out.println("used: " + (used() > 0));
            get(client.close());
            get(vertx.close());
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (used() > 0 && System.nanoTime() < end) {
                Thread.sleep(100); // idle memory goes back by itself, live memory does not
            }
            System.out.println("left: " + used());
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
                .contains("buffers: AskedDirectByteBuf", "used: true", "left: 0")
                .doesNotContain("WARN", "LEAK");
    }

    /** The same program sees what it is asked about. */
    @Test
    void withoutTheAgentBuffersAreNettys() throws Exception {
        assertThat(run("-Dnone")).contains("used: true").doesNotContain("Asked");
    }

    private String run(String option) throws Exception {
        Path output = folder.resolve("output.txt");
        String stock = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("acealloc")
                        && !entry.contains("/allocator/")
                        && !entry.contains("/netty-adapter/"))
                .collect(Collectors.joining(File.pathSeparator));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(List.of(java, "-Xmx256m", option, "-cp", stock, Program.class.getName()))
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
