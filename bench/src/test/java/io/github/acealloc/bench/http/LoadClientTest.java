/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class LoadClientTest {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);

    @Test
    void closedAndOpenLoopsFollowEachOtherAndLeaveNoBuffer() throws Exception {
        try (EchoServer server = new EchoServer(allocator);
                LoadClient client = new LoadClient(server.port())) {
            double throughput = client.closedLoop(Duration.ofMillis(200));
            Histogram latencies = client.openLoop(500, Duration.ofMillis(400));

            assertThat(throughput).isGreaterThan(50);
            assertThat(latencies.getTotalCount()).isEqualTo(200);
            assertThat(latencies.getMaxValue()).isPositive();
            assertThat(client.closedLoop(Duration.ofMillis(50))).isPositive();
        }
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }

    @Test
    void latencyCountsFromTheTimeARequestWasDue() throws Exception {
        try (EchoServer server = new EchoServer(allocator);
                LoadClient client = new LoadClient(server.port())) {
            int farTooMany = 1_000_000;
            Histogram latencies = client.openLoop(farTooMany, Duration.ofMillis(20));

            assertThat(latencies.getTotalCount()).isEqualTo(farTooMany / 50);
            assertThat(latencies.getValueAtPercentile(50))
                    .as("half the requests were late by more than the whole phase")
                    .isGreaterThan(Duration.ofMillis(20).toNanos());
        }
    }

    @Test
    void aServerThatGoesAwayEndsTheLoadWithAnError() throws Exception {
        EchoServer server = new EchoServer(allocator);
        try (LoadClient client = new LoadClient(server.port())) {
            client.closedLoop(Duration.ofMillis(50));
            new Thread(server::close).start();

            assertThatThrownBy(() -> client.closedLoop(Duration.ofSeconds(10))).isInstanceOf(ExecutionException.class);
        }
    }

    @Test
    void aServerThatWentAwayBeforeEndsTheLoadAtOnce() throws Exception {
        EchoServer server = new EchoServer(allocator);
        try (LoadClient client = new LoadClient(server.port())) {
            client.closedLoop(Duration.ofMillis(50));
            server.close();

            assertThatThrownBy(() -> client.openLoop(100, Duration.ofSeconds(10)))
                    .isInstanceOf(ExecutionException.class);
        }
    }
}
