/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.visit;

import io.github.acealloc.agent.visit.Engines.Engine;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * The figures of ACE's allocators as lines of words between tabs, for the command {@code stat}:
 *
 * <pre>
 * allocator  name, and the Netty that it is for: its packages, and its class loader
 * memory     kind and the figures of the allocator named last
 * class      a size class of the memory named last, if it holds or has done something
 * decision   one of the last ones of the memory named last
 * json       all of the memory named last
 * </pre>
 */
final class Reading {
    private static final int DECISIONS = 5;
    private static final String[] TOTALS = {
        "liveBytes", "cachedBytes", "freeBytes", "committedBytes", "limitBytes", "allocations"
    };
    private static final String[] OF_A_CLASS = {
        "blockBytes", "live", "cached", "allocations", "refills", "cap", "lifetimeNanos"
    };
    private static final String[] OF_A_DECISION = {
        "time", "heap", "oldCap", "newCap", "oldBatch", "newBatch", "rolledBack", "applied", "reason"
    };

    private final Mirror mirror;

    Reading(Mirror mirror) {
        this.mirror = mirror;
    }

    List<String> lines(List<Engine> engines) throws ReflectiveOperationException {
        List<String> lines = new ArrayList<>();
        for (Engine engine : engines) {
            lines.add("allocator\t" + engine.name() + "\t" + Copy.root(engine.netty()) + "\t"
                    + Mirror.name(engine.netty().getClassLoader()));
            add(lines, "direct", engine.direct());
            add(lines, "heap", engine.heap());
        }
        return lines;
    }

    private void add(List<String> lines, String kind, Object stats) throws ReflectiveOperationException {
        lines.add(line("memory\t" + kind, stats, TOTALS));
        List<?> classes = (List<?>) mirror.call(stats.getClass(), stats, "classes");
        for (Object one : classes) {
            if (mirror.number(one, "live") + mirror.number(one, "cached") + mirror.number(one, "allocations") > 0) {
                lines.add(line("class", one, OF_A_CLASS));
            }
        }
        List<?> decisions = (List<?>) mirror.call(stats.getClass(), stats, "decisions");
        for (Object one : decisions.subList(Math.max(decisions.size() - DECISIONS, 0), decisions.size())) {
            Object sizeClass = classes.get((int) mirror.number(one, "sizeClass"));
            lines.add(line("decision\t" + mirror.number(sizeClass, "blockBytes"), one, OF_A_DECISION));
        }
        lines.add("json\t" + mirror.text(stats, "json"));
    }

    private String line(String first, Object figures, String[] names) {
        StringJoiner line = new StringJoiner("\t").add(first);
        for (String name : names) {
            line.add(mirror.text(figures, name));
        }
        return line.toString();
    }
}
