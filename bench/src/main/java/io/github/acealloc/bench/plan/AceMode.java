/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.plan;

import io.github.acealloc.AceConfig;
import java.util.List;
import java.util.Locale;
import java.util.Properties;

/** Whether a measured ACE learns its caches' caps. */
public enum AceMode {
    /** Limits stay what they are set to. */
    OFF,
    /** A background loop moves them. */
    LEARN;

    private static final String PROPERTY = "acealloc.mode";

    /** Whether ACE of this build has the setting; if not, nothing is said to it, and every mode is {@link #OFF}. */
    public static boolean known() {
        Properties properties = new Properties();
        properties.setProperty(PROPERTY, OFF.toString());
        try {
            AceConfig.from(properties);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The JVM options that select this mode. */
    public List<String> jvmArgs() {
        return known() ? List.of("-D" + PROPERTY + "=" + this) : List.of();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
