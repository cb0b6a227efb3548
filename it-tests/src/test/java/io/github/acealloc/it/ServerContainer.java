/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;

/**
 * A {@link ServerMain} in a container of its own: the JRE's version is the tests', the class path the tests' own, mounted read-only,
 * the network the host's loopback, so that nothing stands between the two sides' sockets.
 */
final class ServerContainer implements AutoCloseable {
    private static final Pattern PORT = Pattern.compile(ServerMain.SERVING + "(\\d+)");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final int GRACE_SECONDS = 15;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final GenericContainer<?> container;
    private final int port;

    private ServerContainer(GenericContainer<?> container) {
        this.container = container;
        container.start();
        Matcher found = PORT.matcher(container.getLogs());
        if (!found.find()) {
            throw new IllegalStateException("log: " + container.getLogs() + " (expected: " + PORT + ")");
        }
        port = Integer.parseInt(found.group(1));
    }

    /** Starts one: {@code kind} is http or echo, {@code options} are the JVM's. */
    static ServerContainer start(String kind, long memory, String... options) {
        List<String> classPath = classPath();
        List<String> command = new ArrayList<>(List.of("java", "-cp", String.join(":", classPath), "-ea"));
        if (!DockerEngine.JRE.endsWith(":17")) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(Arrays.asList(options));
        command.addAll(List.of(ServerMain.class.getName(), kind));
        return new ServerContainer(DockerEngine.container(DockerEngine.JRE)
                .withNetworkMode("host")
                // Java 17's superslabs come from malloc, which keeps a varying part of what it is given back unless
                // this is set.
                .withEnv("MALLOC_MMAP_THRESHOLD_", "131072")
                .withCommand(command.toArray(String[]::new))
                .withCreateContainerCmdModifier(create -> {
                    HostConfig host = create.getHostConfig();
                    host.withMemory(memory)
                            .withMemorySwap(memory)
                            .withBinds(classPath.stream()
                                    .map(entry -> new Bind(entry, new Volume(entry), AccessMode.ro))
                                    .toArray(Bind[]::new));
                })
                .waitingFor(
                        Wait.forLogMessage(".*" + ServerMain.SERVING + ".*", 1).withStartupTimeout(PATIENCE)));
    }

    /** Surefire's, whose own class path is a jar that only names the others. */
    private static List<String> classPath() {
        String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Arrays.stream(all.split(":"))
                .filter(entry -> Files.exists(Path.of(entry)))
                .distinct()
                .toList();
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(ANSWER);
    }

    String get(String path) throws IOException, InterruptedException {
        HttpResponse<String> response =
                http.send(request(path).build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        if (response.statusCode() != 200) {
            throw new IOException(path + ": " + response.statusCode() + " " + response.body() + " (expected: 200)");
        }
        return response.body();
    }

    Map<String, String> figures() throws IOException, InterruptedException {
        Map<String, String> figures = new HashMap<>();
        get("/figures").lines().forEach(line -> {
            int at = line.indexOf('=');
            if (at > 0) {
                figures.put(line.substring(0, at), line.substring(at + 1));
            }
        });
        return figures;
    }

    long figure(String name) throws IOException, InterruptedException {
        return Long.parseLong(figures().get(name));
    }

    /** To be called when nothing else is asked of it. */
    void assertKeepsItsLaws() {
        AceFixture.awaitFor("an allocator that keeps its laws")
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(get("/violations")).isEqualTo("[]"));
    }

    ContainerState state() {
        return DockerEngine.client()
                .inspectContainerCmd(container.getContainerId())
                .exec()
                .getState();
    }

    String logs() {
        return container.getLogs();
    }

    /** STOP: from then on it does nothing, neither reading nor closing; CONT ends that; KILL ends it for good. */
    void signal(String name) {
        DockerEngine.client()
                .killContainerCmd(container.getContainerId())
                .withSignal(name)
                .exec();
    }

    /** Asks it to end and waits until it has. */
    void terminate() {
        DockerEngine.client()
                .stopContainerCmd(container.getContainerId())
                .withTimeout(GRACE_SECONDS)
                .exec();
    }

    @Override
    public void close() {
        container.stop();
    }
}
