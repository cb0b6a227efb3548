/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

/**
 * Something that a heap's owner was asked for as one of its tasks: asked once, and again only if there has been no answer for so
 * long that the task may be lost, as executors do that drop what they have no room for. Each time the wait is twice as long, so
 * that an owner that is only busy is not given task after task.
 *
 * <p>For any thread.
 */
final class OwnerRequest {
    /** How long the first answer may take before the owner is asked again. */
    static final long PATIENCE_NANOS = 10_000_000_000L;

    private static final int MOST_DOUBLINGS = 10;

    private boolean asked;
    private long since;
    private int times;

    /**
     * Whether the caller should ask now; it counts as asked then.
     *
     * @param now the time in nanoseconds
     */
    synchronized boolean begin(long now) {
        if (asked && now - since < PATIENCE_NANOS << times) {
            return false;
        }
        times = asked ? Math.min(times + 1, MOST_DOUBLINGS) : 0;
        asked = true;
        since = now;
        return true;
    }

    /** Notes that the owner has come to it, or could not be asked. */
    synchronized void end() {
        asked = false;
    }
}
