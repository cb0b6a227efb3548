/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.watch;

/** One size class in the table of {@link AceAllocatorMXBean}. */
public interface ClassRow {
    /**
     * The kind of memory.
     *
     * @return {@code direct} or {@code heap}
     */
    String getKind();

    /**
     * The size of its blocks.
     *
     * @return bytes
     */
    int getBlockBytes();

    /**
     * Blocks that buffers hold.
     *
     * @return a count
     */
    long getLive();

    /**
     * Blocks ready in the hot caches.
     *
     * @return a count
     */
    long getCached();

    /**
     * Free blocks in slabs.
     *
     * @return a count
     */
    long getFree();

    /**
     * Blocks handed out so far.
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
     * How many free blocks the largest hot cache keeps ready.
     *
     * @return a count
     */
    int getCap();

    /**
     * How long half of the buffers lived at most, to within a factor of two.
     *
     * @return microseconds; 0 where it is unknown: before the first samples, and in the mode {@code off}
     */
    double getMedianLifetimeMicros();
}
