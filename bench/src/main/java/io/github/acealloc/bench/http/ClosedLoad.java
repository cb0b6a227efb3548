/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.http;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import java.time.Duration;

/** Each connection sends its next request as soon as it has the answer to the last one: shows throughput. */
final class ClosedLoad implements Load<Double> {
    private final long nanos;
    private final Promise<Double> requestsPerSecond;
    private long start;
    private long completed;
    private int inFlight;
    private int nextRequest;

    ClosedLoad(Duration duration, EventLoop loop) {
        nanos = duration.toNanos();
        requestsPerSecond = loop.newPromise();
    }

    @Override
    public void start(Iterable<Connection> connections) {
        start = System.nanoTime();
        for (Connection connection : connections) {
            inFlight++;
            send(connection);
        }
    }

    private void send(Connection connection) {
        connection.send(nextRequest, 0);
        nextRequest = (nextRequest + 1) % Requests.COUNT;
    }

    @Override
    public void completed(Connection connection, long intendedNanos) {
        completed++;
        long elapsed = System.nanoTime() - start;
        if (elapsed < nanos) {
            send(connection);
        } else if (--inFlight == 0) {
            requestsPerSecond.trySuccess(completed * 1e9 / elapsed);
        }
    }

    @Override
    public void failed(Throwable cause) {
        requestsPerSecond.tryFailure(cause);
    }

    @Override
    public Promise<Double> result() {
        return requestsPerSecond;
    }
}
