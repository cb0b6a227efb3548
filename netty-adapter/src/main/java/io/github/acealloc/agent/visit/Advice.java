/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.visit;

import java.util.ArrayList;
import java.util.List;

/**
 * The lines to change.
 *
 * @param jar the agent's path
 * @param hasAgent whether this JVM has it
 * @param hasVertx whether Vert.x is there, which does not release buffers of other allocators than Netty's
 */
record Advice(String jar, boolean hasAgent, boolean hasVertx) {
    private static final String OPTION = "bootstrap.childOption(ChannelOption.ALLOCATOR, AceAllocators.configured())";

    List<String> forUnchanged(Copy copy, String why) {
        List<String> lines = new ArrayList<>();
        if (!hasAgent) {
            lines.add("start the JVM with -javaagent:" + jar);
        } else if (why.contains("switched off")) {
            lines.add("drop " + off());
        } else if (why.contains("acealloc.")) {
            lines.add("correct that setting and start anew; docs/configuration.md has them all");
        } else if (why.contains("before the agent")) {
            lines.add("give -javaagent:" + jar + " before all other agents");
        } else {
            lines.add("use Netty 4.1.52 or later, or 4.2, as it was published");
        }
        if (!copy.isRelocated() && !hasVertx && !why.contains("acealloc.")) {
            lines.add("or in the code: " + OPTION);
        }
        return lines;
    }

    private static String off() {
        String named = System.getProperty("acealloc.allocator");
        return System.getProperty("acealloc.agent", "on").trim().equalsIgnoreCase("off") || named == null
                ? "-Dacealloc.agent=off"
                : "-Dacealloc.allocator=" + named;
    }

    /** What keeps the shared pooled allocator without arenas. */
    List<String> forArenas(Copy copy, String kind) {
        List<String> lines = new ArrayList<>();
        for (String name : new String[] {"num" + kind + "Arenas", "directMemoryCacheAlignment"}) {
            String property = copy.root() + ".allocator." + name;
            if (System.getProperty(property) != null) {
                lines.add("drop -D" + property + "=" + System.getProperty(property));
            }
        }
        return lines.isEmpty() ? List.of("give the JVM more memory: Netty found too little for an arena") : lines;
    }

    List<String> forUnpooled(Copy copy) {
        String type = "-D" + copy.root() + ".allocator.type=pooled";
        return List.of(hasAgent ? type : type + " -javaagent:" + jar);
    }
}
