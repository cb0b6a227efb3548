/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.soak;

/** Something that is done to the allocator under load. */
enum Fault {
    /** Somebody takes all memory up to the limit, and more as it becomes free. */
    MEMORY_LIMIT(true),
    /** The governor's clock is hours ahead for a while. */
    CLOCK_AHEAD(false),
    /** The governor's clock is hours behind for a while. */
    CLOCK_BEHIND(false),
    /** A service's event loop ends while others hold its buffers. */
    LOOP_ENDS(true),
    /** A thread that owns a heap ends without giving it back, while others hold its buffers. */
    THREAD_DIES(false),
    /** The system fails to take memory back: {@code madvise} and {@code munmap}, for a while. */
    GIVE_BACK_FAILS(false),
    /** A turn of a second allocator's control loop throws. */
    GOVERNOR_FAILS(false),
    /** The system takes no parts of a mapping back any more; that is for good, so it comes last. */
    PARTS_REFUSED(false);

    private final boolean isExcuse;

    Fault(boolean isExcuse) {
        this.isExcuse = isExcuse;
    }

    /** Whether it may cost a connection. */
    boolean isExcuse() {
        return isExcuse;
    }

    boolean isLast() {
        return this == PARTS_REFUSED;
    }
}
