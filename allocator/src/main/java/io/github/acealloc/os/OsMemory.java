/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

/**
 * A source of memory. Safe for use by any thread.
 *
 * <p>Preconditions are the caller's: {@code bytes > 0}; a region is released once, to the source that made it, when nothing reads or
 * writes it any more, and not purged or released by two threads at a time. The source counts nothing; {@link MemoryBudget} does.
 */
public interface OsMemory {

    /**
     * Gets memory with anything in it, aligned to {@value #ALIGNMENT} bytes where addresses mean anything.
     *
     * @param bytes how much; greater than 0
     * @return the region, of exactly {@code bytes}
     * @throws OutOfMemoryError if the system refuses
     */
    Region reserve(int bytes);

    /**
     * Gives the whole pages within a part of a region back to the system and keeps its addresses. What was in them is
     * lost; they come back when they are used again, zeroed or not.
     *
     * @param region from {@link #reserve} of this source, not released
     * @param from where the part begins, in bytes from the region's start
     * @param bytes its length, greater than 0; it holds nothing of interest
     * @return whether that was done; if not, the region is as it was
     */
    default boolean purge(Region region, int from, int bytes) {
        return false;
    }

    /**
     * Gives memory back to the system.
     *
     * @param region from {@link #reserve} of this source, not yet released
     */
    void release(Region region);

    /**
     * Whether the memory lies outside the Java heap.
     *
     * @return {@code true} for direct memory
     */
    boolean isDirect();

    /**
     * Whether memory costs nothing until it is touched, and goes back page by page: what nobody has touched need not be counted, and
     * more may be reserved than is needed.
     *
     * @return {@code true} where {@link #reserve} gets addresses, and pages come by themselves
     */
    default boolean isLazy() {
        return false;
    }

    /**
     * The same source, as it is asked for huge blocks that have a region each: for who wants to know what memory is for.
     *
     * @return a source with which this one may be exchanged
     */
    default OsMemory forLoneBlocks() {
        return this;
    }

    /**
     * What the memory is, in a few words: for people.
     *
     * @return such as {@code mmap}
     */
    default String source() {
        return getClass().getSimpleName();
    }

    /**
     * The best source of direct memory that this JVM has.
     *
     * @return a source that prints no warning
     */
    static OsMemory direct() {
        return DirectMemory.best();
    }

    /** The alignment, in bytes, that every direct region has: one cache line. */
    int ALIGNMENT = 64;

    /** What the system hands out memory in, in bytes. */
    int PAGE = 4096;
}
