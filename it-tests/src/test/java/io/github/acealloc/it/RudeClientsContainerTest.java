/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A server on ACE in a container, its leak detector at PARANOID, whose clients read slowly, go away or reset their connections. */
@InContainers
final class RudeClientsContainerTest {
    private static final long MEMORY = 256L << 20;
    private static final int CLIENTS = 60;
    private static final int BYTES = 3 << 20;
    private static final int SEED = 42;

    private static ServerContainer server;

    @BeforeAll
    static void startServer() throws Exception {
        server = ServerContainer.start("http", MEMORY, "-Xmx64m");
        assertThat(leaks(server)).isEqualTo("0");
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    /** How many; the text after it tells where. The first call turns the detector on. */
    private static String leaks(ServerContainer server) throws IOException, InterruptedException {
        return server.get("/leaks").lines().findFirst().orElse("");
    }

    private Socket ask() throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(8 << 10);
        socket.connect(server.address());
        send(socket, "GET /hold?seed=1&bytes=" + BYTES + "&millis=0 HTTP/1.1\r\nhost: server\r\n\r\n");
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private void assertNothingIsLeft() throws Exception {
        AceFixture.awaitFor("no live bytes").until(() -> server.figure("live") == 0);
        assertThat(leaks(server)).as("leaks").isEqualTo("0");
        server.assertKeepsItsLaws();
        Map<String, String> figures = server.figures();
        assertThat(figures).containsEntry("exhausted", "0");
        assertThat(Burst.of(server, 20, 0).served()).isEqualTo(20);
    }

    @Test
    void resetInTheMiddleOfAnswers() throws Exception {
        Random random = new Random(SEED);
        for (int i = 0; i < CLIENTS; i++) {
            Socket socket = ask();
            int bytes = 1 + random.nextInt(i % 2 == 0 ? 1000 : 1 << 20);
            assertThat(socket.getInputStream().readNBytes(bytes)).hasSize(bytes);
            reset(socket);
        }
        assertNothingIsLeft();
    }

    @Test
    void resetInTheMiddleOfRequests() throws Exception {
        for (int i = 0; i < CLIENTS; i++) {
            Socket socket = new Socket();
            socket.connect(server.address());
            send(socket, "POST /echo HTTP/1.1\r\nhost: server\r\ncontent-length: 2000000\r\n\r\n");
            send(socket, "x".repeat(1 + i * 20_000));
            reset(socket);
        }
        assertNothingIsLeft();
    }

    /** All answers wait in the server at the same time; half of the readers go on to the end, half give up. */
    @Test
    void slowReaders() throws Exception {
        int readers = 16;
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < readers; i++) {
            sockets.add(ask());
        }
        AceFixture.awaitFor("answers that wait").until(() -> server.figure("live") > readers * BYTES / 2);
        for (int turn = 0; turn < 20; turn++) {
            for (Socket socket : sockets) {
                assertThat(socket.getInputStream().readNBytes(500)).hasSize(500);
            }
        }
        for (int i = 0; i < readers; i++) {
            Socket socket = sockets.get(i);
            if (i % 2 == 0) {
                assertThat(socket.getInputStream().readNBytes(BYTES - 20 * 500)).hasSize(BYTES - 20 * 500);
                socket.close();
            } else {
                reset(socket);
            }
        }
        assertNothingIsLeft();
    }

    /** What the other tests look at would show a buffer that was forgotten. */
    @Test
    void aForgottenBufferIsSeen() throws Exception {
        try (ServerContainer forgetful = ServerContainer.start("http", MEMORY, "-Xmx64m")) {
            assertThat(leaks(forgetful)).isEqualTo("0");
            forgetful.get("/forget");
            assertThat(leaks(forgetful)).isEqualTo("1");
            assertThat(forgetful.figure("live")).isPositive();
        }
    }
}
