/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The JVM's own limit for direct buffers ({@code -XX:MaxDirectMemorySize}, else {@code -Xmx}), asked before the JVM is.
 *
 * <p>Near its limit the JVM collects garbage and waits half a second for it before it refuses. That is of use where direct
 * buffers of others may be garbage, and of none where the memory is ours, which no collection frees. So a request that does
 * not fit beside our own memory is refused at once; one that does not fit because of others is put to the JVM, once a second
 * at most.
 *
 * <p>Safe for use by any thread.
 */
final class JvmDirectLimit {
    private static final long BETWEEN_NANOS = 1_000_000_000;

    /** The one of this JVM: all allocators count against it. */
    static final JvmDirectLimit OF_THIS_JVM = new JvmDirectLimit(ofThisJvm(), allDirectBuffers());

    private final long limit;
    private final BufferPoolMXBean all;
    private final AtomicLong ours = new AtomicLong();

    /** When the JVM has last refused, if it ever has. */
    private volatile long refusedAt;

    private volatile boolean refused;

    JvmDirectLimit(long limit, BufferPoolMXBean all) {
        this.limit = limit;
        this.all = all;
    }

    private static long ofThisJvm() {
        try {
            HotSpotDiagnosticMXBean jvm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            long set = jvm == null
                    ? 0
                    : Long.parseLong(jvm.getVMOption("MaxDirectMemorySize").getValue());
            return set > 0 ? set : Runtime.getRuntime().maxMemory();
        } catch (LinkageError | RuntimeException e) {
            return Long.MAX_VALUE; // a JVM without its management module, or another one: it alone knows
        }
    }

    private static BufferPoolMXBean allDirectBuffers() {
        try {
            return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                    .filter(pool -> pool.getName().equals("direct"))
                    .findAny()
                    .orElse(null);
        } catch (LinkageError e) {
            return null;
        }
    }

    /** Whether it is known without the JVM's collecting garbage that so much more is not to be had. */
    boolean refuses(long bytes) {
        if (ours.get() > limit - bytes) {
            return true;
        }
        return refused
                && all != null
                && all.getTotalCapacity() > limit - bytes
                && System.nanoTime() - refusedAt < BETWEEN_NANOS;
    }

    /** Remembers that the JVM has refused. */
    void refused() {
        refusedAt = System.nanoTime();
        refused = true;
    }

    void taken(long bytes) {
        ours.addAndGet(bytes);
    }

    void given(long bytes) {
        ours.addAndGet(-bytes);
    }

    @Override
    public String toString() {
        return limit + " bytes by -XX:MaxDirectMemorySize, or by -Xmx where that is not set; raise it with"
                + " -XX:MaxDirectMemorySize";
    }
}
