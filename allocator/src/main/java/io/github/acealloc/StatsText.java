/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import io.github.acealloc.control.Decision;
import io.github.acealloc.heap.ClassFigures;
import io.github.acealloc.heap.HeapCounters;
import io.github.acealloc.heap.HeapFigures;
import io.github.acealloc.heap.TierFigures;
import io.github.acealloc.slab.SizeClasses;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The figures of an allocator in words and in JSON. */
final class StatsText {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB"};

    /** So many are printed at most. */
    private static final int DECISIONS = 20;

    /** How long pauses of each class are, as {@link HeapCounters#pauses} has them. */
    private static final List<String> PAUSES =
            List.of("upTo10Micros", "upTo100Micros", "upTo1Millisecond", "upTo10Milliseconds", "longer");

    private StatsText() {}

    /** By no format: on a full Java heap what the JDK needs for one may fail to load, and is broken for good then. */
    static String line(AceStats stats) {
        StringBuilder text = new StringBuilder(256);
        text.append("live: ").append(stats.liveBytes());
        text.append(", cached: ").append(stats.cachedBytes());
        text.append(", free: ").append(stats.freeBytes());
        text.append(", committed: ").append(stats.committedBytes());
        text.append(", limit: ").append(limits(stats)).append(" bytes; heaps: ").append(stats.heaps());
        text.append("; hot: ").append(share(stats.hotShare(), 4));
        text.append(", warm: ").append(share(stats.warmShare(), 4));
        text.append(", cold: ").append(share(stats.coldShare(), 4));
        text.append(", remote: ").append(share(stats.remoteShare(), 4));
        text.append(" of ").append(stats.allocations()).append(" allocations; warm pool hit rate: ");
        return text.append(share(stats.warmPoolHitRate(), 3)).toString();
    }

    /** A share with so many decimals. */
    static String share(double share, int decimals) {
        if (Double.isNaN(share)) {
            return "NaN";
        }
        long one = (long) Math.pow(10, decimals);
        long scaled = Math.round(share * one);
        return scaled / one + "." + Long.toString(one + scaled % one).substring(1);
    }

    /** One number, or each with its kind. */
    private static String limits(AceStats stats) {
        List<LimitFigures> limits = stats.limits();
        return limits.size() == 1
                ? Long.toString(limits.get(0).limitBytes())
                : limits.stream()
                        .map(limit -> limit.kind() + " " + limit.limitBytes())
                        .collect(Collectors.joining(", "));
    }

