/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.watch;

import io.github.acealloc.AceStats;

/** What an allocator shows to tools. For any thread; holds nothing that its user could drop. */
public interface Watched {
    /**
     * What it is called.
     *
     * @return {@code default}, or a name that no other allocator of the same class loader has
     */
    String name();

    /**
     * The figures of one kind of memory.
     *
     * @param isDirect whether of direct memory, else of that on the Java heap
     * @return a snapshot
     */
    AceStats stats(boolean isDirect);

    /**
     * Where one kind of memory comes from.
     *
     * @param isDirect whether it is direct memory
     * @return such as {@code mmap}
     */
    String source(boolean isDirect);

    /**
     * What sets the limit of one kind of memory.
     *
     * @param isDirect whether it is direct memory
     * @return the setting, and how it is raised
     */
    String limitOrigin(boolean isDirect);

    /**
     * Whether one limit is for both kinds of memory.
     *
     * @return {@code true} where {@code acealloc.maxBytes} is set
     */
    boolean isLimitShared();

    /**
     * How far the control loop goes now.
     *
     * @return a mode, or one for each kind of memory
     */
    String mode();

    /**
     * What memory is worth to the control loop.
     *
     * @return the profile
     */
    String profile();

    /**
     * What the control loop has decided so far about one kind of memory.
     *
     * @param isDirect whether it is direct memory
     * @return a count
     */
    long decisions(boolean isDirect);

    /**
     * What was decided and why.
     *
     * @return lines that each end with a line feed
     */
    String explain();

    /** Gives back what is free. */
    void trim();
}
