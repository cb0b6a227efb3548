/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.plan;

import java.util.Locale;

/** How a workload is run, which also decides what it measures. */
public enum Family {
    /** A JMH benchmark: time, resident memory and garbage of a steady state. */
    MICRO,
    /** A server process, loaded over sockets from outside. */
    HTTP,
    /** A process of its own that watches its memory while the load on its event loops changes. */
    MEMORY;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
