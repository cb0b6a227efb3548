/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.watch;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ForkJoinPool;

/**
 * Makes objects of the JDK's own classes alone, for those parts of the JVM that hold what they are given until it ends.
 *
 * <p>Whoever holds an object holds its class and that class's loader: a redeployed application would stay for ever. What is made here
 * is method handles that look into a weak reference, and do what is there, or nothing.
 */
public final class JdkOnly {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.publicLookup();

    private JdkOnly() {}

    /**
     * Runs something for as long as it is there.
     *
     * @param action held weakly
     * @return holds none of our classes
     * @throws ReflectiveOperationException never, in a JDK that is whole
     */
    public static Runnable runIfThere(Runnable action) throws ReflectiveOperationException {
        MethodHandle run = LOOKUP.findVirtual(Runnable.class, "run", MethodType.methodType(void.class));
        return instance(Runnable.class, ifThere(Runnable.class, action, run, MethodHandles.empty(run.type())));
    }

    /**
     * Answers the calls of an interface of the JDK's for as long as somebody is there to do so.
     *
     * @param type the interface
     * @param handler held weakly
     * @param afterwards what is answered then, by the methods' names; {@code null} to those that are not in it
     * @return holds none of our classes
     * @throws ReflectiveOperationException never, in a JDK that is whole
     */
    static <T> T answerIfThere(Class<T> type, InvocationHandler handler, Map<String, Object> afterwards)
            throws ReflectiveOperationException {
        MethodHandle invoke = LOOKUP.findVirtual(
                InvocationHandler.class,
                "invoke",
                MethodType.methodType(Object.class, Object.class, Method.class, Object[].class));
        MethodHandle name = LOOKUP.findVirtual(Method.class, "getName", MethodType.methodType(String.class));
        MethodHandle answer = LOOKUP.findVirtual(Map.class, "get", MethodType.methodType(Object.class, Object.class))
                .bindTo(afterwards)
                .asType(MethodType.methodType(Object.class, String.class));
        MethodHandle gone = MethodHandles.filterReturnValue(name, answer);
        gone = MethodHandles.dropArguments(gone, 0, InvocationHandler.class, Object.class);
        gone = MethodHandles.dropArguments(gone, 3, Object[].class);
        MethodHandle all = ifThere(InvocationHandler.class, handler, invoke, gone);
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, instance(InvocationHandler.class, all)));
    }

    /** What does one thing with an object that is held weakly, and another when it has gone. */
    private static <T> MethodHandle ifThere(Class<T> type, T object, MethodHandle then, MethodHandle otherwise)
            throws ReflectiveOperationException {
        MethodHandle get = LOOKUP.findVirtual(Reference.class, "get", MethodType.methodType(Object.class))
                .bindTo(new WeakReference<>(object))
                .asType(MethodType.methodType(type));
        MethodHandle isThere = LOOKUP.findStatic(
                        Objects.class, "nonNull", MethodType.methodType(boolean.class, Object.class))
                .asType(MethodType.methodType(boolean.class, type));
        return MethodHandles.collectArguments(MethodHandles.guardWithTest(isThere, then, otherwise), 0, get);
    }

    /**
     * An object of the JDK's own making; on Java 17 its class is made for the context class loader, which is not to be ours.
     *
     * @param type an interface with one method
     * @param target what that does
     * @return holds none of our classes if the target does not
     */
    static <T> T instance(Class<T> type, MethodHandle target) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(null);
        try {
            return MethodHandleProxies.asInterfaceInstance(type, target);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /**
     * Does something where nobody is on the stack: up to Java 23 a new thread, and what JFR is given, remember the classes there.
     *
     * @param action no arguments; holds none of our classes
     * @throws RuntimeException what it has thrown
     */
    public static void onNobodysStack(MethodHandle action) {
        ForkJoinPool nobody = new ForkJoinPool(1);
        try {
            nobody.submit(instance(Runnable.class, action.asType(MethodType.methodType(void.class))))
                    .join();
        } finally {
            nobody.shutdown();
        }
    }
}
