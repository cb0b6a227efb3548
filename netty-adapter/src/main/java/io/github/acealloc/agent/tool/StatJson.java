/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.tool;

import io.github.acealloc.agent.tool.Figures.Allocator;
import io.github.acealloc.agent.tool.Figures.Memory;
import io.github.acealloc.agent.tool.Figures.SizeClass;
import java.time.Instant;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * A reading as one line of JSON: {@code time}, {@code pid}, {@code seconds} since the reading before, {@code residentBytes} of the
 * process (-1 if unknown) and {@code allocators}, each with its {@code memory}. There {@code stats} is {@code AceStats.json()} as the
 * engine gives it, the rest are the rates of these seconds.
 */
final class StatJson {
    private StatJson() {}

    static String text(TargetJvm target, Figures before, Figures now) {
        double seconds = (now.nanos() - before.nanos()) / 1e9;
        StringJoiner allocators = new StringJoiner(",", "[", "]");
        for (Allocator allocator : now.allocators()) {
            StringJoiner memories = new StringJoiner(",", "[", "]");
            for (Memory memory : allocator.memories()) {
                memories.add(memory(memory, before.same(allocator, memory), seconds));
            }
            allocators.add("{\"name\":" + quoted(allocator.name()) + ",\"netty\":" + quoted(allocator.netty())
                    + ",\"classLoader\":" + quoted(allocator.loader()) + ",\"memory\":" + memories + "}");
        }
        return String.format(
                Locale.ROOT,
                "{\"time\":\"%s\",\"pid\":%d,\"seconds\":%.3f,\"residentBytes\":%d,\"allocators\":%s}%n",
                Instant.now(),
                target.pid(),
                seconds,
                target.residentBytes(),
                allocators);
    }

    private static String memory(Memory memory, Memory earlier, double seconds) {
        StringJoiner classes = new StringJoiner(",", "[", "]");
        for (SizeClass one : memory.classes().values()) {
            SizeClass past = earlier == null ? null : earlier.classes().get(one.blockBytes());
            classes.add("{\"blockBytes\":" + one.blockBytes() + rate(Rate.of(past, one, seconds)) + "}");
        }
        return "{\"kind\":" + quoted(memory.kind()) + rate(Rate.of(earlier, memory, seconds)) + ",\"classes\":"
                + classes + ",\"stats\":" + memory.json() + "}";
    }

    private static String rate(Rate rate) {
        return String.format(Locale.ROOT, ",\"allocationsPerSecond\":%.1f", rate.perSecond())
                + (Double.isNaN(rate.hitShare())
                        ? ""
                        : String.format(Locale.ROOT, ",\"hitShare\":%.6f", rate.hitShare()));
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
