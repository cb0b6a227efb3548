/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.visit;

import io.github.acealloc.agent.visit.Finding.Verdict;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Holds one copy of Netty against what the agent does: which of its allocators are served, and if not, why. */
final class Findings {
    private static final String POOLED = "PooledByteBufAllocator";
    private static final String ADAPTIVE = "AdaptiveByteBufAllocator";
    private static final String UNPOOLED = "UnpooledByteBufAllocator";

    private final Mirror mirror;
    private final Copy copy;
    private final Agents agent;
    private final Advice advice;
    private final boolean usesAce;

    /**
     * A judge.
     *
     * @param mirror reads the JVM
     * @param copy what is judged
     * @param agent what the agent has to do with it
     * @param advice what to change
     * @param usesAce whether this copy's ACE has handed out buffers
     */
    Findings(Mirror mirror, Copy copy, Agents agent, Advice advice, boolean usesAce) {
        this.mirror = mirror;
        this.copy = copy;
        this.agent = agent;
        this.advice = advice;
        this.usesAce = usesAce;
    }

    /** One for each class that has been initialised. */
    List<Finding> all() {
        List<Finding> all = new ArrayList<>();
        for (Class<?> type : copy.allocators()) {
            if (mirror.isInitialized(type)) {
                all.add(finding(type));
            }
        }
        return all;
    }

    private Finding finding(Class<?> type) {
        String name = Mirror.simpleName(type);
        String holds = holds(type);
        Class<?> known = known(type);
        if (known == null) {
            boolean ofNetty = type.getName().startsWith(copy.root() + ".");
            return name.equals(UNPOOLED)
                    ? unpooled(name, holds, type)
                    : new Finding(
                            ofNetty ? name : type.getName(),
                            Verdict.OTHER,
                            holds,
                            "neither pooled nor adaptive: what it wraps decides",
                            List.of());
        }
        if (!isChanged(known)) {
            String why = agent.whyNotChanged(copy, known);
            return holds.equals(Holdings.NOTHING) && usesAce
                    ? new Finding(name, Verdict.IDLE, holds)
                    : new Finding(name, Verdict.NOT_SERVED, holds, why, advice.forUnchanged(copy, why));
        }
        String left = agent.whyLeft(copy.loader(), copy.root());
        if (left != null) {
            return new Finding(name, Verdict.NOT_SERVED, holds, left, advice.forUnchanged(copy, left));
        }
        return changed(name, holds, instance(type), known);
    }

    /** The shared pooled allocator may have been made without arenas. */
    private Finding changed(String name, String holds, Object shared, Class<?> known) {
        for (String kind : new String[] {"Direct", "Heap"}) {
            if (shared != null && Boolean.FALSE.equals(mirror.field(known, shared, "acealloc$is" + kind + "Served"))) {
                return new Finding(
                        name,
                        Verdict.PARTLY,
                        holds,
                        "the shared one has no " + kind.toLowerCase(Locale.ROOT) + " arenas, or an alignment",
                        advice.forArenas(copy, kind));
            }
        }
        return agent.hasDoor(copy)
                ? new Finding(name, Verdict.SERVED, "")
                : new Finding(name, Verdict.READY, holds, "ACE comes at its first buffer", List.of());
    }

    private Finding unpooled(String name, String holds, Class<?> type) {
        boolean isDefault = type.isInstance(defaultAllocator());
        return isDefault
                ? new Finding(
                        name,
                        Verdict.NOT_SERVED,
                        holds,
                        "it is this Netty's default, and the agent leaves it alone",
                        advice.forUnpooled(copy))
                : new Finding(name, Verdict.LEFT, holds);
    }

    /** Which of the two that the agent knows it is, or extends. */
    private Class<?> known(Class<?> type) {
        for (Class<?> parent = type; parent != null; parent = parent.getSuperclass()) {
            String name = parent.getName();
            if (name.equals(copy.root() + ".buffer." + POOLED) || name.equals(copy.root() + ".buffer." + ADAPTIVE)) {
                return parent;
            }
        }
        return null;
    }

    private static boolean isChanged(Class<?> type) {
        try {
            return Arrays.stream(type.getDeclaredMethods()).map(Method::getName).anyMatch("acealloc$link"::equals);
        } catch (LinkageError e) {
            return false;
        }
    }

    private Object defaultAllocator() {
        Class<?> holder = copy.type(".buffer.ByteBufUtil");
        return holder == null ? null : mirror.staticField(holder, "DEFAULT_ALLOCATOR");
    }

    /** The instance that everybody may have: only such can be found. */
    private Object instance(Class<?> type) {
        Object shared = mirror.staticField(type, "DEFAULT");
        Object byDefault = defaultAllocator();
        return shared == null && type.isInstance(byDefault) ? byDefault : shared;
    }

    private String holds(Class<?> type) {
        Object shared = instance(type);
        return shared == null ? "" : Holdings.of(mirror, shared);
    }
}
