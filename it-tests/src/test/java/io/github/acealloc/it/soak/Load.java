/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.soak;

import io.github.acealloc.it.AceFixture;
import io.github.acealloc.it.HttpClient;
import io.github.acealloc.it.HttpClient.Style;
import io.github.acealloc.it.Loops;
import io.github.acealloc.it.Payload;
import io.github.acealloc.it.StreamClient;
import io.github.acealloc.it.Transport;
import io.github.acealloc.it.WebSocketClient;
import io.github.acealloc.it.WebSocketEcho;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Users of all services, each of whom makes one exchange after the other: connects, sends and checks some payloads, closes. */
final class Load {
    private static final int USERS_PER_KIND = 2;
    private static final int MOST_BODIES = 16;
    private static final int MOST_BYTES = (1 << 20) + 100;

    /** Netty masks a frame int by int, and at PARANOID the leak detector notes the stack for each. */
    private static final int MOST_BYTES_MASKED = 20_000;

    private static final Style[] STYLES = {Style.DIRECT, Style.HEAP, Style.CHUNKED};

    private final AceFixture ace;
    private final Tls tls;
    private final Map<Kind, Service> services;
    private final Map<Kind, Tally> tallies = new EnumMap<>(Kind.class);
    private final Loops clients;
    private final List<Thread> users = new ArrayList<>();
    private volatile boolean isOver;

    Load(AceFixture ace, Journal journal, Tls tls, Map<Kind, Service> services, Transport transport) {
        this.ace = ace;
        this.tls = tls;
        this.services = services;
        clients = ace.loops(transport, 1);
        for (Kind kind : Kind.values()) {
            tallies.put(kind, new Tally(journal));
        }
    }

    void start(long seed) {
        for (Kind kind : Kind.values()) {
            for (int i = 0; i < USERS_PER_KIND; i++) {
                Random random = new Random(seed * 1000 + users.size());
                Thread user = new Thread(() -> use(kind, random), "soak-" + kind + "-" + i);
                user.setDaemon(true);
                user.start();
                users.add(user);
            }
        }
    }

    private void use(Kind kind, Random random) {
        while (!isOver && !ace.hasFailed()) {
            try {
                exchange(kind, random);
            } catch (Throwable e) {
                ace.fail(e);
            }
        }
    }

    private void exchange(Kind kind, Random random) throws Exception {
        List<Payload> payloads = payloads(random, kind == Kind.WEBSOCKET ? MOST_BYTES_MASKED : MOST_BYTES);
        CompletableFuture<Void> done;
        Consumer<ChannelPipeline> pipeline;
        switch (kind) {
            case HTTP -> {
                Style style = STYLES[random.nextInt(STYLES.length)];
                HttpClient client = new HttpClient(style, payloads, 1 + random.nextInt(4));
                done = client.done();
                pipeline = client::addTo;
            }
            case WEBSOCKET -> {
                WebSocketClient client = new WebSocketClient(payloads);
                done = client.done();
                pipeline = p -> WebSocketEcho.addClient(p, false, client);
            }
            default -> {
                payloads = List.of(new Payload(
                        random.nextInt(),
                        payloads.stream().mapToInt(Payload::size).sum() + 1));
                StreamClient client = new StreamClient(payloads.get(0), pieces(random));
                done = client.done();
                pipeline = kind == Kind.TLS ? p -> tls.addClient(p, client) : p -> p.addLast(client);
            }
        }
        long start = System.nanoTime();
        Channel channel = connect(kind, pipeline, start);
        if (channel != null) {
            await(kind, done, payloads, start);
            channel.close().await();
        }
    }

    private Channel connect(Kind kind, Consumer<ChannelPipeline> pipeline, long start) throws InterruptedException {
        try {
            return clients.connect(services.get(kind).server(), pipeline);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            tallies.get(kind).broken(e, start); // sync throws what is not declared
            return null;
        }
    }

    private void await(Kind kind, CompletableFuture<Void> done, List<Payload> payloads, long start)
            throws InterruptedException {
        Tally tally = tallies.get(kind);
        while (!ace.hasFailed()) {
            try {
                done.get(100, TimeUnit.MILLISECONDS);
                tally.served(payloads);
                return;
            } catch (ExecutionException e) {
                tally.broken(e.getCause(), start);
                return;
            } catch (TimeoutException e) {
                if (tally.isGivenUp(start)) {
                    return;
                }
            }
        }
    }

    private static List<Payload> payloads(Random random, int most) {
        List<Payload> payloads = new ArrayList<>();
        for (int i = random.nextInt(MOST_BODIES); i >= 0; i--) {
            payloads.add(new Payload(random.nextInt(), Math.min(size(random), most)));
        }
        return payloads;
    }

    /** Mostly small, up to 1 MiB and a little. */
    private static int size(Random random) {
        int dice = random.nextInt(100);
        int most = dice < 60 ? 8 << 10 : dice < 92 ? 128 << 10 : MOST_BYTES;
        return random.nextInt(most);
    }

    private static int[] pieces(Random random) {
        return random.ints(5, 1, 100_000).toArray();
    }

    /** Waits until every kind has been served again; tells which were not. */
    void awaitServedAgain() {
        Map<Kind, Long> before = new EnumMap<>(Kind.class);
        tallies.forEach((kind, tally) -> before.put(kind, tally.exchanges()));
        AceFixture.awaitFor("everybody being served again after a fault: " + before)
                .until(() -> ace.hasFailed()
                        || tallies.entrySet().stream()
                                .allMatch(each ->
                                        each.getValue().exchanges() > before.get(each.getKey()) + USERS_PER_KIND));
    }

    Loops clients() {
        return clients;
    }

    Map<Kind, Tally> tallies() {
        return tallies;
    }

    /** Lets each user finish the exchange that is under way. */
    void stop() throws InterruptedException {
        isOver = true;
        for (Thread user : users) {
            user.join(TimeUnit.SECONDS.toMillis(30));
            if (user.isAlive()) {
                ace.fail(new AssertionError(user + " does not come to an end"));
            }
        }
    }
}
