/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.bench.AllocatorKind;
import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.memory.Scale;
import io.github.acealloc.bench.plan.Cell;
import io.github.acealloc.bench.plan.Leak;
import io.github.acealloc.bench.plan.Plan;
import io.github.acealloc.bench.plan.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real runs in real child processes, as short as they can be. */
class ChildJvmTest {
    private static final Timing SHORT = new Timing(
            1,
            1,
            Duration.ofMillis(30),
            Duration.ofMillis(50),
            Duration.ofMillis(50),
            Duration.ofMillis(100),
            Duration.ofMillis(100),
            Scale.QUICK);

    @TempDir
    Path logs;

    @Test
    void leakDetectionIsTheOnlyDifferenceBetweenLeakSettings() {
        List<String> disabled = ChildJvm.options(Leak.DISABLED, List.of());

        assertThat(disabled).contains("-Dio.netty.leakDetection.level=disabled");
        assertThat(disabled).containsAll(ChildJvm.options(Leak.DEFAULT, List.of()));
        assertThat(ChildJvm.options(Leak.DEFAULT, List.of("-Da=b")))
                .noneMatch(o -> o.contains("leak"))
                .endsWith("-Da=b");
    }

    @Test
    void directBuffersGetLargeRegionsAndWhatTheUserSaysWins() {
        Cell direct = Plan.quick(List.of(Workload.SINGLE_PAIR)).get(0);
        Cell heap = new Cell(Workload.SINGLE_PAIR, Map.of(Cell.KIND, "heap", Cell.LEAK, "disabled"));

        assertThat(ChildJvm.microOptions(direct, List.of("-Da=b")))
                .containsSubsequence("-XX:G1HeapRegionSize=32m", "-Da=b")
                .endsWith("-Da=b");
        assertThat(ChildJvm.microOptions(heap, List.of())).isEqualTo(ChildJvm.options(heap.leak(), List.of()));
    }

    @Test
    void microBenchmarkGivesTimeMemoryGarbageAndShares() throws Exception {
        Cell cell = Plan.quick(List.of(Workload.PRODUCER_CONSUMER)).get(0);

        Map<Metric, Double> metrics = new MicroRunner(SHORT, List.of(), logs)
                .run(cell, AllocatorKind.ACE, 1)
                .values();

        assertThat(metrics)
                .containsKeys(Metric.TIME, Metric.RSS, Metric.HELD, Metric.GARBAGE, Metric.HOT, Metric.REMOTE);
        assertThat(metrics.get(Metric.TIME)).isBetween(1.0, 1e6);
        assertThat(metrics.get(Metric.RSS)).isBetween(20.0, 2000.0);
    }

    @Test
    void microBenchmarkThatCannotStartSaysWhy() {
        Cell cell = Plan.quick(List.of(Workload.SINGLE_PAIR)).get(0);
        MicroRunner runner = new MicroRunner(SHORT, List.of("-Xmx1m"), logs);

        assertThatThrownBy(() -> runner.run(cell, AllocatorKind.ACE, 1)).hasMessageContaining("heap");
    }

    @Test
    void serverGivesThroughputLatencyAndMemory() throws Exception {
        Cell cell = Plan.quick(List.of(Workload.HTTP)).get(0);
        HttpRunner runner = new HttpRunner(SHORT, List.of(), List.of(AllocatorKind.POOLED), logs);

        Map<Metric, Double> metrics = runner.run(cell, AllocatorKind.POOLED, 1).values();

        assertThat(metrics)
                .containsOnlyKeys(
                        Metric.THROUGHPUT,
                        Metric.P50,
                        Metric.P99,
                        Metric.P999,
                        Metric.RATE,
                        Metric.RSS,
                        Metric.GARBAGE);
        assertThat(metrics.values()).allMatch(value -> value > 0);
    }

    @Test
    void serverThatCannotStartSaysSo() {
        Cell cell = Plan.quick(List.of(Workload.HTTP)).get(0);
        HttpRunner runner = new HttpRunner(SHORT, List.of("-Xmx1m"), List.of(AllocatorKind.POOLED), logs);

        assertThatThrownBy(() -> runner.run(cell, AllocatorKind.POOLED, 1))
                .hasMessageContaining("server process ended");
    }

    @Test
    void memoryWorkloadGivesItsFiguresACurveAndAcesHeaps() throws Exception {
        Cell cell = Plan.quick(List.of(Workload.MLEAK)).get(0);

        Measurement measured = new MemoryRunner(Scale.QUICK, List.of(), logs).run(cell, AllocatorKind.ACE, 1);

        assertThat(measured.values())
                .containsKeys(
                        Metric.RSS_PER_THREADS,
                        Metric.COMMITTED_PER_THREADS,
                        Metric.HEAPS,
                        Metric.ADOPTIONS,
                        Metric.REMOTE);
        assertThat(measured.curve().points()).hasSize(200);
    }

    @Test
    void memoryWorkloadThatCannotStartSaysSo() {
        Cell cell = Plan.quick(List.of(Workload.MLEAK)).get(0);
        MemoryRunner runner = new MemoryRunner(Scale.QUICK, List.of("-Xmx1m"), logs);

        assertThatThrownBy(() -> runner.run(cell, AllocatorKind.POOLED, 1)).hasMessageContaining("process ended");
    }
}
