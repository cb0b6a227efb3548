/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.util.function.UnaryOperator;

/** What the JVM keeps to itself and this package uses all the same: {@code Unsafe}, and what can be reached with it. */
final class JvmInside {
    private final UnaryOperator<String> names;
    private final Class<?> type;
    private final Object unsafe;

    /**
     * Finds {@code Unsafe}.
     *
     * @param names what each class, field and method is really called; tests let it be one that does not exist
     */
    JvmInside(UnaryOperator<String> names) throws ReflectiveOperationException {
        this.names = names;
        type = type("sun.misc.Unsafe");
        Field theUnsafe = type.getDeclaredField(names.apply("theUnsafe"));
        theUnsafe.setAccessible(true);
        unsafe = theUnsafe.get(null);
    }

    Class<?> type(String name) throws ClassNotFoundException {
        return Class.forName(names.apply(name));
    }

    /** A method of {@code Unsafe}. */
    MethodHandle unsafe(String name, Class<?> result, Class<?>... parameters) throws ReflectiveOperationException {
        return MethodHandles.lookup()
                .findVirtual(type, names.apply(name), MethodType.methodType(result, parameters))
                .bindTo(unsafe);
    }

    /** A static method of any class, private or not, that gives nothing. */
    MethodHandle method(String type, String name, Class<?>... parameters) throws Throwable {
        return trusted().findStatic(type(type), names.apply(name), MethodType.methodType(void.class, parameters));
    }

    /** What finds everything, whoever it belongs to. */
    MethodHandles.Lookup trusted() throws Throwable {
        Field field = MethodHandles.Lookup.class.getDeclaredField(names.apply("IMPL_LOOKUP"));
        Object base = unsafe("staticFieldBase", Object.class, Field.class).invoke(field);
        long offset =
                (long) unsafe("staticFieldOffset", long.class, Field.class).invoke(field);
        return (MethodHandles.Lookup)
                unsafe("getObject", Object.class, Object.class, long.class).invoke(base, offset);
    }
}
