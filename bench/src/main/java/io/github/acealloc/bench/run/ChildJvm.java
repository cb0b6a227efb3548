/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.run;

import io.github.acealloc.bench.Contestant;
import io.github.acealloc.bench.plan.Cell;
import io.github.acealloc.bench.plan.Leak;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The JVM in which an allocator is measured: the same Java as this one, with the same options for every allocator but those that are its setting.
 *
 * <p>The heap has a fixed size, well above the 512 MiB at which Netty's adaptive allocator turns off its fast path,
 * and its young generation too: resident memory then differs by what the allocators hold and not by how much of the
 * heap the collector happened to touch. Nothing is touched in advance. Access to native memory is granted where
 * Java asks for it, which lets all allocators, Netty's included, use their faster road.
 */
final class ChildJvm {
    private static final int FIRST_WITH_NATIVE_ACCESS_CHECK = 22;

    private ChildJvm() {}

    /** Returns the path of the Java that runs this program. */
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /**
     * Returns the options of a JVM that runs a micro-benchmark: those of {@link #options}, and for direct buffers the largest regions that
     * G1 has, so that all objects of a benchmark lie in one.
     *
     * <p>A benchmark that keeps its buffers in an array pays G1's barrier for each, which asks whether array and buffer lie in one
     * region. Where a border runs between or through the buffers, that costs 3 to 5 ns, in all JVMs or in some, by how much the thread
     * happened to allocate before. Heap buffers keep the small regions: to what is half a region long or longer G1 gives its own, and
     * larger regions would cost the allocators whose chunks are shorter.
     */
    static List<String> microOptions(Cell cell, List<String> extra) {
        boolean heap = "heap".equals(cell.parameters().get(Cell.KIND));
        List<String> all = new ArrayList<>(heap ? List.of() : List.of("-XX:G1HeapRegionSize=32m"));
        all.addAll(extra);
        return options(cell.leak(), all);
    }

    /** Returns a contestant's own options with the user's after them, so that those win. */
    static List<String> extra(Contestant contestant, List<String> jvmArgs) {
        List<String> all = new ArrayList<>(contestant.jvmArgs());
        all.addAll(jvmArgs);
        return all;
    }

    /** Returns the name of the file that one run's messages go to. */
    static String logName(Cell cell, Contestant contestant, int round) {
        String words = cell.title() + " " + contestant.label() + " " + round;
        return words.replaceAll("[^A-Za-z0-9]+", "-") + ".log";
    }

    /** Returns the options of a measured JVM; {@code extra} come last and win. */
    static List<String> options(Leak leak, List<String> extra) {
        List<String> options =
                new ArrayList<>(List.of("-Xms1g", "-Xmx1g", "-Xmn64m", "-XX:+UseG1GC", "-XX:MaxDirectMemorySize=4g"));
        if (Runtime.version().feature() >= FIRST_WITH_NATIVE_ACCESS_CHECK) {
            options.add("--enable-native-access=ALL-UNNAMED");
        }
        options.addAll(leak.jvmArgs());
        options.addAll(extra);
        return options;
    }
}
