/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import org.awaitility.Awaitility;

/**
 * Everything that Netty's leak detector reports while this is open, at level PARANOID.
 *
 * <p>That nothing was reported means something only if a report would have come: so {@link #collect} leaks two buffers
 * of its own (of Netty's, not ACE's), one after the other, and waits until both are reported. The first proves that the
 * collector has run and the detector looked, the second that what was found before the first is handed over, too.
 */
public final class LeakReports implements AutoCloseable {
    private static final Logger LOGGER = Logger.getLogger(ResourceLeakDetector.class.getName());
    private static final String CANARY = "canary-";
    private static final AtomicInteger CANARIES = new AtomicInteger();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Queue<String> reports = new ConcurrentLinkedQueue<>();
    private final Level levelBefore = ResourceLeakDetector.getLevel();

    LeakReports() {
        // The detector is silent where its logger is off, so the logger stays on and prints nothing.
        LOGGER.setFilter(message -> false);
        ResourceLeakDetector.setLevel(Level.PARANOID);
        ByteBufUtil.setLeakListener((type, records) -> reports.add(records));
    }

    /** What was leaked until now; each leak is told once. */
    public List<String> collect() {
        awaitCanary();
        awaitCanary();
        List<String> found =
                reports.stream().filter(report -> !report.contains(CANARY)).toList();
        reports.clear();
        return found;
    }

    private void awaitCanary() {
        String name = CANARY + CANARIES.incrementAndGet() + ";";
        leak(name);
        Awaitility.await("the report of " + name)
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> {
                    System.gc();
                    lookNow();
                    return reports.stream().anyMatch(report -> report.contains(name));
                });
    }

    /** A buffer without memory that nobody releases. */
    private static void leak(String name) {
        UnpooledByteBufAllocator.DEFAULT.compositeHeapBuffer(1).touch(name);
    }

    /** At PARANOID the detector reports what it has found whenever a buffer is made. */
    private static void lookNow() {
        UnpooledByteBufAllocator.DEFAULT.compositeHeapBuffer(1).release();
    }

    @Override
    public void close() {
        ByteBufUtil.setLeakListener(null);
        ResourceLeakDetector.setLevel(levelBefore);
        LOGGER.setFilter(null);
    }
}
