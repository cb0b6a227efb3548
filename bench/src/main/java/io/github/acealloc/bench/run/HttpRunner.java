/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.run;

import io.github.acealloc.bench.Contestant;
import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.cli.ServerCommand;
import io.github.acealloc.bench.http.LoadClient;
import io.github.acealloc.bench.http.ServerReading;
import io.github.acealloc.bench.plan.Cell;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Runs the HTTP workload: a server in its own JVM, loaded from this one.
 *
 * <p>After a warm-up, a closed loop gives throughput and garbage per request, then an open loop gives latencies, then
 * the server's resident memory is read. The open loop's rate is found once, before the first run: a share of the
 * throughput of the slowest contestant. All get the same.
 */
final class HttpRunner implements CellRunner {
    private static final double SHARE_OF_SLOWEST = 0.5;
    private static final int RATE_STEP = 100;

    private final Timing timing;
    private final List<String> jvmArgs;
    private final List<Contestant> contestants;
    private final Path logs;
    private int rate;

    HttpRunner(Timing timing, List<String> jvmArgs, List<? extends Contestant> contestants, Path logs) {
        this.timing = timing;
        this.jvmArgs = List.copyOf(jvmArgs);
        this.contestants = List.copyOf(contestants);
        this.logs = logs;
    }

    @Override
    public Measurement run(Cell cell, Contestant contestant, int round) throws Exception {
        if (rate == 0) {
            rate = calibrate(cell);
        }
        Path log = logs.resolve(ChildJvm.logName(cell, contestant, round));
        try (ChildProcess<ServerReading> server = server(contestant, cell, log);
                LoadClient client = new LoadClient(server.answer().port())) {
            client.closedLoop(timing.httpWarmup());
            ServerReading before = server.ask();
            double throughput = client.closedLoop(timing.httpClosed());
            ServerReading after = server.ask();
            Histogram latencies = client.openLoop(rate, timing.httpOpen());
            return Measurement.of(metrics(throughput, before, after, latencies, server.ask()));
        }
    }

    private int calibrate(Cell cell) throws Exception {
        double slowest = Double.MAX_VALUE;
        for (Contestant contestant : contestants) {
            Path log = logs.resolve("calibration-" + ChildJvm.logName(cell, contestant, 0));
            try (ChildProcess<ServerReading> server = server(contestant, cell, log);
                    LoadClient client = new LoadClient(server.answer().port())) {
                client.closedLoop(timing.httpCalibration());
                slowest = Math.min(slowest, client.closedLoop(timing.httpCalibration()));
            }
        }
        return Math.max(RATE_STEP, RATE_STEP * (int) (slowest * SHARE_OF_SLOWEST / RATE_STEP));
    }

    private ChildProcess<ServerReading> server(Contestant contestant, Cell cell, Path log) throws IOException {
        return new ChildProcess<>(
                ServerReading.class,
                ChildJvm.options(cell.leak(), ChildJvm.extra(contestant, jvmArgs)),
                List.of(ServerCommand.NAME, "--allocator", contestant.kind().name()),
                log);
    }

    private Map<Metric, Double> metrics(
            double throughput, ServerReading before, ServerReading after, Histogram latencies, ServerReading end) {
        double requests = throughput * seconds(timing.httpClosed());
        Map<Metric, Double> metrics = new EnumMap<>(Metric.class);
        metrics.put(Metric.THROUGHPUT, throughput);
        metrics.put(Metric.GARBAGE, (after.allocatedBytes() - before.allocatedBytes()) / requests);
        metrics.put(Metric.P50, micros(latencies, 50));
        metrics.put(Metric.P99, micros(latencies, 99));
        metrics.put(Metric.P999, micros(latencies, 99.9));
        metrics.put(Metric.RATE, (double) rate);
        metrics.put(Metric.RSS, end.residentMiB());
        metrics.putAll(end.shares());
        return metrics;
    }

    private static double micros(Histogram latencies, double percentile) {
        return latencies.getValueAtPercentile(percentile) / (double) TimeUnit.MICROSECONDS.toNanos(1);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
