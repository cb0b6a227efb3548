/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.watch;

import java.util.List;

/**
 * An allocator in JMX, as {@code io.github.acealloc:type=Allocator,name=…}. All figures that are read within a fifth of a second are
 * of one moment. For any thread; nothing here slows event loops down.
 */
public interface AceAllocatorMXBean {
    /**
     * The class loader that ACE was loaded by: tells the allocators of several applications apart.
     *
     * @return its name, or its class
     */
    String getLoadedBy();

    /**
     * How far the control loop goes.
     *
     * @return {@code off}, {@code observe}, {@code learn} or {@code frozen}
     */
    String getMode();

    /**
     * What memory is worth to the control loop.
     *
     * @return {@code throughput}, {@code balanced} or {@code footprint}
     */
    String getProfile();

    /**
     * Where direct memory comes from.
     *
     * @return such as {@code mmap}
     */
    String getDirectSource();

    /**
     * Direct memory that buffers hold.
     *
     * @return bytes, in whole blocks
     */
    long getDirectLiveBytes();

    /**
     * Direct memory that is ready in caches.
     *
     * @return bytes
     */
    long getDirectCachedBytes();

    /**
     * Direct memory that the allocator has from the system.
     *
     * @return bytes
     */
    long getDirectCommittedBytes();

    /**
     * What that never exceeds; where {@code acealloc.maxBytes} is set, direct and heap memory together.
     *
     * @return bytes
     */
    long getDirectLimitBytes();

    /**
     * What sets that limit.
     *
     * @return the setting, and how it is raised
     */
    String getDirectLimitOrigin();

    /**
     * Memory on the Java heap that buffers hold.
     *
     * @return bytes, in whole blocks
     */
    long getHeapLiveBytes();

    /**
     * Memory on the Java heap that is ready in caches.
     *
     * @return bytes
     */
    long getHeapCachedBytes();

    /**
     * Memory on the Java heap that the allocator has.
     *
     * @return bytes
     */
    long getHeapCommittedBytes();

    /**
     * What that never exceeds; where {@code acealloc.maxBytes} is set, direct and heap memory together.
     *
     * @return bytes
     */
    long getHeapLimitBytes();

    /**
     * What sets that limit.
     *
     * @return the setting, and how it is raised
     */
    String getHeapLimitOrigin();

    /**
     * The heaps of event loops and those that other threads share, for direct memory and for that on the Java heap.
     *
     * @return a count
     */
    int getHeaps();

    /**
     * Buffers handed out so far, those above 1 MiB not among them.
     *
     * @return a count
     */
    long getAllocations();

    /**
     * The share of them that a hot cache served.
     *
     * @return 0 to 1
     */
    double getHitRate();

    /**
     * The size classes that hold or have done something.
     *
     * @return direct memory first, by size
     */
    List<ClassRow> getClasses();

    /**
     * What the control loop has decided so far.
     *
     * @return a count
     */
    long getDecisions();

    /**
     * The last decisions.
     *
     * @return at most 20 lines, the oldest first
     */
    List<String> getLastDecisions();

    /** Gives back what is free, as {@code AceByteBufAllocator.trim()} does. */
    void trim();

    /**
     * All figures.
     *
     * @return what {@code AceByteBufAllocator.stats().print()} says
     */
    String print();

    /**
     * All figures for programs.
     *
     * @return JSON on one line
     */
    String json();

    /**
     * What the control loop has decided and why.
     *
     * @return what {@code AceByteBufAllocator.explain()} says
     */
    String explain();
}
