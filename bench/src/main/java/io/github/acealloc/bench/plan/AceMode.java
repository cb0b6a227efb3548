/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.plan;

import java.util.List;
import java.util.Locale;

/** Whether a measured ACE learns its caches' caps. */
public enum AceMode {
    /** Limits stay what they are set to. */
    OFF,
    /** A background loop moves them. */
    LEARN;

    private static final String PROPERTY = "acealloc.mode";

    /** The JVM options that select this mode. */
    public List<String> jvmArgs() {
        return List.of("-D" + PROPERTY + "=" + this);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
