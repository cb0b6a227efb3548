/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import java.lang.reflect.Method;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/** Runs a class's test methods, with what is before and after each, on an event loop. */
final class OnLoop implements InvocationInterceptor {
    private final Supplier<Loop> loop;

    /** The loop, or {@code null} for the test's own thread. */
    OnLoop(Supplier<Loop> loop) {
        this.loop = loop;
    }

    @Override
    public void interceptBeforeEachMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        proceed(invocation);
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        proceed(invocation);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        proceed(invocation);
    }

    @Override
    public void interceptAfterEachMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        proceed(invocation);
    }

    private void proceed(Invocation<Void> invocation) throws Throwable {
        if (loop.get() == null) {
            invocation.proceed();
        } else {
            loop.get().run(invocation::proceed);
        }
    }
}
