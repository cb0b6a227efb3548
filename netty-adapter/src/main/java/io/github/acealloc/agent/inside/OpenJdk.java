/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.inside;

import java.lang.instrument.Instrumentation;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Set;

/**
 * Does what {@code --enable-native-access=ALL-UNNAMED} does, so that nobody has to give that flag.
 *
 * <p>The JDK knows only all unnamed modules at once, so the whole class path gets it. Up to Java 21 ACE needs nothing of the kind.
 */
final class OpenJdk {
    private static final int FEATURE_WITH_NATIVE_ACCESS = 22;

    private OpenJdk() {}

    static void forNativeAccess(Instrumentation instrumentation) {
        if (Runtime.version().feature() < FEATURE_WITH_NATIVE_ACCESS) {
            return;
        }
        try {
            instrumentation.redefineModule(
                    Object.class.getModule(),
                    Set.of(),
                    Map.of(),
                    Map.of("java.lang", Set.of(OpenJdk.class.getModule())),
                    Set.of(),
                    Map.of());
            Method enable = Module.class.getDeclaredMethod("implAddEnableNativeAccessToAllUnnamed");
            enable.setAccessible(true);
            enable.invoke(null);
        } catch (ReflectiveOperationException | RuntimeException e) {
            // Another JDK: the engine says what the flag would bring.
        }
    }
}
