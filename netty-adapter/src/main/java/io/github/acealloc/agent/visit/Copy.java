/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.visit;

import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;

/**
 * One copy of Netty in the JVM: a class loader's, under one name.
 *
 * @param parent its {@code AbstractByteBufAllocator}, which tells it from the others
 * @param allocators the loaded classes that are allocators of this copy and can have instances, ACE's own not among them
 */
record Copy(Class<?> parent, List<Class<?>> allocators) {
    private static final String PARENT = ".buffer.AbstractByteBufAllocator";

    /** All copies whose buffers have been used, or may be. */
    static List<Copy> find(Class<?>[] loaded) {
        List<Copy> copies = new ArrayList<>();
        for (Class<?> type : loaded) {
            if (type.getName().endsWith(PARENT)) {
                copies.add(of(type, loaded));
            }
        }
        return copies;
    }

    private static Copy of(Class<?> parent, Class<?>[] loaded) {
        Class<?> allocator = parent.getInterfaces()[0];
        List<Class<?>> found = new ArrayList<>();
        for (Class<?> type : loaded) {
            if (allocator.isAssignableFrom(type)
                    && !type.isInterface()
                    && !type.equals(parent)
                    && !Mirror.simpleName(type).equals(Engines.ALLOCATOR)) {
                found.add(type);
            }
        }
        found.sort((one, other) -> one.getName().compareTo(other.getName()));
        return new Copy(parent, found);
    }

    /** The packages' name without its last part: {@code io.netty}, where nobody has relocated it. */
    static String root(Class<?> parent) {
        return parent.getName().substring(0, parent.getName().length() - PARENT.length());
    }

    String root() {
        return root(parent);
    }

    boolean isRelocated() {
        return !root().equals("io.netty");
    }

    ClassLoader loader() {
        return parent.getClassLoader();
    }

    /** A class of this copy, loaded already or not; {@code null} if there is none. */
    Class<?> type(String name) {
        try {
            return Class.forName(root() + name, false, loader());
        } catch (ClassNotFoundException | LinkageError e) {
            return null;
        }
    }

    /** For humans: packages, version, jar and class loader. */
    String title() {
        String version = parent.getPackage().getImplementationVersion();
        CodeSource source = parent.getProtectionDomain().getCodeSource();
        String place = source == null || source.getLocation() == null
                ? ""
                : source.getLocation().getPath();
        String jar = place.substring(place.replaceAll("[/!]+$", "").lastIndexOf('/') + 1);
        return root()
                + (version == null || isRelocated() ? "" : " " + version)
                + " (" + (jar.endsWith(".jar") ? jar + ", " : "") + "class loader " + Mirror.name(loader()) + ")";
    }
}
