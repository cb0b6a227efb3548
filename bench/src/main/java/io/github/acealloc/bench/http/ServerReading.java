/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.http;

import com.sun.management.ThreadMXBean;
import io.github.acealloc.bench.AceShares;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.ProcessMemory;
import io.netty.buffer.ByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.util.Map;

/**
 * What a server process says about itself, one line of JSON.
 *
 * @param port the port it listens on
 * @param residentMiB its resident memory
 * @param allocatedBytes Java heap memory its threads have allocated since they started
 * @param shares where ACE served its allocations from; empty for other allocators
 */
public record ServerReading(int port, double residentMiB, long allocatedBytes, Map<Metric, Double> shares) {
    /** Reads the counters of this process. */
    public static ServerReading of(EchoServer server, ByteBufAllocator allocator) {
        return new ServerReading(
                server.port(), ProcessMemory.residentMiB(), allocatedByThreads(), AceShares.of(allocator));
    }

    private static long allocatedByThreads() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
            sum += Math.max(0, bytes); // -1 stands for a thread that has just ended
        }
        return sum;
    }
}
