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
    SLICES("slices", "one event loop cuts retained slices off its buffers, another releases them"),
    ACCESS("access", "reading and writing through a buffer: bytes, ints, longs, bulk copies"),
    HTTP(
            "http",
            "an HTTP/1.1 server on loopback: throughput, latency at a fixed rate, memory",
            Family.HTTP,
            Metric.THROUGHPUT),
    FOOTPRINT(
            "footprint",
            "a burst of mixed buffers over several event loops, then silence: resident memory all along",
            Family.MEMORY,
            Metric.RSS_AVERAGE),
    GROWTH(
            "growth",
            "an hour of random sizes and lifetimes whose mix drifts: memory held for each live byte",
            Family.MEMORY,
            Metric.COMMITTED),
    LARSON(
            "larson",
            "event loops hand their live buffers to the next ones, and end: time, and memory that grows",
            Family.MEMORY,
            Metric.TIME),
    MLEAK(
            "mleak",
            "thousands of short-lived event loops whose buffers are released elsewhere: memory they leave behind",
            Family.MEMORY,
            Metric.RSS_PER_THREADS),
    PHASE_CHANGE(
            "phase-change",
            "sizes and lifetimes that switch from one phase to the next: time and memory of each, and how soon it settles",
            Family.MEMORY,
            Metric.TIME),
    BURSTY(
            "bursty",
            "bursts every few milliseconds and every second over a thin background: time, and memory held between them",
            Family.MEMORY,
            Metric.TIME),
    PROXY(
            "proxy",
            "TLS records that one event loop allocates and another releases: time, and memory held",
            Family.MEMORY,
            Metric.TIME),
    LONG_LIVED(
            "long-lived",
            "most buffers live shortly and one in ten for seconds, whatever its size: time, and memory held",
            Family.MEMORY,
            Metric.TIME),
    MANY_LOOPS(
            "many-loops",
            "many event loops with a hundred live buffers each, then silence: resident memory",
            Family.MEMORY,
            Metric.RSS_AVERAGE),
    TRICKLE(
            "trickle",
            "a burst, then a thin load on the same event loops: resident memory",
            Family.MEMORY,
            Metric.RSS_BUSY),
    CYCLE("cycle", "a burst every few seconds: what one takes, and resident memory", Family.MEMORY, Metric.BURST),
    BIG(
            "big",
            "one event loop with gigabytes of live 64 KiB buffers, random ones replaced: time",
            Family.MEMORY,
            Metric.TIME),
    HUGE(
            "huge",
            "eight live buffers of 1.1 to 10 MB, all written, replaced at random: time, and resident memory",
            Family.MEMORY,
            Metric.TIME);

    private final String label;
    private final String summary;
    private final Family family;
    private final Metric primary;

    Workload(String label, String summary) {
        this(label, summary, Family.MICRO, Metric.TIME);
    }

    Workload(String label, String summary, Family family, Metric primary) {
        this.label = label;
        this.summary = summary;
        this.family = family;
        this.primary = primary;
    }

    /** How it is run. */
    public Family family() {
        return family;
    }

    /** One line on what it measures. */
    public String summary() {
        return summary;
    }

    /** The metric that stands for the workload. */
    public Metric primary() {
        return primary;
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
