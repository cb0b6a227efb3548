/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

import java.lang.management.ManagementFactory;

/**
 * What a container leaves for this allocator: the JVM would be killed if heap and native memory together grew past the
 * container's limit, however large the JVM's own limit for direct memory is.
 */
public final class ContainerLimit {
    /** Of all memory, what threads, code and classes need beside heap and buffers… */
    private static final int RESERVE_SHIFT = 3;

    /** … and what the smallest server needs for them: 50 MiB at rest and 61 under load were measured, page cache comes on top. */
    private static final long LEAST_RESERVE = 80L << 20;

    /** What the JVM told when it was asked first, for which it reads files; 0 before. */
    private static volatile long totalMemory;

    private ContainerLimit() {}

    /**
     * The JVM's limit for direct memory, or less where the machine or the container cannot give that much beside the heap.
     *
     * @param directLimit the JVM's limit, in bytes
     * @return bytes, greater than 0
     */
    public static long share(long directLimit) {
        if (totalMemory == 0) {
            totalMemory = totalMemory();
        }
        return share(directLimit, totalMemory, Runtime.getRuntime().maxMemory());
    }

    static long share(long directLimit, long total, long heap) {
        long eighth = total >>> RESERVE_SHIFT;
        long reserve = Math.max(eighth, LEAST_RESERVE);
        return Math.max(Math.min(directLimit, Math.max(total - heap - reserve, eighth)), 1);
    }

    /** Memory of the container, else of the machine; as good as endless if the JVM cannot tell. */
    private static long totalMemory() {
        try {
            return ManagementFactory.getOperatingSystemMXBean()
                            instanceof com.sun.management.OperatingSystemMXBean system
                    ? system.getTotalMemorySize()
                    : Long.MAX_VALUE;
        } catch (LinkageError e) {
            return Long.MAX_VALUE; // a JVM that was made without its management module
        }
    }
}
