/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.visit;

import java.lang.instrument.Instrumentation;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.util.Map;
import java.util.Set;

/** Reads classes and objects by name, opening their modules to itself alone; it initialises no class. */
final class Mirror {
    private final Instrumentation instrumentation;

    Mirror(Instrumentation instrumentation) {
        this.instrumentation = instrumentation;
    }

    /** Whether a class has been initialised, so that its static fields can be read without making anything. */
    boolean isInitialized(Class<?> type) {
        try {
            Class<?> inside = Class.forName("jdk.internal.misc.Unsafe");
            Object unsafe = call(inside, null, "getUnsafe");
            return !(boolean) accessible(inside.getMethod("shouldBeInitialized", Class.class))
                    .invoke(unsafe, type);
        } catch (ReflectiveOperationException | RuntimeException e) {
            return false; // another JDK: what is not known is not touched
        }
    }

    /** A static field of an initialised class; {@code null} if there is none of that name, or the class has not been initialised. */
    Object staticField(Class<?> owner, String name) {
        return isInitialized(owner) ? field(owner, null, name) : null;
    }

    /** A field, of an object or static; {@code null} if there is none of that name. */
    Object field(Class<?> owner, Object object, String name) {
        try {
            Field field = owner.getDeclaredField(name);
            return accessible(field).get(object);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return null;
        }
    }

    /** What a public method without parameters gives. */
    Object call(Class<?> owner, Object object, String method) throws ReflectiveOperationException {
        return accessible(owner.getMethod(method)).invoke(object);
    }

    /** The same of an object's own class, as a number; -1 where there is no such method. */
    long number(Object object, String method) {
        try {
            return ((Number) call(object.getClass(), object, method)).longValue();
        } catch (ReflectiveOperationException | RuntimeException e) {
            return -1;
        }
    }

    /** The same as a text; {@code ?} where there is no such method. */
    String text(Object object, String method) {
        try {
            return String.valueOf(call(object.getClass(), object, method));
        } catch (ReflectiveOperationException | RuntimeException e) {
            return "?";
        }
    }

    private <T extends AccessibleObject & Member> T accessible(T member) {
        Class<?> owner = member.getDeclaringClass();
        Module ours = Mirror.class.getModule();
        if (!owner.getModule().isOpen(owner.getPackageName(), ours)) {
            instrumentation.redefineModule(
                    owner.getModule(),
                    Set.of(),
                    Map.of(),
                    Map.of(owner.getPackageName(), Set.of(ours)),
                    Set.of(),
                    Map.of());
        }
        member.setAccessible(true);
        return member;
    }

    /** A class loader in a few words. */
    static String name(ClassLoader loader) {
        if (loader == null) {
            return "boot";
        }
        String name = loader.getName();
        return name != null
                ? name
                : loader.getClass().getSimpleName() + "@" + Integer.toHexString(System.identityHashCode(loader));
    }

    /** A class's name without its package. */
    static String simpleName(Class<?> type) {
        return type.getName().substring(type.getName().lastIndexOf('.') + 1);
    }
}
