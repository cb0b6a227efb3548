/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench;

/** A measured quantity: its name in the results, its unit, and which direction is good. */
public enum Metric {
    TIME("time", "ns/op", Better.LOWER),
    THROUGHPUT("throughput", "req/s", Better.HIGHER),
    P50("p50", "us", Better.LOWER),
    P99("p99", "us", Better.LOWER),
    P999("p99.9", "us", Better.LOWER),
    RSS("rss", "MiB", Better.LOWER),
    GARBAGE("garbage", "B/op", Better.LOWER),
    /** The constant rate of the open-loop part, the same for every allocator. */
    RATE("rate", "req/s", Better.NEITHER),
    HOT("hot share", "%", Better.NEITHER),
    WARM("warm share", "%", Better.NEITHER),
    COLD("cold share", "%", Better.NEITHER),
    REMOTE("remote share", "%", Better.NEITHER),
    WARM_POOL_HITS("warm-pool hits", "%", Better.NEITHER);

    /** Garbage that no collector notices: differences below it are no difference, however small the noise. */
    private static final double GARBAGE_THAT_MATTERS = 1;

    /** Which direction of a metric is good. */
    public enum Better {
        LOWER,
        HIGHER,
        /** The metric explains others and is not compared. */
        NEITHER
    }

    private final String label;
    private final String unit;
    private final Better better;

    Metric(String label, String unit, Better better) {
        this.label = label;
        this.unit = unit;
        this.better = better;
    }

    public String label() {
        return label;
    }

    public String unit() {
        return unit;
    }

    public Better better() {
        return better;
    }

    /** The smallest difference that means anything, in the metric's unit. */
    public double resolution() {
        return this == GARBAGE ? GARBAGE_THAT_MATTERS : 0;
    }
}
