/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Servers on ACE that are replaced one after the other while clients go on: each request is answered in the end, and rightly. */
@InContainers
final class RollingRestartContainerTest {
    private static final long MEMORY = 256L << 20;
    private static final int SERVERS = 2;
    private static final int REPLACED = 2;
    private static final int CLIENTS = 4;
    private static final int ANSWERS_EACH = 60;
    private static final int MAX_TRIES = 20;
    private static final int TERMINATED = 128 + 15;

    private final List<ServerContainer> servers = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private volatile boolean isDone;

    @AfterEach
    void stop() throws InterruptedException {
        isDone = true;
        threads.shutdown();
        assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        servers.forEach(ServerContainer::close);
    }

    @Test
    void oneAfterTheOther() throws Exception {
        for (int i = 0; i < SERVERS; i++) {
            servers.add(start());
        }
        for (int i = 0; i < CLIENTS; i++) {
            int client = i;
            threads.execute(() -> ask(client));
        }
        awaitAnswers();
        for (int i = 0; i < REPLACED; i++) {
            ServerContainer old = servers.set(i % SERVERS, start());
            old.terminate();
            assertEndedClean(old);
            old.close();
            awaitAnswers();
        }
        isDone = true;
        threads.shutdown();
        assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        assertThat(failures).isEmpty();
        for (ServerContainer server : servers) {
            AceFixture.awaitFor("no live bytes").until(() -> server.figure("live") == 0);
            server.terminate();
            assertEndedClean(server);
        }
        assertThat(lost.get()).as("connections lost of " + answered).isLessThan(answered.get());
    }

    private static ServerContainer start() {
        return ServerContainer.start("http", MEMORY, "-Xmx48m");
    }

    /** It got its signal under load: what was under way has come back all the same. */
    private static void assertEndedClean(ServerContainer old) {
        assertThat(old.state().getExitCodeLong()).isEqualTo(TERMINATED);
        assertThat(old.logs())
                .contains(ServerMain.LAST_FIGURES)
                .contains(";live=0;", ";violations=[]", ";failure=null;");
    }

    private void awaitAnswers() {
        int enough = answered.get() + ANSWERS_EACH;
        AceFixture.awaitFor(ANSWERS_EACH + " more answers").until(() -> answered.get() > enough || !failures.isEmpty());
        assertThat(failures).isEmpty();
    }

    private void ask(int client) {
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        try {
            for (int i = 0; !isDone; i++) {
                askUntilAnswered(http, new Payload(client * 1000 + i, 1 + i * 7919 % 300_000));
            }
        } catch (InterruptedException | AssertionError e) {
            failures.add(e);
        }
    }

    /** Whoever loses a connection asks the next server; nothing else may go wrong. */
    private void askUntilAnswered(HttpClient http, Payload payload) throws InterruptedException {
        for (int i = 0; i < MAX_TRIES; i++) {
            ServerContainer server = servers.get((payload.seed() + i) % SERVERS);
            HttpRequest request = server.request("/echo")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(payload.bytes()))
                    .build();
            try {
                HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
                assertThat(response.statusCode()).isEqualTo(200);
                payload.checkWhole(response.body());
                answered.incrementAndGet();
                return;
            } catch (IOException e) {
                lost.incrementAndGet();
            }
        }
        throw new AssertionError(payload + ": no answer in " + MAX_TRIES + " tries");
    }
}
