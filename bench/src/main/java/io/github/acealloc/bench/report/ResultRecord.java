/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Map;

/**
 * One measured quantity of one allocator in one cell, as written to {@code results.json}.
 *
 * @param workload name of the workload
 * @param parameters its parameters, the leak-detection setting among them
 * @param allocator name of the allocator
 * @param metric name of the quantity
 * @param unit its unit
 * @param better {@code lower}, {@code higher} or {@code neither}
 * @param value median of the rounds; null if every round failed
 * @param low lower end of the interval of the median
 * @param high upper end of the interval of the median
 * @param rounds number of rounds that gave a value
 * @param samples the value of each round
 * @param failures one message for each round that failed
 * @param java version and vendor of the Java that was measured
 * @param cpu processor and number of cores
 */
@JsonPropertyOrder({
    "workload",
    "parameters",
    "allocator",
    "metric",
    "unit",
    "better",
    "value",
    "low",
    "high",
    "rounds",
    "samples",
    "failures",
    "java",
    "cpu"
})
public record ResultRecord(
        String workload,
        Map<String, String> parameters,
        String allocator,
        String metric,
        String unit,
        String better,
        Double value,
        Double low,
        Double high,
        int rounds,
        List<Double> samples,
        List<String> failures,
        String java,
        String cpu) {}
