/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.http;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Requests at a constant rate, whatever the server does: shows latency.
 *
 * <p>Every request has a time at which it is due. If no connection is idle then, it waits for one, and the time it
 * waits counts: latency is measured from the due time, not from the time of sending. A server that stalls is charged
 * for all requests that fell due meanwhile.
 */
final class OpenLoad implements Load<Histogram> {
    private static final long HIGHEST_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int SIGNIFICANT_DIGITS = 3;

    private final EventLoop loop;
    private final long count;
    private final double nanosBetween;
    private final Histogram latencies = new Histogram(HIGHEST_NANOS, SIGNIFICANT_DIGITS);
    private final Promise<Histogram> result;
    private final Queue<Connection> idle = new ArrayDeque<>();
    private final Queue<Long> waiting = new ArrayDeque<>();
    private long start;
    private long due;
    private long completed;
    private int nextRequest;

    OpenLoad(int requestsPerSecond, Duration duration, EventLoop loop) {
        this.loop = loop;
        count = requestsPerSecond * duration.toMillis() / 1000;
        nanosBetween = 1e9 / requestsPerSecond;
        result = loop.newPromise();
    }

    @Override
    public void start(Iterable<Connection> connections) {
        connections.forEach(idle::add);
        start = System.nanoTime();
        sendDue();
    }

    private void sendDue() {
        long now = System.nanoTime();
        while (due < count && dueNanos() <= now) {
            long intended = dueNanos();
            due++;
            Connection connection = idle.poll();
            if (connection != null) {
                send(connection, intended);
            } else {
                waiting.add(intended);
            }
        }
        if (due < count && !result.isDone()) {
            loop.schedule(this::sendDue, dueNanos() - System.nanoTime(), TimeUnit.NANOSECONDS)
                    .addListener(sent -> {
                        if (!sent.isSuccess()) {
                            result.tryFailure(sent.cause());
                        }
                    });
        }
    }

    private long dueNanos() {
        return start + (long) (due * nanosBetween);
    }

    private void send(Connection connection, long intendedNanos) {
        connection.send(nextRequest, intendedNanos);
        nextRequest = (nextRequest + 1) % Requests.COUNT;
    }

    @Override
    public void completed(Connection connection, long intendedNanos) {
        latencies.recordValue(Math.min(System.nanoTime() - intendedNanos, HIGHEST_NANOS));
        Long next = waiting.poll();
        if (next != null) {
            send(connection, next);
        } else {
            idle.add(connection);
        }
        if (++completed == count) {
            result.trySuccess(latencies);
        }
    }

    @Override
    public void failed(Throwable cause) {
        result.tryFailure(cause);
    }

    @Override
    public Promise<Histogram> result() {
        return result;
    }
}
