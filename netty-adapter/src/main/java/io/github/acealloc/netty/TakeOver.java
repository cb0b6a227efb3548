/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

/**
 * Whether the agent is there, which has Netty's own allocators hand out ACE's buffers.
 *
 * <p>The agent sets the property before any class of ours is loaded. So this is a constant of the JVM, and without the agent compiled
 * code has nothing of it.
 */
final class TakeOver {
    static final boolean ON = Boolean.getBoolean("io.github.acealloc.takeOver");

    private TakeOver() {}
}