    static String text(AceStats stats) {
        StringBuilder text = new StringBuilder(4096);
        TierFigures tiers = stats.tiers();
        text.append(String.format(
                "live %s, cached %s, free %s; committed %s (huge blocks %s); purged %s%n",
                size(stats.liveBytes()),
                size(stats.cachedBytes()),
                size(stats.freeBytes()),
                size(stats.committedBytes()),
                size(stats.hugeBytes()),
                size(stats.purgedBytes())));
        for (LimitFigures limit : stats.limits()) {
            text.append(String.format(
                    "%s: committed %s of at most %s%n",
                    limit.kind(), size(limit.committedBytes()), size(limit.limitBytes())));
        }
        text.append(String.format(
                Locale.ROOT,
                "%,d allocations: hot %.2f %%, warm %.2f %%, cold %.2f %%; remote %.2f %%; warm pool hit rate %.1f %%%n",
                stats.allocations(),
                100 * stats.hotShare(),
                100 * stats.warmShare(),
                100 * stats.coldShare(),
                100 * stats.remoteShare(),
                100 * stats.warmPoolHitRate()));
        text.append(String.format(
                "superslabs: hot %s (used %s), draining %s (used %s), empty %s%n",
                size(tiers.hotBytes()),
                size(tiers.hotUsedBytes()),
                size(tiers.drainingBytes()),
                size(tiers.drainingUsedBytes()),
                size(tiers.emptyBytes())));
        text.append(pauses(stats.counters()));
        text.append(String.format("%n%12s %12s %12s %12s %16s%n", "class", "live", "cached", "free", "allocations"));
        for (ClassFigures c : stats.classes()) {
            if (c.live() + c.cached() + c.free() + c.allocations() > 0) {
                text.append(String.format(
                        Locale.ROOT,
                        "%12s %,12d %,12d %,12d %,16d%n",
                        size(c.blockBytes()),
                        c.live(),
                        c.cached(),
                        c.free(),
                        c.allocations()));
            }
        }
        text.append(String.format(
                "%n%12s %12s %12s %12s %9s %16s  %s%n",
                "heap", "live", "cached", "committed", "remote", "allocations", "owner"));
        for (HeapFigures h : stats.heapFigures()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%12s %12s %12s %12s %,9d %,16d  %s%n",
                    h.kind() + " " + h.number(),
                    size(h.liveBytes()),
                    size(h.cachedBytes()),
                    size(h.committedBytes()),
                    h.remoteQueued(),
                    h.allocations(),
                    h.owner()));
        }
        int kept = stats.decisions().size();
        if (kept > 0) {
            text.append(String.format("%nthe last decisions%n"));
        }
        for (Decision decision : stats.decisions().subList(Math.max(kept - DECISIONS, 0), kept)) {
            text.append(decision).append(System.lineSeparator());
        }
        return text.toString();
    }

    private static String pauses(HeapCounters counters) {
        long[] pauses = counters.pauses();
        return String.format(
                Locale.ROOT,
                "upkeep held up event loops: %,d times up to 10 us, %,d up to 100 us, %,d up to 1 ms, %,d up to 10 ms, %,d longer; "
                        + "%,.3f ms at most%n",
                pauses[0],
                pauses[1],
                pauses[2],
                pauses[3],
                pauses[4],
                counters.longestPauseNanos() / 1e6);
    }

    private static String size(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, value == Math.rint(value) ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
    }

    static String json(AceStats stats) {
        TierFigures tiers = stats.tiers();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("liveBytes", stats.liveBytes());
        all.put("cachedBytes", stats.cachedBytes());
        all.put("freeBytes", stats.freeBytes());
        all.put("committedBytes", stats.committedBytes());
        all.put("hugeBytes", stats.hugeBytes());
        all.put("limitBytes", stats.limitBytes());
        all.put("limits", stats.limits().stream().map(StatsText::of).toList());
        all.put("allocations", stats.allocations());
        all.put("hotShare", stats.hotShare());
        all.put("warmShare", stats.warmShare());
        all.put("coldShare", stats.coldShare());
        all.put("remoteShare", stats.remoteShare());
        all.put("warmPoolHitRate", stats.warmPoolHitRate());
        all.put("adoptions", stats.counters().adoptions());
        Map<String, Object> pauses = new LinkedHashMap<>();
        long[] counts = stats.counters().pauses();
        for (int i = 0; i < counts.length; i++) {
            pauses.put(PAUSES.get(i), counts[i]);
        }
        pauses.put("longestNanos", stats.counters().longestPauseNanos());
        all.put("upkeepPauses", pauses);
        Map<String, Object> byTier = new LinkedHashMap<>();
        byTier.put("hotBytes", tiers.hotBytes());
        byTier.put("hotUsedBytes", tiers.hotUsedBytes());
        byTier.put("drainingBytes", tiers.drainingBytes());
        byTier.put("drainingUsedBytes", tiers.drainingUsedBytes());
        byTier.put("emptyBytes", tiers.emptyBytes());
        byTier.put("purgedBytes", tiers.purgedBytes());
        all.put("tiers", byTier);
        all.put("classes", stats.classes().stream().map(StatsText::of).toList());
        all.put("heaps", stats.heapFigures().stream().map(StatsText::of).toList());
        all.put("decisions", stats.decisions().stream().map(StatsText::of).toList());
        return json((Object) all);
    }

    private static Map<String, Object> of(LimitFigures figures) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("kind", figures.kind());
        map.put("committedBytes", figures.committedBytes());
        map.put("limitBytes", figures.limitBytes());
        return map;
    }

    private static Map<String, Object> of(ClassFigures figures) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("blockBytes", figures.blockBytes());
        map.put("live", figures.live());
        map.put("cached", figures.cached());
        map.put("free", figures.free());
        map.put("allocations", figures.allocations());
        map.put("refills", figures.refills());
        map.put("cap", figures.cap());
        map.put("lifetimeNanos", figures.lifetimeNanos());
        return map;
    }

    private static Map<String, Object> of(Decision decision) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("time", decision.time());
        map.put("kind", decision.kind());
        map.put("heap", decision.heap());
        map.put("blockBytes", SizeClasses.blockBytes(decision.sizeClass()));
        map.put("policy", decision.policy());
        map.put("oldCap", decision.oldCap());
        map.put("newCap", decision.newCap());
        map.put("oldBatch", decision.oldBatch());
        map.put("newBatch", decision.newBatch());
        map.put("reason", decision.reason());
        map.put("predicted", decision.predicted());
        map.put("measured", Double.isNaN(decision.measured()) ? "unknown" : decision.measured());
        map.put("rolledBack", decision.rolledBack());
        map.put("applied", decision.applied());
        return map;
    }

    private static Map<String, Object> of(HeapFigures figures) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("kind", figures.kind());
        map.put("number", figures.number());
        map.put("owner", figures.owner());
        map.put("liveBytes", figures.liveBytes());
        map.put("cachedBytes", figures.cachedBytes());
        map.put("committedBytes", figures.committedBytes());
        map.put("draining", figures.draining());
        map.put("remoteQueued", figures.remoteQueued());
        map.put("allocations", figures.allocations());
        return map;
    }

    /** The engine has no library for it, and needs no more than this. */
    private static String json(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> json(entry.getKey()) + ":" + json(entry.getValue()))
                    .collect(Collectors.joining(",", "{", "}"));
        }
        if (value instanceof List<?> list) {
            return list.stream().map(StatsText::json).collect(Collectors.joining(",", "[", "]"));
        }
        return value instanceof Number ? value.toString() : '"' + escaped(value.toString()) + '"';
    }

    private static String escaped(String text) {
        return text.chars()
                .mapToObj(
                        c -> c < ' ' || c == '"' || c == '\\' ? String.format("\\u%04x", c) : String.valueOf((char) c))
                .collect(Collectors.joining());
    }
}
