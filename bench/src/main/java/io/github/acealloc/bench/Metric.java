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
    GARBAGE("garbage", "B/op", Better.LOWER, Resolution.GARBAGE),
    /** The constant rate of the open-loop part, the same for every allocator. */
    RATE("rate", "req/s", Better.NEITHER),
    HOT("hot share", "%", Better.NEITHER),
    WARM("warm share", "%", Better.NEITHER),
    COLD("cold share", "%", Better.NEITHER),
    REMOTE("remote share", "%", Better.NEITHER),
    WARM_POOL_HITS("warm-pool hits", "%", Better.NEITHER),

    /** The highest resident memory of a burst above the start, divided by the bytes that were live then. */
    PEAK("peak / requested", "x", Better.LOWER),
    /** Resident memory above the start, so long after everything was released. */
    RSS_5S("rss after 5 s", "MiB", Better.LOWER, Resolution.MIB),
    RSS_15S("rss after 15 s", "MiB", Better.LOWER, Resolution.MIB),
    /** Resident memory above the start, averaged over the time that is measured. */
    RSS_AVERAGE("average rss", "MiB", Better.LOWER, Resolution.MIB),
    /** Resident memory above the start at the end of a thin load. */
    RSS_BUSY("rss at the end", "MiB", Better.LOWER, Resolution.MIB),
    /** Resident memory above the start after a silence in which the same buffers stayed live. */
    RSS_SILENT("rss in silence", "MiB", Better.LOWER, Resolution.MIB),
    /** Resident memory above the start in the silence after all was released. */
    RSS_RELEASED("rss after release", "MiB", Better.LOWER, Resolution.MIB),
    BURST("burst", "ms", Better.LOWER),
    /** What the allocator says it has from the system, averaged over the time that is measured. */
    HELD("held memory", "MiB", Better.LOWER, Resolution.MIB),
    /** The part of it that its user has not asked for, or has released. */
    SPARE("spare memory", "MiB", Better.LOWER, Resolution.MIB),
    /** From a change of the load until the time of an operation first is near what it stays at. */
    SETTLING("settling after a change", "ms", Better.LOWER, Resolution.SETTLING),
    SMALL_TIME("small phase: time", "ns/op", Better.NEITHER),
    SMALL_HELD("small phase: held", "MiB", Better.NEITHER),
    SMALL_SETTLING("small phase: settling", "ms", Better.NEITHER),
    MEDIUM_TIME("medium phase: time", "ns/op", Better.NEITHER),
    MEDIUM_HELD("medium phase: held", "MiB", Better.NEITHER),
    MEDIUM_SETTLING("medium phase: settling", "ms", Better.NEITHER),
    RECORDS_TIME("records phase: time", "ns/op", Better.NEITHER),
    RECORDS_HELD("records phase: held", "MiB", Better.NEITHER),
    RECORDS_SETTLING("records phase: settling", "ms", Better.NEITHER),
    MIXED_TIME("mixed phase: time", "ns/op", Better.NEITHER),
    MIXED_HELD("mixed phase: held", "MiB", Better.NEITHER),
    MIXED_SETTLING("mixed phase: settling", "ms", Better.NEITHER),
    /** What the allocator says it has from the system, divided by the bytes the user asked for and holds. */
    COMMITTED("committed / live", "x", Better.LOWER),
    COMMITTED_MAX("max committed / live", "x", Better.LOWER),
    COMMITTED_RISE("rise of committed / live", "x", Better.LOWER, Resolution.RATIO),
    RSS_LIVE("rss / live", "x", Better.LOWER),
    RSS_GROWTH("rss growth", "MiB", Better.LOWER, Resolution.MIB),
    RSS_PER_THREADS("rss per 1000 threads", "MiB", Better.LOWER, Resolution.MIB),
    COMMITTED_PER_THREADS("committed per 1000 threads", "MiB", Better.LOWER, Resolution.MIB),
    HEAPS("heaps", "count", Better.NEITHER),
    ADOPTIONS("adoptions", "count", Better.NEITHER);

    /** Differences that are no difference, however small the noise. */
    private static final class Resolution {
        /** Garbage that no collector notices. */
        static final double GARBAGE = 1;
        /** What the JVM itself takes and gives while nobody looks. */
        static final double MIB = 1;
        /** One part in a hundred of the live bytes. */
        static final double RATIO = 0.01;
        /** The stretch of time over which the time of an operation is looked at, in ms. */
        static final double SETTLING = 50;
    }

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
    private final double resolution;

    Metric(String label, String unit, Better better) {
        this(label, unit, better, 0);
    }

    Metric(String label, String unit, Better better, double resolution) {
        this.label = label;
        this.unit = unit;
        this.better = better;
        this.resolution = resolution;
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
        return resolution;
    }
}
