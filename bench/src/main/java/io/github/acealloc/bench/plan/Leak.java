/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.plan;

import java.util.List;
import java.util.Locale;

/** How Netty's leak detection is set in a measured JVM. */
public enum Leak {
    /** Off: the allocator alone is measured. */
    DISABLED,
    /** No property set: what a server runs with that nobody has configured. */
    DEFAULT;

    /** The JVM options that select this setting. */
    public List<String> jvmArgs() {
        return this == DISABLED ? List.of("-Dio.netty.leakDetection.level=disabled") : List.of();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
