/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Many requests at once, each for a buffer that the server fills now and sends later, and what became of them. */
final class Burst {
    private static final int[] SIZES = {64 << 10, 1_500_000, 200_000, 700_000, 300, 1 << 20};
    private static final int PATIENCE_SECONDS = 90;

    private final AtomicInteger served = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicInteger unanswered = new AtomicInteger();
    private final Queue<String> refused = new ConcurrentLinkedQueue<>();

    /** Sends them and waits for all answers; a wrong byte is an error. */
    static Burst of(ServerContainer server, int requests, int holdMillis) throws Exception {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        Burst burst = new Burst();
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            Payload payload = payload(i);
            String path = "/hold?seed=" + payload.seed() + "&bytes=" + payload.size() + "&millis=" + holdMillis;
            answers.add(client.sendAsync(server.request(path).build(), HttpResponse.BodyHandlers.ofByteArray())
                    .handle((response, failure) -> burst.took(payload, response, failure)));
        }
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return burst;
    }

    private static Payload payload(int i) {
        return new Payload(i, SIZES[i % SIZES.length]);
    }

    /** What so many requests want to hold at the same time. */
    static long bytes(int requests) {
        long sum = 0;
        for (int i = 0; i < requests; i++) {
            sum += payload(i).size();
        }
        return sum;
    }

    private Void took(Payload payload, HttpResponse<byte[]> response, Throwable failure) {
        if (failure != null) {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            if (!(cause instanceof IOException)) {
                throw new AssertionError("failed: " + cause, cause);
            }
            (cause instanceof HttpTimeoutException ? unanswered : lost).incrementAndGet();
        } else if (response.statusCode() == 503) {
            refused.add(new String(response.body(), StandardCharsets.UTF_8));
        } else {
            payload.checkWhole(response.body());
            served.incrementAndGet();
        }
        return null;
    }

    int served() {
        return served.get();
    }

    int lost() {
        return lost.get();
    }

    /** On connections that stayed open. */
    int unanswered() {
        return unanswered.get();
    }

    Queue<String> refused() {
        return refused;
    }

    @Override
    public String toString() {
        return served + " served, " + refused.size() + " refused, " + lost + " lost, " + unanswered + " unanswered";
    }
}
