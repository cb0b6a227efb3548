/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.visit;

import java.lang.reflect.Method;

/** What the agent has done in this JVM, if it was given. */
final class Agents {
    private static final String AGENT = "io.github.acealloc.agent.Agent";
    private static final String DOOR = "TakenOver";

    /** The reason where nobody has given the agent. */
    static final String NONE = "this JVM was started without ACE's agent";

    private final Mirror mirror;
    private final Class<?>[] loaded;
    private final Class<?> agent;

    Agents(Mirror mirror, Class<?>[] loaded) {
        this.mirror = mirror;
        this.loaded = loaded;
        Class<?> found = null;
        for (Class<?> type : loaded) {
            if (type.getName().equals(AGENT) && mirror.isInitialized(type)) {
                found = type;
            }
        }
        agent = found;
    }

    boolean isThere() {
        return agent != null;
    }

    /** Why it has left a class or a copy; {@code null} if it has not. */
    String whyLeft(ClassLoader loader, String name) {
        if (agent == null) {
            return NONE;
        }
        try {
            Method method = agent.getMethod("whyLeft", ClassLoader.class, String.class);
            return (String) method.invoke(null, loader, name);
        } catch (ReflectiveOperationException e) {
            return "the agent in this JVM is of another version and does not say";
        }
    }

    String whyNotChanged(Copy copy, Class<?> type) {
        String why = whyLeft(copy.loader(), type.getName());
        return why != null ? why : "it was loaded before the agent, or is another agent's";
    }

    /** Whether ACE has come to a copy of Netty: its allocators' first buffers were asked for. */
    boolean hasDoor(Copy copy) {
        for (Class<?> type : loaded) {
            if (Mirror.simpleName(type).equals(DOOR) && isFor(type, copy) && mirror.isInitialized(type)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isFor(Class<?> door, Copy copy) {
        try {
            Class<?> parent = Class.forName(copy.parent().getName(), false, door.getClassLoader());
            return parent.equals(copy.parent());
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }
}
