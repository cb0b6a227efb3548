/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.plan;

import io.github.acealloc.bench.Metric;
import java.util.Arrays;

/** A workload of the comparison: its name, its purpose in one line, and the metric it is judged by first. */
public enum Workload {
    PATTERN("pattern", "N live buffers of a server's sizes; each step releases one and allocates the next"),
    TINY_HOT("tiny-hot", "100 live buffers of 64 bytes, allocated and released in batches"),
    SINGLE_PAIR("single-pair", "one 64-byte buffer, allocated and released"),
    MIXED("mixed", "random replacement over 400 slots, 16 to 1024 bytes"),
    PRODUCER_CONSUMER("producer-consumer", "one event loop allocates, another releases"),
    ACCESS("access", "reading and writing through a buffer: bytes, ints, longs, bulk copies"),
    HTTP("http", "an HTTP/1.1 server on loopback: throughput, latency at a fixed rate, memory");

    private final String label;
    private final String summary;

    Workload(String label, String summary) {
        this.label = label;
        this.summary = summary;
    }

    /** One line on what it measures. */
    public String summary() {
        return summary;
    }

    /** The metric that stands for the workload. */
    public Metric primary() {
        return this == HTTP ? Metric.THROUGHPUT : Metric.TIME;
    }

    /** Returns the workload with a name; the exception for an unknown one lists the valid ones. */
    public static Workload named(String name) {
        return Arrays.stream(values())
                .filter(workload -> workload.label.equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "workload: " + name + " (expected: one of " + Arrays.toString(values()) + ")"));
    }

    /** The name used on the command line and in the results. */
    @Override
    public String toString() {
        return label;
    }
}
