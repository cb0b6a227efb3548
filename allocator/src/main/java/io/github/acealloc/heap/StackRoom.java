/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

/**
 * Whether there is room on the stack for what must not stop half-way: where a {@code StackOverflowError} came in the middle of a
 * refill, a spill or a block's way home, memory would be in nobody's books.
 *
 * <p>Nobody looks until one such error has been met in this JVM, because a look costs some 300 ns. From then on each road off the
 * fast path looks before it changes anything: the error comes there, nothing has happened, and the call can be repeated. What the
 * first error costs is the block on its way and the slab that was being cut.
 */
public final class StackRoom {
    /** Frames of at least 32 bytes each: several times what the longest road needs. */
    private static final int FRAMES = 300;

    /** Never cleared but by tests. Races do no harm: who misses it for a moment is one more who has not met the error yet. */
    static boolean watched;

    private StackRoom() {}

    /** Says that the error was met on one of the roads. */
    public static void met() {
        watched = true;
    }

    /** Throws {@code StackOverflowError} where the stack has no room for a road of the allocator, if that has happened before. */
    public static void look() {
        if (watched) {
            descend(FRAMES);
        }
    }

    private static int descend(int frames) {
        return frames == 0 ? 0 : 1 + descend(frames - 1);
    }
}
