/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

/**
 * What one heap holds and has done.
 *
 * @param kind {@code direct} or {@code heap}
 * @param number tells it from the other heaps of its allocator
 * @param owner the event loop's thread, or {@code shared} if nobody owns it now
 * @param liveBytes blocks with the user, or on their way home
 * @param cachedBytes blocks in hot caches
 * @param committedBytes memory from the store
 * @param draining superslabs that serve new slabs only if nothing else can
 * @param remoteQueued blocks on their way home
 * @param allocations blocks handed out so far
 */
public record HeapFigures(
        String kind,
        int number,
        String owner,
        long liveBytes,
        long cachedBytes,
        long committedBytes,
        int draining,
        int remoteQueued,
        long allocations) {}
