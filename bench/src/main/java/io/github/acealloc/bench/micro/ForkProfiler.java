/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.micro;

import io.github.acealloc.bench.AceShares;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.ProcessMemory;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ScalarResult;

/**
 * A JMH profiler that reads the fork's resident memory, what the allocator has, and ACE's statistics at the end of each iteration, while the
 * benchmark's buffers are still live.
 */
public final class ForkProfiler implements InternalProfiler {
    private static final double MIB = 1 << 20;

    @Override
    public String getDescription() {
        return "Resident memory of the forked JVM, and ACE's own statistics";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        // Everything is read afterwards.
    }

    @Override
    public Collection<ScalarResult> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        List<ScalarResult> results = new ArrayList<>();
        results.add(result(Metric.RSS, ProcessMemory.residentMiB(), AggregationPolicy.MAX));
        if (AllocatorState.current() instanceof ByteBufAllocatorMetricProvider provider) {
            // Of the two the benchmark uses one; the other is next to nothing.
            long bytes =
                    provider.metric().usedDirectMemory() + provider.metric().usedHeapMemory();
            results.add(result(Metric.HELD, bytes / MIB, AggregationPolicy.AVG));
        }
        AceShares.of(AllocatorState.current())
                .forEach((metric, share) -> results.add(result(metric, share, AggregationPolicy.AVG)));
        return results;
    }

    private static ScalarResult result(Metric metric, double value, AggregationPolicy policy) {
        return new ScalarResult(metric.label(), value, metric.unit(), policy);
    }
}
