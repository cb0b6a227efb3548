/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

/**
 * Superslabs by how they serve.
 *
 * @param hotBytes committed in superslabs that serve new slabs
 * @param hotUsedBytes of these, with the user or cached
 * @param drainingBytes committed in superslabs that are left to become empty
 * @param drainingUsedBytes of these, with the user or cached
 * @param emptyBytes committed in superslabs without slabs whose pages are still there
 * @param purgedBytes address space that is not committed: its pages went back to the system, or nobody has
 *     touched it yet
 */
public record TierFigures(
        long hotBytes,
        long hotUsedBytes,
        long drainingBytes,
        long drainingUsedBytes,
        long emptyBytes,
        long purgedBytes) {

    /**
     * The figures of two allocators together.
     *
     * @param other the other one's
     * @return the sums
     */
    public TierFigures plus(TierFigures other) {
        return new TierFigures(
                hotBytes + other.hotBytes,
                hotUsedBytes + other.hotUsedBytes,
                drainingBytes + other.drainingBytes,
                drainingUsedBytes + other.drainingUsedBytes,
                emptyBytes + other.emptyBytes,
                purgedBytes + other.purgedBytes);
    }
}
