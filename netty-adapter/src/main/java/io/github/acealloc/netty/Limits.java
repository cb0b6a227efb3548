/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.AceConfig;
import io.github.acealloc.os.ContainerLimit;
import io.github.acealloc.os.MemoryBudget;
import io.netty.util.internal.PlatformDependent;
import io.netty.util.internal.SystemPropertyUtil;

/**
 * The limits of one allocator: one for direct and heap memory together where {@code acealloc.maxBytes} is set, else one for
 * each. Each knows the setting that it comes from, for the error's text.
 */
record Limits(MemoryBudget direct, MemoryBudget heap) {
    private static final long AUTOMATIC = -1;
    private static final String OF_NETTY = "io.netty.maxDirectMemory";

    static Limits of(AceConfig config) {
        long set = config.maxBytes(AUTOMATIC);
        if (set != AUTOMATIC) {
            MemoryBudget both = new MemoryBudget(
                    set, "acealloc.maxBytes, for direct and heap buffers together; raise it with -Dacealloc.maxBytes");
            return new Limits(both, both);
        }
        return new Limits(
                automatic(),
                new MemoryBudget(Runtime.getRuntime().maxMemory(), "-Xmx, for heap buffers; raise it with -Xmx"));
    }

    private static MemoryBudget automatic() {
        long ofJvm = PlatformDependent.maxDirectMemory();
        long limit = ContainerLimit.share(ofJvm);
        return new MemoryBudget(limit, limit < ofJvm ? ofContainer() : ofJvm(ofJvm));
    }

    private static String ofContainer() {
        return "what the container or machine has beside -Xmx and a reserve; raise it with more memory, a lower -Xmx, or"
                + " -Dacealloc.maxBytes";
    }

    private static String ofJvm(long limit) {
        if (SystemPropertyUtil.getLong(OF_NETTY, 0) > 0) {
            return OF_NETTY + "; raise it with -D" + OF_NETTY;
        }
        return limit == Runtime.getRuntime().maxMemory()
                ? "-Xmx, as -XX:MaxDirectMemorySize is not set; raise it with -XX:MaxDirectMemorySize"
                : "-XX:MaxDirectMemorySize; raise it with that";
    }

    boolean areShared() {
        return heap == direct;
    }
}
