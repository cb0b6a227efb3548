/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.os.ExhaustedError;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Makes the error that a user is thrown: for direct memory Netty's own, which some libraries catch by its class.
 *
 * <p>Its constructor is open to Netty's package alone. On the class path the JVM lets us in; where Netty is a module that is not
 * open to us, direct memory ends in a plain {@code OutOfMemoryError}, of which Netty's is one.
 */
final class OutOfMemory {
    private static final MethodHandle OF_NETTY = constructor();

    private OutOfMemory() {}

    private static MethodHandle constructor() {
        try {
            return MethodHandles.privateLookupIn(OutOfDirectMemoryError.class, MethodHandles.lookup())
                    .findConstructor(OutOfDirectMemoryError.class, MethodType.methodType(void.class, String.class))
                    .asType(MethodType.methodType(OutOfMemoryError.class, String.class));
        } catch (ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }

    static OutOfMemoryError of(ExhaustedError exhausted, boolean isDirect) {
        String text = exhausted.getMessage();
        if (!isDirect || OF_NETTY == null) {
            return new OutOfMemoryError(text);
        }
        try {
            return (OutOfMemoryError) OF_NETTY.invokeExact(text);
        } catch (Throwable e) {
            return new OutOfMemoryError(text);
        }
    }
}
