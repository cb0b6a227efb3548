/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.soak;

import io.github.acealloc.it.ServerFigures;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;

/**
 * Once a second: what the allocator has committed, and what the process has in memory.
 *
 * <p>The resident size is taken without the Java heap, which the tests' JVM touches when it starts: of one that grows, not all that is
 * committed is resident. Heap buffers are in the allocator's own figure.
 */
final class Samples {
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final LongStream.Builder committed = LongStream.builder();
    private final LongStream.Builder resident = LongStream.builder();
    private final LongSupplier committedBytes;

    Samples(LongSupplier committedBytes) {
        this.committedBytes = committedBytes;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what fails there fails the test
    void start(Consumer<Throwable> failures) {
        thread.scheduleAtFixedRate(
                () -> {
                    try {
                        take();
                    } catch (Throwable e) {
                        failures.accept(e);
                    }
                },
                1,
                1,
                TimeUnit.SECONDS);
    }

    private void take() {
        committed.add(committedBytes.getAsLong());
        resident.add(residentBytes());
    }

    static long residentBytes() {
        long javaHeap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted();
        return ServerFigures.rssBytes() - javaHeap;
    }

    void stop() throws InterruptedException {
        thread.shutdown();
        thread.awaitTermination(10, TimeUnit.SECONDS);
    }

    /** After {@link #stop}, once. */
    long[] committed() {
        return committed.build().toArray();
    }

    /** After {@link #stop}, once. */
    long[] resident() {
        return resident.build().toArray();
    }
}
