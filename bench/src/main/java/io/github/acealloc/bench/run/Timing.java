/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.run;

import io.github.acealloc.bench.memory.Scale;
import io.github.acealloc.bench.plan.Workload;
import java.time.Duration;

/**
 * How long one run of a workload takes.
 *
 * @param warmups iterations before measuring
 * @param iterations measured iterations
 * @param iteration length of one iteration
 * @param httpCalibration each half of the closed-loop load that finds the open loop's rate
 * @param httpWarmup closed-loop load before measuring an HTTP server
 * @param httpClosed closed-loop load that measures throughput
 * @param httpOpen open-loop load that measures latency
 * @param memory size of the memory workloads
 */
public record Timing(
        int warmups,
        int iterations,
        Duration iteration,
        Duration httpCalibration,
        Duration httpWarmup,
        Duration httpClosed,
        Duration httpOpen,
        Scale memory) {
    /** For figures that are to be quoted. */
    public static final Timing FULL = new Timing(
            3,
            4,
            Duration.ofMillis(300),
            Duration.ofSeconds(2),
            Duration.ofSeconds(4),
            Duration.ofSeconds(4),
            Duration.ofSeconds(8),
            Scale.FULL);

    /** For a first look in under three minutes. */
    public static final Timing QUICK = new Timing(
            2,
            3,
            Duration.ofMillis(200),
            Duration.ofMillis(1000),
            Duration.ofMillis(1500),
            Duration.ofMillis(1500),
            Duration.ofMillis(2000),
            Scale.QUICK);

    private static final Duration JVM_START = Duration.ofMillis(800);

    /** The same for an allocator that learns: so long until it is measured. */
    public Timing warmedUpFor(Duration warmup) {
        int enough = (int) ((warmup.toMillis() + iteration.toMillis() - 1) / iteration.toMillis());
        return new Timing(enough, iterations, iteration, httpCalibration, warmup, httpClosed, httpOpen, memory);
    }

    /** The same with memory workloads of another size. */
    public Timing at(Scale scale) {
        return new Timing(warmups, iterations, iteration, httpCalibration, httpWarmup, httpClosed, httpOpen, scale);
    }

    /** The time of one run of a workload with its JVM's start. */
    Duration run(Workload workload) {
        return switch (workload.family()) {
            case MICRO -> micro();
            case HTTP -> http();
            case MEMORY -> JVM_START.plus(memory.expected(workload));
        };
    }

    /** The time of one micro-benchmark run with its JVM's start. */
    Duration micro() {
        return JVM_START.plus(iteration.multipliedBy(warmups + iterations));
    }

    /** The time to calibrate one allocator. */
    Duration calibration() {
        return JVM_START.plus(httpCalibration.multipliedBy(2));
    }

    /** The time of one HTTP run with its JVM's start. */
    Duration http() {
        return JVM_START.plus(httpWarmup).plus(httpClosed).plus(httpOpen);
    }
}
