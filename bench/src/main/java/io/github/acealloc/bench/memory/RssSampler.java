/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.bench.ProcessMemory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;

/**
 * A thread that reads this process's resident memory, or another quantity, in MiB over seconds, from its creation until it is closed.
 *
 * <p>It reads the kernel's running counters, because adding up the page tables of a gigabyte would hold up the page
 * faults that are being measured.
 */
final class RssSampler implements AutoCloseable {
    private final Series series = new Series();
    private final long start = System.nanoTime();
    private final Thread thread;
    private volatile boolean closed;

    private final DoubleSupplier quantity;

    RssSampler(Duration interval) {
        this(interval, ProcessMemory::quickResidentMiB);
    }

    /** Reads another quantity in place of resident memory. */
    RssSampler(Duration interval, DoubleSupplier quantity) {
        this.quantity = quantity;
        sample();
        thread = new Thread(() -> run(interval.toNanos()), "rss-sampler");
        thread.setDaemon(true);
        thread.start();
    }

    private void run(long interval) {
        while (!closed) {
            LockSupport.parkNanos(interval);
            sample();
        }
    }

    /** Takes one more sample, now; returns its time in seconds. */
    synchronized double sample() {
        double now = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
        series.add(now, quantity.getAsDouble());
        return now;
    }

    /** Returns what was sampled so far, less a constant. */
    synchronized Series above(double level) {
        return series.above(level);
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
