/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.inside;

import io.github.acealloc.agent.PartLoader;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.ZipFile;

/**
 * The way into ACE for one copy of Netty.
 *
 * <p>Where the application has ACE itself, beside that Netty, it is that one, so that there is one engine. Otherwise engine and adapter
 * are defined in a loader below Netty's own, which sees Netty whatever the system's class path is.
 *
 * @param methods the door's methods, by their names
 */
record Door(Map<String, MethodHandle> methods) {
    private static final String ADAPTERS = "io.github.acealloc.netty.TakenOver";

    MethodHandle method(String name) {
        return methods.get(name);
    }

    /**
     * Opens the door.
     *
     * @param parent Netty's {@code AbstractByteBufAllocator}
     * @param jar the agent's
     */
    static Door to(Class<?> parent, ZipFile jar) throws Throwable {
        ClassLoader netty = parent.getClassLoader();
        Names names = Names.of(parent.getName().replace('.', '/'));
        Class<?> buffer = Class.forName(names.buffer("ByteBuf").replace('/', '.'), false, netty);
        Class<?> own = names.isRelocated() ? null : find(netty);
        Door door = own == null ? null : in(own, parent, buffer);
        if (door == null) {
            UnaryOperator<byte[]> change = names.isRelocated() ? names::adapt : bytes -> bytes;
            PartLoader loader = new PartLoader("acealloc", netty, jar, "payload/", change);
            door = in(loader.loadClass(ADAPTERS), parent, buffer);
        }
        door.method("begin").invoke();
        return door;
    }

    private static Class<?> find(ClassLoader netty) {
        try {
            return Class.forName(ADAPTERS, false, netty);
        } catch (ClassNotFoundException | LinkageError e) {
            return null;
        }
    }

    /** The door in a class, or {@code null} where that is another version's, or another Netty's. */
    private static Door in(Class<?> adapters, Class<?> parent, Class<?> buffer) throws IllegalAccessException {
        MethodType request = MethodType.methodType(buffer, parent, int.class, int.class);
        MethodType figure = MethodType.methodType(long.class, boolean.class);
        MethodType action = MethodType.methodType(boolean.class);
        Map<String, MethodType> types = Map.of(
                "direct", request,
                "heap", request,
                "usedDirect", figure,
                "usedHeap", figure,
                "pinnedDirect", figure,
                "pinnedHeap", figure,
                "trim", action,
                "free", action,
                "stats", MethodType.methodType(String.class),
                "begin", MethodType.methodType(void.class));
        Map<String, MethodHandle> methods = new HashMap<>();
        try {
            for (Map.Entry<String, MethodType> entry : types.entrySet()) {
                methods.put(
                        entry.getKey(),
                        MethodHandles.publicLookup().findStatic(adapters, entry.getKey(), entry.getValue()));
            }
        } catch (NoSuchMethodException e) {
            return null;
        }
        return new Door(methods);
    }
}
